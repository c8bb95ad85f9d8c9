// The pages of the event list that have been loaded so far.
import { useEffect, useState } from "react";
import { listEvents } from "../../lib/api/events-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import type { EventSummary } from "../../lib/api/types";
import { useServices } from "../../lib/services";

interface Listing {
  /** Which search these items answer. */
  key: string;
  items: EventSummary[];
  /** Where the next page starts; undefined at the end. */
  cursor?: string | undefined;
  loading: boolean;
  problem?: ApiProblem;
}

export function useEvents(q: string, status: string) {
  const { api } = useServices();
  const key = `${status}\n${q}`;
  const [listing, setListing] = useState<Listing>({ key, items: [], loading: true });
  // An object, so that asking for the same page again after a failure is a change.
  const [wanted, setWanted] = useState<{ cursor?: string }>({});

  useEffect(() => {
    const abort = new AbortController();
    const filter = { q: q || undefined, status: status || undefined, cursor: wanted.cursor };
    setListing((before) => ({ key, items: wanted.cursor ? before.items : [], loading: true }));
    listEvents(api, filter, abort.signal).then(
      ({ items, next_cursor }) =>
        setListing((before) => ({
          key,
          items: [...before.items, ...items],
          cursor: next_cursor ?? undefined,
          loading: false,
        })),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = toProblem(error);
        setListing((before) => ({ ...before, cursor: wanted.cursor, loading: false, problem }));
      },
    );
    return () => abort.abort();
  }, [api, key, q, status, wanted]);

  // A new search starts at its first page; a cursor of the old one means nothing there.
  const [searched, setSearched] = useState(key);
  if (searched !== key) {
    setSearched(key);
    setWanted({});
  }

  const { items, cursor, loading, problem } = listing;
  return { items, loading, problem, more: cursor ? () => setWanted({ cursor }) : undefined };
}
