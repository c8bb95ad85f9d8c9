// The times of a cart. Pure.
import type { MySeat } from "../../lib/live/seat-store";

/** Seats that were taken within two seconds of each other share one countdown. */
const TOGETHER_MS = 2_000;

/** When the first seat is lost, on the store's clock. */
export function firstDeadline(mine: readonly MySeat[]): number | undefined {
  if (mine.length === 0) return undefined;
  return Math.min(...mine.map(({ expiresAt }) => expiresAt));
}

export function hasOwnTime(seat: MySeat, first: number): boolean {
  return seat.expiresAt - first > TOGETHER_MS;
}
