// The state of an order in a word. The colour only repeats what the word says.
import type { OrderStatus } from "../../lib/api/types";
import { STATUS_WORDS } from "./order-words";

const TONES: Record<OrderStatus, string> = {
  awaiting_payment: "border-warning bg-warning-soft text-warning",
  confirmed: "border-accent bg-accent-soft text-accent",
  failed: "border-danger text-danger",
  expired: "border-line text-muted",
  cancelled: "border-line text-muted",
  refunded: "border-line text-muted",
};

export function OrderStatusChip({ status }: { status: OrderStatus }) {
  return (
    <span
      className={`inline-block rounded-full border px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap ${TONES[status]}`}
    >
      {STATUS_WORDS[status]}
    </span>
  );
}
