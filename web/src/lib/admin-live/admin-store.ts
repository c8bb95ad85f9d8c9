// What the dashboard knows, and how fresh that is. Plain TypeScript; must never talk to the network,
// read a clock of its own, or work out a number that the server's statistics already have.
import type { HoldLine } from "../api/types";
import type { SocketStatus } from "../live/live-socket";
import type { AdminFrame, RowFrame, StatsFrame } from "./admin-frames";
import { HoldBook, type Holds } from "./hold-book";
import { append, type Point, seed } from "./points";

/** Statistics come every second; without any for this long nobody should trust them. */
export const STALE_AFTER_MS = 3_000;
export const KEPT_FEED_ROWS = 200;

/** How the line is, whatever is shown. */
export type Line = "live" | "stale" | "reconnecting";
export type Freshness = Line | "paused";
/** Why there is nothing to see: asked and refused, or refused later. */
export type Access = "open" | "forbidden";

export interface FeedRow extends RowFrame {
  /** Unique, and growing with time. */
  key: number;
}

export interface AdminState {
  stats: StatsFrame | undefined;
  /** When `stats` arrived, on the given clock. */
  receivedAt: number | undefined;
  points: readonly Point[];
  holds: Holds;
  /** The first list of holds has arrived. */
  holdsLoaded: boolean;
  /** The newest first. */
  feed: readonly FeedRow[];
  /** Rows that the server left out because they were too many. */
  dropped: number;
}

/** What is never frozen: a pause must not hide that the line is dead. */
export interface LiveSigns {
  freshness: Freshness;
  line: Line;
  access: Access;
}

export class AdminStore {
  private readonly now: () => number;
  private readonly book = new HoldBook();
  private state: AdminState = {
    stats: undefined,
    receivedAt: undefined,
    points: [],
    holds: this.book.all(),
    holdsLoaded: false,
    feed: [],
    dropped: 0,
  };
  private frozen: AdminState | undefined;
  private connection: SocketStatus = "stopped";
  private signs: LiveSigns = { freshness: "reconnecting", line: "reconnecting", access: "open" };
  private isHidden = false;
  private nextKey = 1;
  private readonly listeners = new Set<() => void>();

  constructor(now: () => number) {
    this.now = now;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What is to be shown: the newest, or what was there when somebody pressed pause. */
  getSnapshot = (): AdminState => this.frozen ?? this.state;
  /** The newest, whatever is shown. */
  latest = (): AdminState => this.state;
  getSigns = (): LiveSigns => this.signs;

  take(frame: AdminFrame): void {
    if (frame.type === "stats") this.takeStats(frame);
    else if (frame.type === "stats_history") {
      this.set({ points: seed(this.state.points, frame.points) });
    } else if (frame.type === "rows_dropped") {
      this.set({ dropped: this.state.dropped + frame.rows });
    } else this.takeRows([frame]);
  }

  private takeStats(stats: StatsFrame): void {
    const { stats: before, points } = this.state;
    this.set({ stats, receivedAt: this.now(), points: append(points, stats, before) });
  }

  /** Rows that come in one burst are one change of the page. */
  takeRows(rows: readonly RowFrame[]): void {
    const fresh = rows.filter((row) => !this.isKnown(row));
    if (fresh.length === 0) return;
    const feed = fresh.map((row) => ({ ...row, key: this.nextKey++ })).reverse();
    this.set({
      holds: this.book.take(fresh, this.now()),
      feed: [...feed, ...this.state.feed].slice(0, KEPT_FEED_ROWS),
    });
  }

  /** After a reconnect a server may tell once more what was told already. */
  private isKnown({ type, seat, ts_ms }: RowFrame): boolean {
    return this.state.feed.some(
      (row) => row.ts_ms === ts_ms && row.seat === seat && row.type === type,
    );
  }

  /** Call before the list of holds is asked for, and the answer with what came. */
  expectHolds(): (lines: readonly HoldLine[]) => void {
    const take = this.book.expectList();
    return (lines) => this.set({ holds: take(lines, this.now()), holdsLoaded: true });
  }

  setConnection(connection: SocketStatus): void {
    this.connection = connection;
    this.tick();
  }

  refuse(): void {
    this.signs = { ...this.signs, access: "forbidden" };
    this.tell();
  }

  pause(): void {
    this.frozen ??= this.state;
    this.judge();
    this.tell();
  }

  resume(): void {
    this.frozen = undefined;
    this.judge();
    this.tell();
  }

  /** Nobody looks: changes are kept and shown at once when somebody does again. */
  setHidden(isHidden: boolean): void {
    this.isHidden = isHidden;
    if (!isHidden) this.tell();
  }

  /** Has to be called now and then: silence is no event. */
  tick(): void {
    if (this.judge()) this.tell();
  }

  /** Answers whether something about the signs is new. */
  private judge(): boolean {
    const line = this.lineNow();
    const freshness = this.frozen ? "paused" : line;
    const { signs } = this;
    if (line === signs.line && freshness === signs.freshness) return false;
    this.signs = { ...signs, line, freshness };
    return true;
  }

  private lineNow(): Line {
    if (this.connection !== "live" || this.state.receivedAt === undefined) return "reconnecting";
    return this.now() - this.state.receivedAt > STALE_AFTER_MS ? "stale" : "live";
  }

  private set(part: Partial<AdminState>): void {
    this.state = { ...this.state, ...part };
    this.judge();
    this.tell();
  }

  private tell(): void {
    if (!this.isHidden) for (const listener of this.listeners) listener();
  }
}
