// What is in the order: its seats, section by section, and the sum.
import { Card } from "../../components/card";
import type { Order } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { bySection, seatWords } from "../../lib/purchase/seat-places";
import { usePlaces } from "../../lib/purchase/use-places";

export function OrderSeats({ order }: { order: Order }) {
  const names = order.seats.map(({ seat }) => seat);
  const places = usePlaces(order.event_id, names);
  return (
    <Card title={names.length === 1 ? "1 seat" : `${names.length} seats`}>
      {bySection(order.seats, places).map(({ section, seats }) => (
        <div key={section} className="mb-3">
          {section && <h3 className="text-sm font-medium text-muted">{section}</h3>}
          <ul className="divide-y divide-line">
            {seats.map(({ seat, category, price }) => (
              <li
                key={seat}
                className="flex items-baseline justify-between gap-4 py-2"
                data-testid={`order-seat-${seat}`}
              >
                <span className="min-w-0 wrap-anywhere">
                  <span className="block font-medium">{seatWords(seat, places.get(seat))}</span>
                  <span className="block text-sm text-muted">
                    {places.get(seat)?.category ?? category} · {seat}
                  </span>
                </span>
                <span className="tabular-nums">{formatMoney(price)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="flex items-baseline justify-between border-t border-line pt-3 font-semibold">
        <span>Total</span>
        <span className="font-display text-xl tabular-nums" data-testid="order-total">
          {formatMoney(order.total)}
        </span>
      </p>
    </Card>
  );
}
