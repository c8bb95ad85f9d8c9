// The last scans at this door, the newest first. Lives as long as the page.
import { Sign } from "./result-panel";
import type { Scan } from "./use-desk";

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

const TONES = {
  admitted: "text-accent",
  already_used: "text-warning",
  bad_code: "text-danger",
  error: "text-danger",
};

export function ScanList({ scans }: { scans: readonly Scan[] }) {
  if (scans.length === 0) return null;
  return (
    <section aria-labelledby="last-scans">
      <h2 id="last-scans" className="text-lg font-semibold">
        Last scans
      </h2>
      <ol className="mt-2 divide-y divide-line border-y border-line">
        {scans.map((scan) => (
          <li key={scan.id} className="flex items-center gap-3 py-2 text-sm">
            <Sign kind={scan.kind} className={`size-5 ${TONES[scan.kind]}`} />
            <span className="font-semibold">{scan.title}</span>
            <span className="min-w-0 flex-1 truncate text-muted">
              {scan.seat ?? `code ${scan.code.slice(0, 10)}…`}
            </span>
            <time dateTime={new Date(scan.at).toISOString()} className="text-muted tabular-nums">
              {TIME.format(scan.at)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
