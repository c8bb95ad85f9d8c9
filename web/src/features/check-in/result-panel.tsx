// The result of the last scan, as large as the page: colour, sign and word. The region is in the page
// before its text, so that it is read out.
import { useEffect, useState } from "react";
import type { ScanKind } from "./scan-result";
import type { Scan } from "./use-desk";

/** Quicker answers replace the one before without a word in between. */
const SLOW_MS = 250;

const LOOKS: Record<ScanKind, string> = {
  admitted: "border-accent bg-accent text-on-accent",
  already_used: "border-warning bg-warning text-ground",
  bad_code: "border-danger bg-danger text-ground",
  error: "border-4 border-dashed border-danger bg-danger-soft text-ink",
};

const SIGNS: Record<ScanKind, string> = {
  admitted: "m5 13 5 5L20 6",
  already_used: "M12 6v7l4 3M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19",
  bad_code: "m6 6 12 12M18 6 6 18",
  error: "M12 4v10m0 4.5v.5",
};

export function ResultPanel({ scan, busy }: { scan: Scan | undefined; busy: boolean }) {
  // The result of the ticket before must not stand there while somebody waits for this one.
  const slow = useLasting(busy, SLOW_MS);
  return (
    <div role="alert">
      {scan && !slow ? (
        <div
          key={scan.id}
          data-testid="checkin-result"
          data-result={scan.kind}
          className={`flex items-center gap-5 rounded-2xl border-2 px-5 py-6 ${LOOKS[scan.kind]}`}
        >
          <Sign kind={scan.kind} />
          <div className="min-w-0">
            <p className="font-display text-3xl leading-tight font-bold">{scan.title}</p>
            {scan.seat && (
              <p className="text-2xl font-semibold break-words">
                <span className="text-base font-normal">Seat </span>
                {scan.seat}
              </p>
            )}
            {scan.event && <p className="break-words">{scan.event}</p>}
            {scan.text && <p className="mt-1">{scan.text}</p>}
          </div>
        </div>
      ) : (
        <p className="rounded-2xl border border-dashed border-edge px-5 py-10 text-center text-muted">
          {slow ? "Asking the server…" : "Scan a ticket, or type its code."}
        </p>
      )}
    </div>
  );
}

/** Whether something is so for that long already. */
function useLasting(is: boolean, lasts_ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!is) return;
    const timer = setTimeout(() => setLasting(true), lasts_ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [is, lasts_ms]);
  return lasting;
}

export function Sign({ kind, className = "size-16" }: { kind: ScanKind; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      <path d={SIGNS[kind]} />
    </svg>
  );
}
