// Colours the map's seats for the dashboard, and tells the engine which ones changed. Plain
// TypeScript; a second in which nothing gets older by a step redraws nothing.
import type { AdminLive } from "../../lib/admin-live/admin-live";
import type { PlanSeat } from "../../lib/api/types";
import type { SeatMapEngine } from "../../lib/map/seat-map-engine";
import { ageColor, LIGHT_TINTS, sectionHeat, type Tints } from "./seat-tints";

export interface Wish {
  tints: Tints;
  /** Sections by how busy they are, instead of holds by their age. */
  heat: boolean;
  selected: ReadonlySet<string>;
}

interface Parts {
  live: AdminLive;
  engine: SeatMapEngine;
  /** By ordinal. */
  seats: readonly PlanSeat[];
  holdTtlMs: number;
}

export class MapTinter {
  private readonly live: AdminLive;
  private readonly engine: SeatMapEngine;
  private readonly seats: readonly PlanSeat[];
  private readonly holdTtlMs: number;
  private readonly stops: (() => void)[];
  private wish: Wish = { tints: LIGHT_TINTS, heat: false, selected: new Set() };
  /** By ordinal: the colours of holds that are shown now. */
  private ages = new Map<number, string>();
  private heats: ReadonlyMap<string, string> = new Map();
  private wasPaused = false;

  constructor({ live, engine, seats, holdTtlMs }: Parts) {
    this.live = live;
    this.engine = engine;
    this.seats = seats;
    this.holdTtlMs = holdTtlMs;
    engine.setTint((ordinal) => this.colorOf(ordinal));
    this.stops = [
      // A pause freezes the map too; what changed meanwhile shows when it ends.
      live.seats.subscribeSeats((changed) => this.isPaused || engine.seatsChanged(changed)),
      live.clock.subscribe(() => this.refresh()),
    ];
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  show(wish: Wish): void {
    this.wish = wish;
    this.readAges();
    this.readHeat();
    this.engine.setSectionTint(wish.heat ? (id) => this.heats.get(id) : undefined);
    this.engine.seatsChanged("all");
  }

  private get isPaused(): boolean {
    return this.live.store.getSigns().freshness === "paused";
  }

  /** Once a second. */
  private refresh(): void {
    if (this.isPaused) {
      this.wasPaused = true;
      return;
    }
    const before = this.ages;
    this.readAges();
    if (this.wasPaused || (this.wish.heat && this.readHeat())) this.engine.seatsChanged("all");
    else if (!this.wish.heat) this.engine.seatsChanged(differences(before, this.ages));
    this.wasPaused = false;
  }

  private readAges(): void {
    const { live, holdTtlMs, wish } = this;
    const now = live.clock.getSnapshot();
    this.ages = new Map();
    for (const row of live.store.getSnapshot().holds.values()) {
      const ordinal = live.seats.ordinalOf(row.seat);
      const color = ageColor(row, now, holdTtlMs, wish.tints);
      if (ordinal !== undefined && color) this.ages.set(ordinal, color);
    }
  }

  /** Answers whether a section has another colour now. */
  private readHeat(): boolean {
    const before = this.heats;
    const sections = this.live.store.getSnapshot().stats?.sections ?? [];
    this.heats = sectionHeat(sections, this.wish.tints);
    return [...this.heats].some(([id, color]) => before.get(id) !== color);
  }

  private colorOf(ordinal: number): string | undefined {
    const { tints, heat, selected } = this.wish;
    const place = this.seats[ordinal];
    if (!place) return undefined;
    if (selected.has(place.seat)) return tints.selected;
    if (heat) return this.heats.get(place.section);
    const state = this.live.seats.state(ordinal);
    if (state === 0) return tints.free;
    return state === 1 ? this.ages.get(ordinal) : undefined;
  }
}

function differences(before: Map<number, string>, after: Map<number, string>): number[] {
  const changed = [...after].filter(([seat, color]) => before.get(seat) !== color);
  const gone = [...before.keys()].filter((seat) => !after.has(seat));
  return [...changed.map(([seat]) => seat), ...gone];
}
