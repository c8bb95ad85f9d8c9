// The pages of one list that have been loaded so far. Must never mix the items of two searches: an
// answer for a key that is not asked for any more is dropped.
import { useEffect, useEffectEvent, useState } from "react";
import { type ApiProblem, toProblem } from "./api/problem";
import type { Page } from "./api/types";

interface Listing<T> {
  /** Which search these items answer. */
  key: string;
  items: T[];
  /** Where the next page starts; undefined at the end. */
  cursor?: string | undefined;
  loading: boolean;
  problem?: ApiProblem | undefined;
}

type LoadPage<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

/** Starts again when `key` changes; `load` itself may be a new function on every render. */
export function usePages<T>(key: string, load: LoadPage<T>) {
  const [listing, setListing] = useState<Listing<T>>({ key, items: [], loading: true });
  // An object, so that asking for the same page again after a failure is a change.
  const [wanted, setWanted] = useState<{ key: string; cursor?: string | undefined }>({ key });
  const fetchPage = useEffectEvent(load);

  useEffect(() => {
    const abort = new AbortController();
    // A cursor of the search before means nothing here.
    const cursor = wanted.key === key ? wanted.cursor : undefined;
    const start = (before: Listing<T>) => (cursor && before.key === key ? before.items : []);
    setListing((before) => ({ key, items: start(before), loading: true }));
    fetchPage(cursor, abort.signal).then(
      ({ items, next_cursor }) => {
        if (abort.signal.aborted) return;
        const next = next_cursor ?? undefined;
        setListing(({ items: before }) => ({
          key,
          items: [...before, ...items],
          cursor: next,
          loading: false,
        }));
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setListing((before) => ({ ...before, cursor, loading: false, problem: toProblem(error) }));
      },
    );
    return () => abort.abort();
  }, [key, wanted]);

  const current = listing.key === key ? listing : { key, items: [], loading: true };
  const { cursor } = current;
  return {
    items: current.items as T[],
    loading: current.loading,
    problem: current.problem,
    more: cursor ? () => setWanted({ key, cursor }) : undefined,
    /** The page that failed once more. */
    retry: () => setWanted({ key, cursor }),
    /** Something that is shown has changed by what was done here. */
    change: (update: (item: T) => T) =>
      setListing((before) => ({ ...before, items: before.items.map(update) })),
  };
}
