// Every seat that is held or ordered: whose it is, since when, for how much longer. In pages, because
// a full hall has thousands; the clock moves only what is on the page.
import { useDeferredValue, useId, useMemo, useState } from "react";
import { Button } from "../../components/button";
import { formatCount } from "../../lib/format/format";
import type { SeatOrder } from "./action-dialog";
import { useDesk, useShown } from "./dashboard-context";
import { type HoldOrder, listHolds } from "./hold-list";
import { HoldTableRow } from "./hold-table-row";
import { Panel } from "./panel";

const PAGE = 50;

const ORDERS: { order: HoldOrder; words: string }[] = [
  { order: "oldest", words: "Oldest first" },
  { order: "ending", words: "Ending first" },
  { order: "seat", words: "By seat" },
];

interface Props {
  selected: ReadonlySet<string>;
  onToggle: (seat: string) => void;
  onAct: (order: SeatOrder) => void;
}

export function HoldsTable({ selected, onToggle, onAct }: Props) {
  const holds = useShown((state) => state.holds);
  const isLoaded = useShown((state) => state.holdsLoaded);
  const { event } = useDesk();
  const [filter, setFilter] = useState("");
  const [order, setOrder] = useState<HoldOrder>("oldest");
  const [wantedPage, setPage] = useState(0);
  const words = useDeferredValue(filter);
  const rows = useMemo(() => listHolds(holds, words, order), [holds, words, order]);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const page = Math.min(wantedPage, pages - 1);
  const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
  return (
    <Panel
      title="Holds"
      className="h-full"
      aside={<Controls filter={filter} onFilter={setFilter} order={order} onOrder={setOrder} />}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section tabIndex={0} aria-label="Holds, table" className="relative h-96 overflow-auto">
        <table className="w-full min-w-180 text-sm tabular-nums">
          <thead className="sticky top-0 z-1 bg-surface text-left text-xs text-muted">
            <tr>
              {["Select", "Seat", "Section", "Holder", "Age", "Ends in", "State", "Actions"].map(
                (column) => (
                  <th
                    key={column}
                    scope="col"
                    className="border-b border-line py-1 pr-3 font-medium whitespace-nowrap"
                  >
                    {column}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <HoldTableRow
                key={row.seat}
                row={row}
                ttlMs={(row.state === "held" ? event.hold_ttl_s : event.payment_window_s) * 1000}
                isSelected={selected.has(row.seat)}
                onToggle={onToggle}
                onAct={onAct}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p className="py-10 text-center text-sm text-muted">{emptyWords(isLoaded, filter)}</p>
        )}
      </section>
      <Pager page={page} pages={pages} count={rows.length} onPage={setPage} />
    </Panel>
  );
}

function emptyWords(isLoaded: boolean, filter: string): string {
  if (!isLoaded) return "The list of holds is on its way.";
  return filter ? "No hold fits this filter." : "Nobody holds a seat right now.";
}

interface ControlProps {
  filter: string;
  onFilter: (filter: string) => void;
  order: HoldOrder;
  onOrder: (order: HoldOrder) => void;
}

const CONTROL = "h-8 rounded-lg border border-edge bg-surface px-2 text-sm";

function Controls({ filter, onFilter, order, onOrder }: ControlProps) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label htmlFor={`${id}-filter`} className="text-xs text-muted">
        Filter
      </label>
      <input
        id={`${id}-filter`}
        type="search"
        data-testid="hold-filter"
        className={`w-44 ${CONTROL}`}
        value={filter}
        onChange={(change) => onFilter(change.target.value)}
      />
      <label htmlFor={`${id}-order`} className="text-xs text-muted">
        Order
      </label>
      <select
        id={`${id}-order`}
        className={CONTROL}
        value={order}
        onChange={(change) => onOrder(change.target.value as HoldOrder)}
      >
        {ORDERS.map((each) => (
          <option key={each.order} value={each.order}>
            {each.words}
          </option>
        ))}
      </select>
    </div>
  );
}

interface PagerProps {
  page: number;
  pages: number;
  count: number;
  onPage: (page: number) => void;
}

function Pager({ page, pages, count, onPage }: PagerProps) {
  return (
    <div className="mt-2 flex min-h-8 items-center justify-between gap-2 text-xs text-muted tabular-nums">
      <p>
        {formatCount(count)} {count === 1 ? "seat" : "seats"}
      </p>
      <div className="flex items-center gap-2">
        <Button size="small" disabled={page === 0} onClick={() => onPage(page - 1)}>
          Previous
        </Button>
        Page {page + 1} of {pages}
        <Button size="small" disabled={page + 1 >= pages} onClick={() => onPage(page + 1)}>
          Next
        </Button>
      </div>
    </div>
  );
}
