// The seats of the cart, section by section, each with what it costs. The price is the one of the
// moment it was taken; where it would be another one today, both are named.
import { Card } from "../../components/card";
import type { CartSeat } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { bySection, type SeatPlaces, seatWords } from "../../lib/purchase/seat-places";

interface Props {
  seats: CartSeat[];
  places: SeatPlaces;
}

export function CartSeats({ seats, places }: Props) {
  return bySection(seats, places).map(({ section, seats }) => (
    <Card
      key={section}
      title={section || "Seats"}
      aside={
        <span className="text-sm text-muted">
          {seats.length === 1 ? "1 seat" : `${seats.length} seats`}
        </span>
      }
    >
      <ul className="divide-y divide-line">
        {seats.map((seat) => (
          <Line key={seat.seat} seat={seat} places={places} />
        ))}
      </ul>
    </Card>
  ));
}

function Line({ seat, places }: { seat: CartSeat; places: SeatPlaces }) {
  const place = places.get(seat.seat);
  const other = seat.price.amount !== seat.current_price.amount;
  return (
    <li className="flex items-start gap-4 py-3" data-testid={`checkout-seat-${seat.seat}`}>
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">{seatWords(seat.seat, place)}</p>
        <p className="flex items-center gap-2 text-sm text-muted">
          {place?.color && (
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-full border border-edge"
              style={{ background: place.color }}
            />
          )}
          <span className="min-w-0 wrap-anywhere">
            {place?.category ?? seat.category} · {seat.seat}
          </span>
        </p>
      </div>
      <div className="text-right">
        <p className="font-semibold tabular-nums">{formatMoney(seat.price)}</p>
        {other && (
          <p className="text-sm text-muted">
            as when you took it; now {formatMoney(seat.current_price)}
          </p>
        )}
      </div>
    </li>
  );
}
