// The hook that browser tests use: `window.frontrow`. A canvas has no elements to look for, so this
// is how a test learns where a seat is drawn and what the page believes of it. Reads only; must
// never offer a way to change anything.
import type { SeatMapEngine } from "../../lib/map/seat-map-engine";
import type { LiveEvent } from "./live-event";

export interface DebugHook {
  /** The server's truth: 0 available, 1 held, 2 sold, 3 blocked. Undefined for an unknown seat. */
  seatState(seat: string): number | undefined;
  /** The middle of the seat in client coordinates, as a mouse event would carry them. */
  seatScreenPosition(seat: string): { x: number; y: number } | undefined;
  /** The seat as the page calls it, for instance in messages. */
  seatName(seat: string): string | undefined;
  /** The seats this page believes to hold. */
  mine(): string[];
  /** True once the first snapshot has arrived. */
  loaded(): boolean;
  /** Every seat id, in the order of the ordinals. */
  seats(): readonly string[];
}

declare global {
  interface Window {
    frontrow?: DebugHook;
  }
}

/** Returns the function that takes the hook away again. */
export function installDebugHook(
  canvas: HTMLCanvasElement,
  { store, hall }: LiveEvent,
  engine: SeatMapEngine,
): () => void {
  const hook: DebugHook = {
    seatState: (seat) => {
      const ordinal = store.ordinalOf(seat);
      return ordinal === undefined ? undefined : store.state(ordinal);
    },
    seatScreenPosition: (seat) => {
      const ordinal = store.ordinalOf(seat);
      if (ordinal === undefined) return undefined;
      const corner = canvas.getBoundingClientRect();
      const { x, y } = engine.positionOf(ordinal);
      return { x: corner.left + x, y: corner.top + y };
    },
    seatName: (seat) => {
      const ordinal = store.ordinalOf(seat);
      return ordinal === undefined ? undefined : hall.nameOf(ordinal);
    },
    mine: () => store.getSnapshot().mine.map(({ seat }) => seat),
    loaded: () => store.getSnapshot().loaded,
    seats: () => store.seats,
  };
  window.frontrow = hook;
  return () => {
    if (window.frontrow === hook) delete window.frontrow;
  };
}
