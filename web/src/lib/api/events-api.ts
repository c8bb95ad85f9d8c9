// The event routes this page calls, one line each. Must never keep state.
import type { ApiClient } from "./client";
import type { Category, EventSummary, HeldSeat, Page, Plan } from "./types";

export interface EventFilter {
  q?: string | undefined;
  status?: string | undefined;
  genre?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  sort?: string | undefined;
  cursor?: string | undefined;
}

const path = (id: string) => `/events/${encodeURIComponent(id)}`;

export const listEvents = (api: ApiClient, filter: EventFilter, signal?: AbortSignal) =>
  api.get<Page<EventSummary>>("/events", { ...filter, limit: 20 }, signal);

export const getEvent = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.get<EventSummary>(path(id), undefined, signal);

export const getPlan = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.get<Plan>(`${path(id)}/plan`, undefined, signal);

export const getCategories = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.get<Page<Category>>(`${path(id)}/categories`, undefined, signal);

export const holdSeats = (api: ApiClient, id: string, seats: string[]) =>
  api.post<{ seats: HeldSeat[] }>(`${path(id)}/holds`, { seats });

export const releaseSeats = (api: ApiClient, id: string, seats: string[]) =>
  api.post<void>(`${path(id)}/holds/release`, { seats });

/** All my holds of this event, back to the full time; the server caps it at three times. */
export const extendHolds = (api: ApiClient, id: string) =>
  api.post<{ seats: HeldSeat[] }>(`${path(id)}/holds/extend`, {});

/** 409 `not_enough_seats`. */
export const holdBest = (
  api: ApiClient,
  id: string,
  wish: { quantity: number; category?: string | undefined; section?: string | undefined },
) => api.post<{ seats: HeldSeat[] }>(`${path(id)}/holds/best-available`, wish);

export const getWsTicket = (api: ApiClient) => api.post<{ ticket: string }>("/auth/ws-ticket");
