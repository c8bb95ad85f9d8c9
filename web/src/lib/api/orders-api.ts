// The cart, orders, payments and tickets of the one who is signed in, one line each. Must never
// keep state. A `key` is made once for one wish of the buyer and sent again with every repetition.
import type { ApiClient } from "./client";
import type { Cart, CheckIn, Order, Page, Ticket } from "./types";

const order = (id: string) => `/orders/${encodeURIComponent(id)}`;

export const getCart = (api: ApiClient, eventId: string, signal?: AbortSignal) =>
  api.get<Cart>("/cart", { event_id: eventId }, signal);

/**
 * 409 `seats_lost` or `price_changed`, 422 `empty_cart` or `orphan_seats`: with the seats named. `total`
 * in minor units: what the buyer saw; another total is refused with `price_changed`.
 */
export const placeOrder = (
  api: ApiClient,
  wish: { event_id: string; seats: string[]; total: number },
  key: string,
) => api.post<Order>("/orders", wish, key);

export const getOrder = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.get<Order>(order(id), undefined, signal);

export interface OrderFilter {
  status?: string | undefined;
  cursor?: string | undefined;
}

/** The newest first. */
export const listOrders = (api: ApiClient, filter: OrderFilter = {}, signal?: AbortSignal) =>
  api.get<Page<Order>>("/orders", filter, signal);

export const cancelOrder = (api: ApiClient, id: string) => api.post<Order>(`${order(id)}/cancel`);

export const refundOrder = (api: ApiClient, id: string, reason: string | undefined, key: string) =>
  api.post<Order>(`${order(id)}/refund`, { reason }, key);

/** The mock provider's browser step: `method` names one of its cards. */
export const confirmPayment = (api: ApiClient, paymentId: string, method: string, key: string) =>
  api.post<Order>(`/payments/${encodeURIComponent(paymentId)}/confirm`, { method }, key);

export const listTickets = (api: ApiClient, cursor?: string, signal?: AbortSignal) =>
  api.get<Page<Ticket>>("/tickets", { cursor, limit: 100 }, signal);

/** An SVG picture of the ticket's code. */
export const getTicketPicture = (api: ApiClient, id: string, signal?: AbortSignal) =>
  api.getBlob(`/tickets/${encodeURIComponent(id)}/qr.svg`, signal);

/** 409 `already_used` with `used_at` and `seat`; 422 `bad_code` with `reason`. */
export const checkIn = (api: ApiClient, code: string) => api.post<CheckIn>("/check-ins", { code });
