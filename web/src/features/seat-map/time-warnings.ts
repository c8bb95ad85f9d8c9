// When to say that the time for the cart runs out: three times, never every second. Pure.
import { inWords, WARNINGS_MS } from "../../lib/purchase/deadline";

const MINUTE_MS = 60_000;
/** A timer may be early by a moment; the same warning must not be due again. */
const SLACK_MS = 50;

/** How long until the next warning is due; undefined when there will be none. */
export function nextWarningInMs(leftMs: number): number | undefined {
  const next = WARNINGS_MS.find((atMs) => atMs < leftMs - SLACK_MS);
  return next === undefined ? undefined : leftMs - next;
}

/** After a sleep several warnings are due at once: only what is true now is said. */
export function warningText(leftMs: number): string {
  const left = inWords(leftMs);
  return leftMs <= MINUTE_MS + SLACK_MS
    ? `${left} left to buy your seats. Keep them longer or continue to checkout.`
    : `${left} left to buy your seats.`;
}
