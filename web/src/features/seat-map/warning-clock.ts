// Follows the first deadline of the cart and speaks up when a warning is due, and once more when the
// time is over and nobody has said so. One timer at a time; it must never tick.
import { nextWarningInMs, warningText } from "./time-warnings";

interface Options {
  now: () => number;
  /** Undefined takes the last warning back: there is time again, or nothing left to lose. */
  onWarning: (text: string | undefined) => void;
  /** The deadline has passed and the seats are still there: only the server knows. */
  onOver: () => void;
}

/** The server's word that a hold has ended is usually here well before that. */
const OVER_AFTER_MS = 2_000;
/** A cart that is told again moves a deadline by the time that it was on its way. */
const SAME_WITHIN_MS = 1_000;

export class WarningClock {
  private readonly options: Options;
  private deadlineMs: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  /** The deadline on the given clock; the same one again changes nothing. */
  follow(deadlineMs: number | undefined): void {
    if (isSame(deadlineMs, this.deadlineMs)) return;
    this.deadlineMs = deadlineMs;
    this.options.onWarning(undefined);
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.deadlineMs = undefined;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.deadlineMs === undefined) return;
    const leftMs = this.deadlineMs - this.options.now();
    const waitMs = nextWarningInMs(leftMs);
    this.timer =
      waitMs === undefined
        ? setTimeout(this.options.onOver, leftMs + OVER_AFTER_MS)
        : setTimeout(() => this.warn(), waitMs);
  }

  private warn(): void {
    if (this.deadlineMs === undefined) return;
    this.options.onWarning(warningText(this.deadlineMs - this.options.now()));
    this.schedule();
  }
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) < SAME_WITHIN_MS;
}
