// One order in the list: for what, how much, in which state.
import { Link } from "react-router";
import { listed } from "../../lib/api/problem-words";
import type { EventSummary, Order } from "../../lib/api/types";
import { formatMoney, formatStart } from "../../lib/format/format";
import { OrderStatusChip } from "./order-status-chip";

const NAMED_SEATS = 4;

export function OrderRow({ order, event }: { order: Order; event: EventSummary | undefined }) {
  const placed = formatStart(order.placed_at);
  return (
    <li>
      <Link
        to={`/orders/${order.id}`}
        data-testid={`order-${order.id}`}
        className="grid gap-x-5 gap-y-2 rounded-2xl border border-line bg-surface p-4 shadow-card hover:border-edge sm:grid-cols-[1fr_auto] sm:p-5"
      >
        <span className="min-w-0">
          <span className="block text-lg leading-snug font-semibold wrap-anywhere">
            {event?.name ?? "Event"}
          </span>
          <span className="block text-sm wrap-anywhere">{seatNames(order)}</span>
          <span className="block text-sm text-muted">
            Ordered on <time dateTime={order.placed_at}>{`${placed.long}, ${placed.time}`}</time>
          </span>
        </span>
        <span className="flex items-center justify-between gap-3 sm:flex-col sm:items-end">
          <span className="font-display text-xl font-semibold tabular-nums">
            {formatMoney(order.total)}
          </span>
          <OrderStatusChip status={order.status} />
        </span>
      </Link>
    </li>
  );
}

function seatNames({ seats }: Order): string {
  const names = seats.map(({ seat }) => seat);
  const more = names.length - NAMED_SEATS;
  const shown = more > 0 ? [...names.slice(0, NAMED_SEATS), `${more} more`] : names;
  return `${names.length === 1 ? "Seat" : "Seats"} ${listed(shown)}`;
}
