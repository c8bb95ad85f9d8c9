// How long to wait before the next connection attempt. Pure; randomness comes in as an argument.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * Doubles from half a second to 15 s. The random half keeps a thousand pages from coming back in
 * the same moment after a server restart; `atLeastMs` is the wait that the server asked for.
 */
export function reconnectDelay(attempt: number, random: number, atLeastMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return atLeastMs + ceiling * (0.5 + random / 2);
}
