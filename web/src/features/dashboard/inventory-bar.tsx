// All seats as one bar. The words below carry the same numbers.
import { formatCount } from "../../lib/format/format";
import { useShown } from "./dashboard-context";
import { SeatMark, type SeatMarkName } from "./marks";
import { formatShare } from "./numbers";

const PARTS: { name: SeatMarkName; words: string; fill: string }[] = [
  { name: "sold", words: "sold", fill: "var(--color-data-sold)" },
  { name: "held", words: "held", fill: "var(--color-data-held)" },
  { name: "blocked", words: "blocked", fill: "var(--color-data-blocked)" },
  { name: "available", words: "available", fill: "var(--color-data-free)" },
];

export function InventoryBar() {
  const counts = useShown(({ stats }) => stats?.counts);
  const total = counts ? PARTS.reduce((sum, { name }) => sum + counts[name], 0) : 0;
  return (
    <section
      aria-label="All seats"
      className="rounded-xl border border-line bg-surface px-3 py-2.5"
    >
      <div aria-hidden className="flex h-3 gap-0.5 overflow-hidden rounded-full bg-sunken">
        {counts &&
          PARTS.map(({ name, fill }) => (
            <span key={name} style={{ flexGrow: counts[name], background: fill }} />
          ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted tabular-nums">
        {PARTS.map(({ name, words }) => (
          <li key={name} className="flex items-center gap-1.5">
            <SeatMark name={name} />
            {counts ? formatCount(counts[name]) : "–"} {words}
            {counts && ` (${formatShare(counts[name], total) ?? "–"})`}
          </li>
        ))}
        <li className="ml-auto">{counts ? formatCount(total) : "–"} seats</li>
      </ul>
    </section>
  );
}
