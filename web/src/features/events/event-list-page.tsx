// The list of events with search and filter: the first thing that people see. The filter lives in the
// address, so that a search can be bookmarked and shared.
import { useSearchParams } from "react-router";
import { Button } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadProblem } from "../../components/load-problem";
import { type FilterName, isFiltering, readFilter } from "./event-filter";
import { EventFilters } from "./event-filters";
import { EventRow } from "./event-row";
import { EventRowSkeleton } from "./event-row-skeleton";
import { Hero } from "./hero";
import { useEvents } from "./use-events";

export function EventListPage() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  const { items, more, loading, problem, retry } = useEvents(filter);
  const filtering = isFiltering(filter);

  const setFilter = (name: FilterName, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const clear = () => setParams({}, { replace: true });

  return (
    <>
      <title>Events – Frontrow</title>
      <Hero />
      <EventFilters filter={filter} items={items} onChange={setFilter} onClear={clear} />
      <ul className="mt-5 grid gap-3" aria-busy={loading} aria-label="Events">
        {items.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
        {loading && SKELETONS.map((key) => <EventRowSkeleton key={key} />)}
      </ul>
      <div className="mt-5" role="status">
        {loading && <span className="sr-only">Loading events…</span>}
        {problem && <LoadProblem problem={problem} what="event" onRetry={retry} />}
        {!loading && !problem && items.length === 0 && (
          <NothingFound filtering={filtering} onClear={clear} />
        )}
      </div>
      {more && !loading && !problem && (
        <div className="mt-2 flex justify-center">
          <Button onClick={more}>Load more</Button>
        </div>
      )}
    </>
  );
}

const SKELETONS = ["first", "second", "third"];

function NothingFound({ filtering, onClear }: { filtering: boolean; onClear: () => void }) {
  if (!filtering) {
    return <EmptyState title="No events yet">As soon as there is one, it is here.</EmptyState>;
  }
  return (
    <EmptyState title="Nothing matches" action={<Button onClick={onClear}>Clear filters</Button>}>
      Try another word, another date, or look at everything.
    </EmptyState>
  );
}
