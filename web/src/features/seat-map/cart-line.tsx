// One seat of the cart: which one, what it costs, how long it is mine, and the way to give it back.
import type { Money } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import type { MySeat } from "../../lib/live/seat-store";
import { Countdown } from "./countdown";
import type { Hall } from "./hall";
import { MapIcon } from "./map-icons";

interface Props {
  hall: Hall;
  seat: MySeat;
  price: Money | undefined;
  /** It ends at another time than the first one: then that is worth a look. */
  ownTime: boolean;
  onRelease: () => void;
}

export function CartLine({ hall, seat, price, ownTime, onRelease }: Props) {
  const name = hall.nameOf(seat.ordinal);
  return (
    <li className="flex items-center gap-2 py-1 leading-snug" data-testid={`my-seat-${seat.seat}`}>
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-semibold">{name}</p>
        <p className="truncate text-sm text-muted">
          {hall.categoryOf(seat.ordinal)?.name}
          <span className={ownTime ? "" : "sr-only"}>
            {", "}
            <Countdown deadline={seat.expiresAt} /> left
          </span>
        </p>
      </div>
      {price && <span className="text-sm font-semibold tabular-nums">{formatMoney(price)}</span>}
      <button
        type="button"
        aria-label={`Give back ${name}`}
        onClick={onRelease}
        className="grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2"
      >
        <MapIcon name="close" />
      </button>
    </li>
  );
}
