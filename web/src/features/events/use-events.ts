// The events that fit the filter, page by page.
import { listEvents } from "../../lib/api/events-api";
import { useServices } from "../../lib/services";
import { usePages } from "../../lib/use-pages";
import { type ListFilter, toQuery } from "./event-filter";

export function useEvents(filter: ListFilter) {
  const { api } = useServices();
  const query = toQuery(filter);
  return usePages(JSON.stringify(query), (cursor, signal) =>
    listEvents(api, { ...query, cursor }, signal),
  );
}
