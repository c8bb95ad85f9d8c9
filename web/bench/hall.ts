// One hall on the page: plan, store and engine, wired as the event page wires them.

import type { Plan } from "../src/lib/api/types";
import { hashStates, type SeatState } from "../src/lib/live/packed-states";
import { SeatStore } from "../src/lib/live/seat-store";
import { loadHall } from "../src/lib/map/hall.fixture";
import { compileLayout, type MapLayout } from "../src/lib/map/map-layout";
import { DARK, LIGHT } from "../src/lib/map/palette";
import { SeatMapEngine, type ViewState } from "../src/lib/map/seat-map-engine";
import { seeded } from "./chance";
import { buildStadium } from "./stadium";

/** The real hall has so many seats; every other number is a stadium. */
const REAL_HALL = 1_252;

export interface Hall {
  layout: MapLayout;
  store: SeatStore;
  engine: SeatMapEngine;
  view: () => ViewState | undefined;
  /** What the engine said was picked, and the seat that it points to. */
  picks: number[];
  focus: () => number;
  compileMs: number;
}

export function canvas(id: string): HTMLCanvasElement {
  return document.getElementById(id) as HTMLCanvasElement;
}

export function planOf(seats: number): Plan {
  return seats === REAL_HALL ? loadHall() : buildStadium(seats);
}

export function openHall(plan: Plan, dark: boolean): Hall {
  const started = performance.now();
  const layout = compileLayout(plan);
  const compileMs = performance.now() - started;
  const store = new SeatStore(
    plan.seats.map(({ seat }) => seat),
    () => performance.now(),
  );
  const states = someStates(layout);
  store.apply({ type: "hello", epoch: "e", seq: 0, heartbeat_ms: 15_000 });
  store.apply({ type: "snapshot", epoch: "e", seq: 0, states, hash: hashStates(states) });
  let view: ViewState | undefined;
  let focus = -1;
  const picks: number[] = [];
  const engine = new SeatMapEngine({
    base: canvas("base"),
    overlay: canvas("overlay"),
    minimap: canvas("minimap"),
    layout,
    palette: dark ? DARK : LIGHT,
    look: (ordinal) => store.look(ordinal),
    onPick: (ordinal) => picks.push(ordinal),
    onFocus: (ordinal) => {
      focus = ordinal;
    },
    onView: (next) => {
      view = next;
      canvas("minimap").style.visibility = next.fitted ? "hidden" : "visible";
    },
  });
  store.subscribeSeats((changed) => engine.seatsChanged(changed));
  document.documentElement.style.background = dark ? DARK.ground : LIGHT.ground;
  return { layout, store, engine, view: () => view, picks, focus: () => focus, compileMs };
}

/** As a sale in full swing leaves it: every section sold to another degree, in clusters. */
function someStates({ count, sectionOf, sections }: MapLayout): Uint8Array {
  const chance = seeded(2026);
  const demand = sections.map(() => chance());
  let state: SeatState = 0;
  return Uint8Array.from({ length: count }, (_, seat) => {
    const share = demand[sectionOf[seat] ?? 0] ?? 0;
    if (chance() < 0.4) {
      const dice = chance();
      state = dice < share * 0.8 ? 2 : dice < share * 0.8 + 0.06 ? 1 : dice > 0.985 ? 3 : 0;
    }
    return state;
  });
}
