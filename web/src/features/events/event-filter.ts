// The filter of the event list, as it stands in the address. Pure. Whatever somebody writes into the
// address by hand must lead to a list, never to an error.
import type { EventFilter } from "../../lib/api/events-api";

/** As in the address; empty means any. Dates are days, `2027-06-12`. */
export interface ListFilter {
  q: string;
  status: string;
  genre: string;
  from: string;
  to: string;
  sort: string;
}

export type FilterName = keyof ListFilter;

export const STATUSES: [string, string][] = [
  ["", "Any status"],
  ["on_sale", "On sale"],
  ["closed", "Sale closed"],
  ["cancelled", "Cancelled"],
];

export const SORTS: [string, string][] = [
  ["", "Soonest first"],
  ["-starts_at", "Latest first"],
  ["name", "By name"],
];

export function readFilter(params: URLSearchParams): ListFilter {
  const one = (name: string) => params.get(name)?.trim() ?? "";
  const known = (name: string, values: [string, string][]) =>
    values.some(([value]) => value === one(name)) ? one(name) : "";
  return {
    q: one("q"),
    status: known("status", STATUSES),
    genre: one("genre"),
    from: isDay(one("from")) ? one("from") : "",
    to: isDay(one("to")) ? one("to") : "",
    sort: known("sort", SORTS),
  };
}

/** The sort is no filter: it hides nothing. */
export function isFiltering({ sort: _sort, ...filter }: ListFilter): boolean {
  return Object.values(filter).some((value) => value !== "");
}

/** Days are those of the visitor; the last one counts as a whole. */
export function toQuery(filter: ListFilter): EventFilter {
  const { q, status, genre, from, to, sort } = filter;
  return {
    q: q || undefined,
    status: status || undefined,
    genre: genre || undefined,
    from: from ? startOfDay(from, 0) : undefined,
    to: to ? startOfDay(to, 1) : undefined,
    sort: sort || undefined,
  };
}

function startOfDay(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}
