// What keeping the seats longer has brought. Pure; the server sets the limit.
import { inWords } from "../../lib/purchase/deadline";

export interface Extension {
  text: string;
  /** No seat can be kept any longer. */
  capped: boolean;
}

/** Less than the full time means that the limit cut it; a moment was lost on the way. */
const FULL_WITHIN_MS = 1_500;

export function extension(leftMs: readonly number[], ttlMs: number): Extension {
  if (leftMs.length === 0) return { text: "There are no seats to keep.", capped: false };
  const shortest = Math.min(...leftMs);
  const capped = leftMs.every((left) => left < ttlMs - FULL_WITHIN_MS);
  const time = inWords(shortest);
  if (capped) return { text: `That is the limit: ${time} left, and no more after that.`, capped };
  if (shortest < ttlMs - FULL_WITHIN_MS) {
    return { text: `Kept longer. ${time} left for the seat that you have had longest.`, capped };
  }
  return { text: `Your seats are kept for another ${time}.`, capped };
}
