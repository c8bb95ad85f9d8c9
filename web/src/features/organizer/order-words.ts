// Orders and payments in words. Pure.
import type { Order, OrderStatus } from "../../lib/api/types";

export const ORDER_WORDS: Record<OrderStatus, string> = {
  awaiting_payment: "Waiting for payment",
  confirmed: "Paid",
  failed: "Payment failed",
  expired: "Expired",
  cancelled: "Cancelled",
  refunded: "Refunded",
};

export const PAYMENT_WORDS: Record<Order["payment"]["status"], string> = {
  open: "Nothing captured so far",
  cancelled: "Nothing will be captured",
  captured: "Captured",
  refund_due: "Being given back",
  refunded: "Given back",
};

/** The end of an id is what differs: ids that were made in the same minute begin alike. */
export function shortId(id: string): string {
  return id.slice(-8);
}
