// The events that a list of orders or tickets belongs to, each loaded once. One that cannot be loaded
// is missing and nothing else: the list has its own words for that.
import { useEffect, useState } from "react";
import type { ApiClient } from "./api/client";
import { getEvent } from "./api/events-api";
import type { EventSummary } from "./api/types";
import { useServices } from "./services";

type Book = ReadonlyMap<string, EventSummary>;

/** What was read before, for the way back to a list without a network. It is read again all the same. */
const books = new WeakMap<ApiClient, Book>();

export function useEventBook(ids: readonly string[]): Book {
  const { api } = useServices();
  const [events, setEvents] = useState<Book>(() => books.get(api) ?? new Map());
  const [asked] = useState(() => new Set<string>());
  const wanted = [...new Set(ids)].join("\n");

  useEffect(() => {
    for (const id of wanted.split("\n")) {
      if (!id || asked.has(id)) continue;
      asked.add(id);
      getEvent(api, id).then(
        (event) => {
          books.set(api, new Map(books.get(api)).set(id, event));
          setEvents((known) => new Map(known).set(id, event));
        },
        // A later look at the list may ask again.
        () => void asked.delete(id),
      );
    }
  }, [api, wanted, asked]);

  return events;
}
