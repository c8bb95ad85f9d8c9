// What the map's colours mean here: how long a seat has been held, or how busy its section is. Pure.
// Must never be the only sign: the seat's shape still tells its state.
import type { SectionStats } from "../../lib/admin-live/admin-frames";
import type { HoldRow } from "../../lib/admin-live/hold-book";

export interface Tints {
  /** From fresh to old. */
  ages: readonly string[];
  /** From quiet to busy. */
  heat: readonly string[];
  free: string;
  selected: string;
}

// One ramp of a hue that grows darker on paper and brighter at night; every step has 3:1 on the
// ground and on a section, and is told from the next one by lightness as well.
export const LIGHT_TINTS: Tints = {
  ages: ["#b07900", "#ad5a00", "#a43a0a", "#811f10", "#52100f"],
  heat: ["#7390a0", "#4b7d9c", "#1f6a98", "#0a5076", "#063450"],
  free: "#0072b2",
  selected: "#a8477f",
};

export const DARK_TINTS: Tints = {
  ages: ["#8f7434", "#b58228", "#ee9a2e", "#ffb273", "#ffd9c4"],
  heat: ["#607683", "#5590af", "#5aaedb", "#8ccdf0", "#d8eefc"],
  free: "#4fb0e6",
  selected: "#de9cc1",
};

/** Where one step ends, as a share of the event's time to hold; the last step has no end. */
const STEP_ENDS = [0.1, 0.3, 0.5, 1];

export function ageSteps(holdTtlMs: number): number[] {
  return STEP_ENDS.map((share) => share * holdTtlMs);
}

export function ageStep(ageMs: number, holdTtlMs: number): number {
  const step = ageSteps(holdTtlMs).findIndex((end) => ageMs < end);
  return step < 0 ? STEP_ENDS.length : step;
}

/** Undefined where nobody knows since when: the seat keeps the usual colour of a hold. */
export function ageColor(row: HoldRow, now: number, holdTtlMs: number, { ages }: Tints) {
  if (row.heldSince === undefined) return undefined;
  return ages[ageStep(now - row.heldSince, holdTtlMs)];
}

/** By section id: its holds in the last minute, measured against the busiest one. */
export function sectionHeat(sections: readonly SectionStats[], { heat }: Tints) {
  const busiest = Math.max(1, ...sections.map(({ holds_last_minute }) => holds_last_minute));
  return new Map(
    sections.map(({ id, holds_last_minute }) => {
      const step = Math.ceil((holds_last_minute / busiest) * (heat.length - 1));
      return [id, heat[step] ?? heat[0] ?? ""];
    }),
  );
}
