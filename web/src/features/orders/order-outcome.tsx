// What became of the order in words and where to go from here: to the tickets, or back to the map.
import { ButtonLink } from "../../components/button";
import { Card } from "../../components/card";
import type { Order, Ticket } from "../../lib/api/types";
import { seatWords } from "../../lib/purchase/seat-places";
import { usePlaces } from "../../lib/purchase/use-places";

export function OrderOutcome({ order }: { order: Order }) {
  if (order.status === "confirmed") return <Tickets order={order} />;
  return (
    <Card>
      <p>
        {order.status === "refunded"
          ? "The tickets of this order do not open the door any more."
          : "If the seats are still free, you can take them again."}
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        <ButtonLink look="accent" to={`/events/${order.event_id}`} data-testid="order-to-map">
          Back to the seat map
        </ButtonLink>
        <ButtonLink to="/orders">My orders</ButtonLink>
      </div>
    </Card>
  );
}

const TICKET_WORDS: Record<Ticket["status"], string> = {
  valid: "Valid",
  used: "Used",
  refunded: "Refunded",
};

function Tickets({ order }: { order: Order }) {
  const tickets = order.tickets ?? [];
  const names = tickets.map(({ seat }) => seat);
  const places = usePlaces(order.event_id, names);
  return (
    <Card title={tickets.length === 1 ? "Your ticket" : "Your tickets"} testId="order-tickets">
      <ul className="divide-y divide-line">
        {tickets.map(({ id, seat, status }) => (
          <li key={id} className="flex items-baseline justify-between gap-4 py-2.5">
            <span className="min-w-0 wrap-anywhere">
              <span className="block font-display text-lg font-semibold">
                {seatWords(seat, places.get(seat))}
              </span>
              <span className="block text-sm text-muted">{places.get(seat)?.section}</span>
            </span>
            <span className="text-sm text-muted">{TICKET_WORDS[status]}</span>
          </li>
        ))}
      </ul>
      <ButtonLink
        look="accent"
        size="large"
        className="mt-4 w-full"
        to={`/tickets?order=${order.id}`}
        data-testid="order-to-tickets"
      >
        Show and print the tickets
      </ButtonLink>
    </Card>
  );
}
