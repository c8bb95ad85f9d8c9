// Which seats left the cart without a move of this page, and why: their time was over, or another
// tab or the organizer gave them back. Pure.
import type { MySeat, SeatLook } from "../../lib/live/seat-store";

export interface Departures {
  expired: number[];
  gone: number[];
}

interface Change {
  before: readonly MySeat[];
  after: readonly MySeat[];
  /** Seats that the server says it lost: the page has a notice of its own for them. */
  lost: readonly string[];
  lookBefore: (ordinal: number) => SeatLook;
  nowMs: number;
}

/** The server ends a hold up to a quarter of a second off, and the news takes a moment. */
const ABOUT_OVER_MS = 1_500;

export function departures({ before, after, lost, lookBefore, nowMs }: Change): Departures {
  const kept = new Set(after.map(({ ordinal }) => ordinal));
  const left = before.filter(({ ordinal, seat }) => {
    return !kept.has(ordinal) && !lost.includes(seat) && lookBefore(ordinal) !== "releasing";
  });
  const isOver = ({ expiresAt }: MySeat) => expiresAt - nowMs <= ABOUT_OVER_MS;
  return {
    expired: left.filter(isOver).map(({ ordinal }) => ordinal),
    gone: left.filter((seat) => !isOver(seat)).map(({ ordinal }) => ordinal),
  };
}
