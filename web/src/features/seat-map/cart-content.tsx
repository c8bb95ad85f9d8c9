// What is in the cart: the time, the seats, hints about the choice, the total, the way on.
import { useState } from "react";
import { Button } from "../../components/button";
import { formatMoney } from "../../lib/format/format";
import { useServices, useSession } from "../../lib/services";
import { CartLine } from "./cart-line";
import { firstDeadline, hasOwnTime } from "./cart-times";
import { CheckoutLink } from "./checkout-link";
import { Countdown } from "./countdown";
import type { LiveEvent } from "./live-event";
import { OrphanHint } from "./orphan-hint";
import { useCart } from "./use-cart";
import { useLive, useSeats } from "./use-live-event";

export function CartContent({ live, inSheet = false }: { live: LiveEvent; inSheet?: boolean }) {
  const mine = useSeats(live, (seats) => seats.mine);
  const { priceOf, total } = useCart(live);
  const deadline = firstDeadline(mine);
  return (
    <>
      <div className="flex items-baseline justify-between gap-3">
        <h2 id="my-seats-title" className="text-base font-semibold">
          Your seats
        </h2>
        {deadline !== undefined && (
          <p className="text-sm text-muted">
            <Countdown deadline={deadline} label="Time left" className="text-lg text-ink" /> left
          </p>
        )}
      </div>
      {deadline === undefined ? (
        <EmptyHint />
      ) : (
        <>
          <div className="mt-1.5 min-h-24 overflow-y-auto">
            <OrphanHint live={live} />
            <ul className="divide-y divide-line">
              {mine.map((seat) => (
                <CartLine
                  key={seat.seat}
                  hall={live.hall}
                  seat={seat}
                  price={priceOf(seat)}
                  ownTime={hasOwnTime(seat, deadline)}
                  onRelease={() => live.pick(seat.ordinal)}
                />
              ))}
            </ul>
          </div>
          <TimeHint live={live} />
          <p className="mt-2 flex justify-between border-t border-line pt-2.5 font-semibold tabular-nums">
            <span>Total</span>
            <span data-testid="total">{total ? formatMoney(total) : "–"}</span>
          </p>
          <div className={`mt-2.5 ${inSheet ? "pb-1" : ""}`}>
            <CheckoutLink live={live} />
          </div>
        </>
      )}
    </>
  );
}

/** Warnings come and go with their time; the announcement of them is made elsewhere. */
function TimeHint({ live }: { live: LiveEvent }) {
  const warning = useLive(live, (state) => state.warning);
  const busy = useLive(live, (state) => state.busy);
  const mine = useSeats(live, (seats) => seats.mine);
  const [last, setLast] = useState({ text: "", cappedFor: "" });
  const key = mine.map(({ seat }) => seat).join("\n");
  const capped = last.cappedFor === key;
  const extend = async () => {
    const outcome = await live.extend();
    if (outcome) setLast({ text: outcome.text, cappedFor: outcome.capped ? key : "" });
  };
  return (
    <div className="mt-2">
      {warning && (
        <p data-testid="time-warning" className="mb-2 text-sm font-semibold text-danger">
          {warning}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          data-testid="cart-extend"
          disabled={busy || capped}
          onClick={() => void extend()}
        >
          Keep them longer
        </Button>
        <Button size="small" data-testid="cart-release-all" onClick={() => live.releaseAll()}>
          {mine.length === 1 ? "Give it back" : `Give all ${mine.length} back`}
        </Button>
      </div>
      {last.text && <p className="mt-2 text-sm text-muted">{last.text}</p>}
    </div>
  );
}

function EmptyHint() {
  const { session } = useServices();
  const { status } = useSession();
  if (status !== "signed_out") {
    return <p className="mt-1.5 text-sm text-muted">Choose a free seat, and it is held for you.</p>;
  }
  return (
    <div className="mt-1.5 flex flex-wrap items-center justify-between gap-3 text-sm text-muted">
      <p className="min-w-40 flex-1">
        Choose a free seat. You sign in once, then it is held for you.
      </p>
      <Button size="small" className="text-ink" onClick={() => session.openPrompt()}>
        Sign in
      </Button>
    </div>
  );
}
