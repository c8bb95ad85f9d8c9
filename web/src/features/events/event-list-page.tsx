// The list of events with search and filter. The filter lives in the address, so that a search can
// be bookmarked and shared.
import { type ChangeEvent, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import { TextField } from "../../components/text-field";
import { EventRow } from "./event-row";
import { useEvents } from "./use-events";

const SEARCH_DELAY_MS = 250;

export function EventListPage() {
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const status = params.get("status") ?? "";
  const { items, more, loading, problem } = useEvents(q, status);

  const setFilter = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );

  return (
    <>
      <title>Events – Frontrow</title>
      <h1 className="text-3xl font-semibold tracking-tight">Events</h1>
      <form
        className="mt-6 grid gap-4 sm:grid-cols-[1fr_12rem]"
        onSubmit={(e) => e.preventDefault()}
      >
        <SearchBox value={q} onSearch={(value) => setFilter("q", value)} />
        <div>
          <label htmlFor="status" className="mb-1 block text-sm font-medium">
            Status
          </label>
          <select
            id="status"
            value={status}
            onChange={(event) => setFilter("status", event.target.value)}
            className="h-10 w-full rounded-lg border border-line bg-surface px-3"
          >
            <option value="">All</option>
            <option value="on_sale">On sale</option>
            <option value="closed">Sale closed</option>
            <option value="cancelled">Cancelled</option>
          </select>
        </div>
      </form>
      <ul className="mt-6 divide-y divide-line border-y border-line" aria-busy={loading}>
        {items.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ul>
      <div className="mt-6" role="status">
        {problem && <Notice tone="danger">{problem.detail}</Notice>}
        {loading && <p className="text-sm text-muted">Loading…</p>}
        {!loading && !problem && items.length === 0 && (
          <p className="text-muted">No events match. Try another word or status.</p>
        )}
      </div>
      {more && !loading && <Button onClick={more}>Load more</Button>}
    </>
  );
}

/** Waits for a pause in typing: every letter would be a request. */
function SearchBox({ value, onSearch }: { value: string; onSearch: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <TextField
      label="Search"
      type="search"
      placeholder="Name or venue"
      value={typed}
      onChange={(event: ChangeEvent<HTMLInputElement>) => setTyped(event.target.value)}
    />
  );
}
