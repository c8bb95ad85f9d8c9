// How much of the map is drawn at a zoom, and what can be picked there. Pure.

/** 0: sections as shapes. 1: seats as dots. 2: seats with the shape of their state. 3: with numbers. */
export type Lod = 0 | 1 | 2 | 3;

/** In CSS pixels between neighbouring seats. */
export const DOT_PX = 3;
export const SHAPE_PX = 7;
export const NUMBER_PX = 24;
/** Where a flight to single seats ends: large enough for a finger. */
export const SEAT_VIEW_PX = 28;
/** Nobody needs larger seats than this. */
export const MAX_PX = 64;
/** From here on a ring can be told from a disc. */
export const HOLLOW_PX = 4.5;

export function lodAt(pitchPx: number): Lod {
  if (pitchPx < DOT_PX) return 0;
  if (pitchPx < SHAPE_PX) return 1;
  return pitchPx < NUMBER_PX ? 2 : 3;
}

/** A mouse hits small things, a finger needs the 24 CSS pixels that WCAG 2.5.8 asks for. */
export function canPick(pitchPx: number, pointerType: string): boolean {
  return pitchPx >= (pointerType === "touch" ? NUMBER_PX : SHAPE_PX);
}
