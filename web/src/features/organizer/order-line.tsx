// One order for those who run the event: the sum at a glance, the rest on request.
import type { ReactNode } from "react";
import { Button } from "../../components/button";
import type { Order } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { formatMoment } from "../../lib/format/moment";
import { ORDER_WORDS, PAYMENT_WORDS, shortId } from "./order-words";

export function OrderLine({ order, onRefund }: { order: Order; onRefund: () => void }) {
  const seats = order.seats.length;
  return (
    <li
      data-testid={`order-row-${order.id}`}
      className="rounded-2xl border border-line bg-surface shadow-card"
    >
      <details className="group">
        <summary className="flex list-none flex-wrap items-center gap-x-5 gap-y-1 rounded-2xl px-5 py-4 hover:bg-sunken [&::-webkit-details-marker]:hidden">
          <span aria-hidden className="text-muted group-open:rotate-90">
            ▸
          </span>
          <span className="font-mono text-sm">
            <span className="sr-only">Order </span>
            {shortId(order.id)}
          </span>
          <OrderChip order={order} />
          <span className="text-sm text-muted">
            {seats} {seats === 1 ? "seat" : "seats"}, {formatMoment(order.placed_at)}
          </span>
          <span className="ml-auto font-semibold tabular-nums">{formatMoney(order.total)}</span>
        </summary>
        <OrderDetails order={order} onRefund={onRefund} />
      </details>
    </li>
  );
}

function OrderChip({ order: { status } }: { order: Order }) {
  const tone = status === "confirmed" ? "border-accent text-accent" : "border-line text-muted";
  return (
    <span className={`rounded-full border px-2.5 py-0.5 text-xs font-medium ${tone}`}>
      {ORDER_WORDS[status] ?? status}
    </span>
  );
}

function OrderDetails({ order, onRefund }: { order: Order; onRefund: () => void }) {
  return (
    <div className="border-t border-line px-5 py-4">
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
        <Detail term="Order">{order.id}</Detail>
        <Detail term="Buyer">{order.buyer_id ?? "–"}</Detail>
        <Detail term="Placed">{formatMoment(order.placed_at)}</Detail>
        <Detail term="Payment">
          {PAYMENT_WORDS[order.payment.status] ?? order.payment.status} ({order.payment.provider})
        </Detail>
      </dl>
      <table className="mt-4 w-full text-sm">
        <caption className="sr-only">Seats of this order</caption>
        <thead className="text-left text-muted">
          <tr>
            <th className="pb-1 font-normal">Seat</th>
            <th className="pb-1 font-normal">Category</th>
            <th className="pb-1 text-right font-normal">Price</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-y border-line">
          {order.seats.map(({ seat, category, price }) => (
            <tr key={seat}>
              <td className="py-1.5 pr-2 font-medium">{seat}</td>
              <td className="py-1.5 pr-2">{category}</td>
              <td className="py-1.5 text-right tabular-nums">{formatMoney(price)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {order.status === "confirmed" && (
        <Button
          look="danger"
          size="small"
          className="mt-4"
          data-testid={`order-refund-${order.id}`}
          onClick={onRefund}
        >
          Refund this order
        </Button>
      )}
    </div>
  );
}

function Detail({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted">{term}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}
