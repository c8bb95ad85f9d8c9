// An order for tests, in any state.
import type { Order } from "../../lib/api/types";

export function orderIn(status: Order["status"], part: Partial<Order> = {}): Order {
  return {
    id: "o1",
    event_id: "e1",
    status,
    seats: [{ seat: "A-1", category: "Stalls", price: { amount: 7500, currency: "EUR" } }],
    total: { amount: 7500, currency: "EUR" },
    placed_at: "2026-01-01T12:00:00Z",
    expires_in_ms: status === "awaiting_payment" ? 300_000 : 0,
    payment: payment("open"),
    ...part,
  };
}

export function payment(status: Order["payment"]["status"]): Order["payment"] {
  return { id: "p1", provider: "mock", status };
}
