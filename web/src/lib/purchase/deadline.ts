// When somebody is warned that time runs out, and in which words. Pure. Spoken three times and never
// every second: a screen reader that counts down cannot be used for anything else.

export const WARNINGS_MS = [300_000, 60_000, 30_000];

/** The warning that was passed between two looks at the clock; the latest if it was several. */
export function warningBetween(beforeMs: number, nowMs: number): number | undefined {
  return WARNINGS_MS.findLast((warning) => beforeMs > warning && nowMs <= warning);
}

/** `left` as words, such as "5 minutes" or "30 seconds". Rounded to what people say. */
export function inWords(leftMs: number): string {
  const seconds = Math.max(0, Math.round(leftMs / 1000));
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/** `what`, as in "until your seats are free for others". */
export function warningText(warningMs: number, what: string): string {
  return `Less than ${inWords(warningMs)} ${what}.`;
}
