// What a plan looks like before it is sent: drawn, and counted by category and section.
import { Notice } from "../../../components/notice";
import type { Plan } from "../../../lib/api/types";
import { formatCount } from "../../../lib/format/format";
import { type ChosenPlan, pricedCategories } from "./draft";
import { PlanMap } from "./plan-map";
import { PlaceList } from "./refusal-list";

export function PlanReport({ plan }: { plan: ChosenPlan }) {
  const { plan: drawn, problems } = plan.preview;
  const categories = pricedCategories(drawn);
  return (
    <section aria-label="Preview" className="space-y-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="text-lg font-semibold break-words">{plan.label}</h2>
        <p role="status" className="text-sm text-muted tabular-nums">
          {formatCount(drawn.seats.length)} seats, {formatCount(drawn.sections.length)} sections
        </p>
      </div>
      <PlanMap plan={drawn} />
      <p className="text-sm text-muted">
        This preview is drawn in your browser. The server checks the plan when the event is created.
      </p>
      {problems.length > 0 && (
        <Notice tone="warning">
          <p className="font-semibold">
            {problems.length >= 100 ? "100 or more places" : `${problems.length} places`} in the
            plan look wrong. The server will probably not take it.
          </p>
          <PlaceList entries={problems.map(({ path, message }) => ({ place: path, message }))} />
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <CountTable
          caption="By category"
          rows={categories.map(({ id, name, color, total }) => ({ id, name, color, total }))}
        />
        <CountTable caption="By section" rows={countSections(drawn)} />
      </div>
    </section>
  );
}

interface CountRow {
  id: string;
  name: string;
  color?: string | null | undefined;
  total: number;
}

function CountTable({ caption, rows }: { caption: string; rows: CountRow[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="max-h-72 overflow-y-auto" tabIndex={0} aria-label={caption}>
      <table className="w-full text-sm">
        <caption className="pb-1 text-left font-semibold">{caption}</caption>
        <tbody className="divide-y divide-line border-y border-line">
          {rows.map(({ id, name, color, total }) => (
            <tr key={id}>
              <th scope="row" className="py-1.5 text-left font-normal">
                {color && (
                  <span
                    aria-hidden
                    className="mr-2 inline-block size-3 rounded-full border border-edge"
                    style={{ backgroundColor: color }}
                  />
                )}
                {name}
              </th>
              <td className="py-1.5 pr-1 text-right tabular-nums">{formatCount(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function countSections({ seats, sections }: Plan): CountRow[] {
  const totals = new Map<string, number>();
  for (const { section } of seats) totals.set(section, (totals.get(section) ?? 0) + 1);
  return sections.map(({ id, name }) => ({ id, name, total: totals.get(id) ?? 0 }));
}
