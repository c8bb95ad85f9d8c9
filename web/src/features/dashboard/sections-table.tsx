// Every section in numbers, in any order. A section's name shows it on the map; with the heat on, the
// map shows what the column of holds says.
import { useMemo, useState } from "react";
import { Button } from "../../components/button";
import type { SectionStats } from "../../lib/admin-live/admin-frames";
import { useShown } from "./dashboard-context";
import { Figure } from "./figure";
import { Mark } from "./marks";
import { formatNumber, formatShare, formatSpan } from "./numbers";
import { Panel } from "./panel";
import { nextOrder, orderSections, type SectionColumn, type SectionOrder } from "./section-order";

const COLUMNS: { column: SectionColumn; words: string; hint?: string }[] = [
  { column: "name", words: "Section" },
  { column: "total", words: "Seats" },
  { column: "sold", words: "Sold" },
  { column: "held", words: "Held" },
  { column: "oldest", words: "Oldest", hint: "Age of the oldest hold" },
  { column: "holds", words: "Holds/min", hint: "Seats held in the last minute" },
  { column: "conflicts", words: "Refused", hint: "Holds refused in the last minute" },
];

const NO_SECTIONS: readonly SectionStats[] = [];

interface Props {
  heat: boolean;
  onHeat: (heat: boolean) => void;
  onShow: (sectionId: string) => void;
}

// `relative`: words for screen readers must not reach out of what scrolls.
const SCROLLING = "relative max-h-80 overflow-auto";

export function SectionsTable({ heat, onHeat, onShow }: Props) {
  const sections = useShown(({ stats }) => stats?.sections) ?? NO_SECTIONS;
  const [order, setOrder] = useState<SectionOrder>({ column: "name", descending: false });
  const rows = useMemo(() => orderSections(sections, order), [sections, order]);
  const busiest = Math.max(1, ...sections.map(({ holds_last_minute }) => holds_last_minute));
  return (
    <Panel
      title="Sections"
      aside={
        <Button size="small" aria-pressed={heat} onClick={() => onHeat(!heat)}>
          {heat && <Mark name="good" />}
          Heat on the map
        </Button>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section tabIndex={0} aria-label="Sections, table" className={SCROLLING}>
        <table className="w-full text-sm tabular-nums">
          <thead className="sticky top-0 z-1 bg-surface text-xs text-muted">
            <tr>
              {COLUMNS.map(({ column, words, hint }) => (
                <th
                  key={column}
                  scope="col"
                  aria-sort={sortOf(order, column)}
                  title={hint}
                  className={`border-b border-line py-1 font-medium ${column === "name" ? "text-left" : "pl-2 text-right"}`}
                >
                  <button
                    type="button"
                    className="min-h-6 rounded whitespace-nowrap hover:text-ink"
                    onClick={() => setOrder(nextOrder(order, column))}
                  >
                    {column === "name" && words}
                    <span aria-hidden className="inline-block w-3 text-center">
                      {order.column === column ? (order.descending ? "↓" : "↑") : ""}
                    </span>
                    {column !== "name" && words}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((section) => (
              <SectionRow key={section.id} section={section} busiest={busiest} onShow={onShow} />
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

function sortOf(order: SectionOrder, column: SectionColumn) {
  if (order.column !== column) return undefined;
  return order.descending ? ("descending" as const) : ("ascending" as const);
}

interface RowProps {
  section: SectionStats;
  busiest: number;
  onShow: (sectionId: string) => void;
}

function SectionRow({ section, busiest, onShow }: RowProps) {
  const { id, name, total, sold, held, holds_last_minute, conflicts_last_minute } = section;
  return (
    <tr data-testid={`section-row-${id}`} className="border-b border-line last:border-0">
      <th scope="row" className="py-0.5 text-left font-medium">
        <button
          type="button"
          title={`Show ${name} on the map`}
          className="min-h-7 max-w-40 truncate rounded underline decoration-line underline-offset-4 hover:decoration-ink"
          onClick={() => onShow(id)}
        >
          {name}
        </button>
      </th>
      <td className="pl-2 text-right whitespace-nowrap">{formatNumber(total)}</td>
      <td className="pl-2 text-right whitespace-nowrap">
        <Bar share={total > 0 ? sold / total : 0} color="var(--color-data-sold)" />
        {formatShare(sold, total) ?? "–"}
      </td>
      <td className="pl-2 text-right whitespace-nowrap">{formatNumber(held)}</td>
      <td className="pl-2 text-right whitespace-nowrap">
        <Figure
          value={formatSpan(section.oldest_hold_ms)}
          why="No seat of this section is in a cart."
        />
      </td>
      <td className="pl-2 text-right whitespace-nowrap">
        <Bar share={holds_last_minute / busiest} color="var(--color-data-held)" />
        {formatNumber(holds_last_minute)}
      </td>
      <td className={`pl-2 text-right ${conflicts_last_minute > 0 ? "font-semibold" : ""}`}>
        {formatNumber(conflicts_last_minute)}
      </td>
    </tr>
  );
}

/** A number's size beside the number. */
function Bar({ share, color }: { share: number; color: string }) {
  return (
    <span
      aria-hidden
      className="mr-1.5 inline-block h-1.5 w-6 rounded-full min-[87rem]:w-10 bg-sunken align-middle"
    >
      <span
        className="block h-full rounded-full"
        style={{ width: `${Math.min(1, share) * 100}%`, background: color }}
      />
    </span>
  );
}
