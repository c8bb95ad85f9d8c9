// What those who run events call, one line each. Must never keep state.
import type { ApiClient } from "./client";
import type {
  Account,
  EventNumbers,
  EventStatus,
  EventSummary,
  HoldLine,
  JournalLine,
  Order,
  OrphanRule,
  Page,
  UserAtDoors,
} from "./types";

const event = (id: string) => `/events/${encodeURIComponent(id)}`;
const admin = (id: string) => `/admin/events/${encodeURIComponent(id)}`;
const account = (id: string) => `/admin/users/${encodeURIComponent(id)}`;

export interface NewEvent {
  name: string;
  venue: string;
  starts_at: string;
  currency: string;
  /** pretix seating-plan JSON, as it was uploaded. */
  plan: unknown;
  /** Minor units by category. */
  prices: Record<string, number>;
  description?: string;
  genre?: string;
  timezone?: string;
  ends_at?: string;
  refundable_until?: string;
  hold_ttl_s?: number;
  payment_window_s?: number;
  max_seats_per_user?: number;
  orphan_rule?: OrphanRule;
  on_sale?: boolean;
}

export type EventChanges = Partial<Omit<NewEvent, "plan" | "currency" | "on_sale">> & {
  status?: EventStatus;
};

/** A stadium's plan is many megabytes, and some venues have a slow line. */
const PLAN_TIMEOUT_MS = 120_000;

/** 422 `invalid_plan` with `errors: [{path, message}]`. */
export const createEvent = (api: ApiClient, wish: NewEvent, key: string) =>
  api.post<EventSummary>("/events", wish, key, PLAN_TIMEOUT_MS);

export const changeEvent = (api: ApiClient, id: string, changes: EventChanges) =>
  api.patch<EventSummary>(event(id), changes);

export const listMyEvents = (api: ApiClient, cursor?: string, signal?: AbortSignal) =>
  api.get<Page<EventSummary>>("/events", { mine: true, cursor, limit: 50 }, signal);

export const getNumbers = (api: ApiClient, signal?: AbortSignal) =>
  api.get<{ events: EventNumbers[] }>("/admin/stats", undefined, signal);

export const listHolds = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.get<Page<HoldLine>>(`${admin(id)}/holds`, undefined, signal);

/** All or nothing: 409 names the seats that it is impossible for. */
export const changeSeats = (
  api: ApiClient,
  id: string,
  action: "block" | "unblock" | "release" | "extend",
  seats: string[],
  reason: string,
) => api.post<{ seats: unknown[] }>(`${admin(id)}/${action}`, { seats, reason });

export const listEventOrders = (
  api: ApiClient,
  id: string,
  filter: { status?: string | undefined; cursor?: string | undefined },
  signal?: AbortSignal,
) => api.get<Page<Order>>(`${admin(id)}/orders`, filter, signal);

export const getOrdersFile = (api: ApiClient, id: string) => api.getBlob(`${admin(id)}/orders.csv`);

export const listJournal = (api: ApiClient, id: string, cursor?: string, signal?: AbortSignal) =>
  api.get<Page<JournalLine>>(`${admin(id)}/log`, { cursor }, signal);

export const findUsers = (api: ApiClient, q: string, cursor?: string, signal?: AbortSignal) =>
  api.get<Page<Account>>("/admin/users", { q, cursor }, signal);

export const setRole = (api: ApiClient, userId: string, role: string, eventId?: string) =>
  api.post<UserAtDoors>(`${account(userId)}/role`, { role, event_id: eventId });

/** Signs them out everywhere; the reason is for administrators. */
export const banUser = (api: ApiClient, userId: string, reason: string) =>
  api.post<Account>(`${account(userId)}/ban`, { reason });

export const unbanUser = (api: ApiClient, userId: string) =>
  api.post<Account>(`${account(userId)}/unban`);
