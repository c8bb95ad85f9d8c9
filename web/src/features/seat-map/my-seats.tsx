// The seats I hold: how long each is still mine, what it costs, and a way to give it back.
import { Button } from "../../components/button";
import type { Category, Money, Plan } from "../../lib/api/types";
import { formatCountdown, formatMoney, sumMoney } from "../../lib/format/format";
import type { MySeat } from "../../lib/live/seat-store";
import { useServices, useSession } from "../../lib/services";
import type { LiveEvent } from "./live-event";
import { useNow } from "./use-now";

const HURRY_MS = 60_000;

interface Props {
  live: LiveEvent;
  mine: MySeat[];
  plan: Plan;
  categories: Category[];
}

export function MySeats({ live, mine, plan, categories }: Props) {
  const prices = new Map(categories.map(({ id, price }) => [id, price]));
  const priceOf = ({ ordinal }: MySeat) => prices.get(plan.seats[ordinal]?.category ?? "");
  const known = mine.map(priceOf).filter((price): price is Money => !!price);
  const total = sumMoney(known);
  return (
    <section
      aria-labelledby="my-seats-title"
      data-testid="my-seats"
      className="rounded-2xl border border-line bg-surface p-5"
    >
      <h2 id="my-seats-title" className="font-semibold">
        My seats
      </h2>
      {mine.length === 0 && <EmptyHint />}
      <ul className="mt-3 divide-y divide-line empty:hidden">
        {mine.map((seat) => (
          <SeatLine
            key={seat.seat}
            seat={seat}
            category={plan.seats[seat.ordinal]?.category ?? ""}
            price={priceOf(seat)}
            onRelease={() => live.pick(seat.ordinal)}
          />
        ))}
      </ul>
      {total && (
        <p className="mt-3 flex justify-between border-t border-line pt-3 font-semibold tabular-nums">
          <span>Total</span>
          <span data-testid="total">{formatMoney(total)}</span>
        </p>
      )}
    </section>
  );
}

function EmptyHint() {
  const { session } = useServices();
  const { status } = useSession();
  if (status !== "signed_out") {
    return <p className="mt-2 text-sm text-muted">Choose a free seat on the map to hold it.</p>;
  }
  return (
    <div className="mt-2 text-sm text-muted">
      <p>Anybody may watch. To hold a seat, please sign in.</p>
      <Button className="mt-3 text-ink" onClick={() => session.openPrompt()}>
        Sign in
      </Button>
    </div>
  );
}

interface LineProps {
  seat: MySeat;
  category: string;
  price: Money | null | undefined;
  onRelease: () => void;
}

function SeatLine({ seat, category, price, onRelease }: LineProps) {
  const left = seat.expiresAt - useNow(true);
  return (
    <li className="flex items-center gap-3 py-2" data-testid={`my-seat-${seat.seat}`}>
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{seat.seat}</p>
        <p className="truncate text-sm text-muted">
          {category}
          {price && ` · ${formatMoney(price)}`}
        </p>
      </div>
      <span
        role="timer"
        aria-label={`Time left for ${seat.seat}`}
        className={`tabular-nums ${left < HURRY_MS ? "font-semibold text-danger" : "text-muted"}`}
      >
        {formatCountdown(left)}
      </span>
      <button
        type="button"
        aria-label={`Give back seat ${seat.seat}`}
        onClick={onRelease}
        className="size-9 shrink-0 rounded-lg text-xl leading-none text-muted hover:bg-sunken"
      >
        ×
      </button>
    </li>
  );
}
