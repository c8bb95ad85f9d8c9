// Prices, and which of them to show: the legend of the colours and the filter are one thing, because
// whoever reads a price here wants to see where it is.
import type { ReactNode } from "react";
import { Button } from "../../components/button";
import { formatCount, formatMoney } from "../../lib/format/format";
import { type Filters, isFiltering, NO_FILTERS, passesCategory, toggleCategory } from "./filters";
import type { HallCategory } from "./hall";
import type { LiveEvent } from "./live-event";
import { PriceRange } from "./price-range";
import { SeatSample } from "./seat-sample";
import { useCategoryCounts } from "./use-live-event";

interface Props {
  live: LiveEvent;
  filters: Filters;
  onChange: (filters: Filters) => void;
  wide: boolean;
}

export function FilterPanel({ live, filters, onChange, wide }: Props) {
  const { hall } = live;
  const filtering = isFiltering(filters);
  return (
    <Panel title="Prices and filter" note={filtering ? "filtered" : ""} open={wide}>
      <fieldset>
        <legend className="sr-only">Show these categories</legend>
        <CategoryRows live={live} filters={filters} onChange={onChange} />
      </fieldset>
      <PriceRange hall={hall} filters={filters} onChange={onChange} />
      {hall.hasAccessible && (
        <label className="mt-3 flex min-h-8 items-center gap-2.5 text-sm">
          <input
            type="checkbox"
            data-testid="filter-accessible"
            checked={filters.accessibleOnly}
            onChange={() => onChange({ ...filters, accessibleOnly: !filters.accessibleOnly })}
            className="size-4.5 accent-(--color-accent)"
          />
          Accessible seats only
        </label>
      )}
      {filtering && (
        <Button
          size="small"
          className="mt-3"
          data-testid="filter-reset"
          onClick={() => onChange(NO_FILTERS)}
        >
          Show everything
        </Button>
      )}
    </Panel>
  );
}

/** Beside the map always open, below it on a phone behind its title. */
function Panel(props: { title: string; note: string; open: boolean; children: ReactNode }) {
  const look = "rounded-2xl border border-line bg-surface px-4 shadow-card";
  if (props.open) {
    return (
      <section aria-label={props.title} className={`${look} py-4`}>
        <h2 className="mb-1.5 text-base font-semibold">{props.title}</h2>
        {props.children}
      </section>
    );
  }
  return (
    <details className={look}>
      <summary className="flex min-h-12 items-center justify-between gap-3 font-semibold">
        <h2 className="text-base">{props.title}</h2>
        <span className="text-sm font-normal text-muted">{props.note || "show"}</span>
      </summary>
      <div className="pb-4">{props.children}</div>
    </details>
  );
}

function CategoryRows({ live, filters, onChange }: Omit<Props, "wide">) {
  const counts = useCategoryCounts(live);
  return live.hall.categories.map((category) => (
    <CategoryRow
      key={category.id}
      category={category}
      free={counts[category.index]?.available ?? 0}
      checked={!filters.without.has(category.id)}
      shown={passesCategory(filters, category)}
      onToggle={() => onChange(toggleCategory(filters, category.id))}
    />
  ));
}

interface RowProps {
  category: HallCategory;
  free: number;
  checked: boolean;
  /** Not hidden by the price range either. */
  shown: boolean;
  onToggle: () => void;
}

function CategoryRow({ category, free, checked, shown, onToggle }: RowProps) {
  const { id, name, color, price } = category;
  return (
    <label className="flex min-h-8 items-center gap-2.5 text-sm max-lg:min-h-11">
      <input
        type="checkbox"
        data-testid={`filter-category-${id}`}
        checked={checked}
        onChange={onToggle}
        className="size-4.5 shrink-0 accent-(--color-accent)"
      />
      <SeatSample look={0} color={color} />
      <span className={`min-w-0 flex-1 truncate ${shown ? "" : "text-muted line-through"}`}>
        {name}
      </span>
      <span className="shrink-0 text-muted tabular-nums">{freeWords(free)}</span>
      <span className="w-18 shrink-0 text-right font-semibold tabular-nums">
        {price ? formatMoney(price) : "–"}
      </span>
    </label>
  );
}

function freeWords(free: number): string {
  return free === 0 ? "none free" : `${formatCount(free)} free`;
}
