// The time that is left, as a clock and as words. The clock changes every second and is never read
// out; the region beside it speaks three times, when a warning is passed.
import { type ReactNode, useEffect, useRef, useState } from "react";
import { formatCountdown } from "../lib/format/format";
import { warningBetween, warningText } from "../lib/purchase/deadline";
import { useNow } from "../lib/use-now";

const HURRY_MS = 60_000;

interface Props {
  /** On the clock of `performance.now()`. */
  expiresAt: number;
  /** What ends, for the label of the clock: "Time to pay". */
  label: string;
  /** After "Less than 1 minute": "left to pay". */
  what: string;
  testId?: string;
  /** A way to win time. */
  children?: ReactNode;
}

export function Countdown({ expiresAt, label, what, testId, children }: Props) {
  const left = expiresAt - useNow(true);
  const warning = useWarning(expiresAt, left);
  const hurry = left < HURRY_MS;
  return (
    <div
      className={`rounded-xl border px-4 py-3 ${hurry ? "border-danger bg-danger-soft" : "border-line bg-sunken"}`}
    >
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-sm">{label}</span>
        <span
          role="timer"
          aria-label={label}
          data-testid={testId}
          className={`font-display text-2xl leading-none font-semibold tabular-nums ${hurry ? "text-danger" : ""}`}
        >
          {formatCountdown(left)}
        </span>
      </div>
      <p role="status" className={warning ? "mt-2 text-sm font-medium" : ""}>
        {warning && warningText(warning, what)}
      </p>
      {children}
    </div>
  );
}

/** The warning that was passed last while this deadline was watched. A later deadline takes it back. */
function useWarning(expiresAt: number, left: number): number | undefined {
  const [passed, setPassed] = useState<{ expiresAt: number; warning: number }>();
  const before = useRef({ expiresAt, left });
  useEffect(() => {
    const same = before.current.expiresAt === expiresAt;
    const warning = same ? warningBetween(before.current.left, left) : undefined;
    before.current = { expiresAt, left };
    if (warning) setPassed({ expiresAt, warning });
  }, [expiresAt, left]);
  return passed?.expiresAt === expiresAt ? passed.warning : undefined;
}
