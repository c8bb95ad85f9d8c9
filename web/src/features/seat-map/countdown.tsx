// How much time is left, in minutes and seconds. Never read out by itself: a timer that speaks every
// second cannot be listened to.
import { formatCountdown } from "../../lib/format/format";
import { useNow } from "../../lib/use-now";

const HURRY_MS = 60_000;

interface Props {
  /** On `performance.now()`'s clock. */
  deadline: number;
  label?: string;
  className?: string;
}

export function Countdown({ deadline, label, className = "" }: Props) {
  const leftMs = deadline - useNow(true);
  const tone = leftMs < HURRY_MS ? "font-semibold text-danger" : "";
  return (
    <span role="timer" aria-label={label} className={`tabular-nums ${tone} ${className}`}>
      {formatCountdown(leftMs)}
    </span>
  );
}
