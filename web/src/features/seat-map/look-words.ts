// The state of a seat in a word or two, the same on the map, in the list and in the legend.
import type { SeatLook } from "../../lib/live/seat-store";
import type { Hall } from "./hall";

export const LOOK_WORDS: Record<SeatLook, string> = {
  0: "free",
  1: "held by somebody else",
  2: "sold",
  3: "not for sale",
  mine: "yours",
  holding: "being held for you",
  releasing: "being given back",
};

/** `Block D, row 4, seat 12, Kategorie II, €55.00, free`. */
export function describeSeat(hall: Hall, ordinal: number, look: SeatLook): string {
  return [hall.nameOf(ordinal), hall.aboutOf(ordinal), LOOK_WORDS[look]].filter(Boolean).join(", ");
}
