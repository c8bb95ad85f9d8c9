// The sum, the time that is left, and the one button. Sticks beside the list where there is room.
import type { Ref } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Countdown } from "../../components/countdown";
import type { Cart, EventSummary } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { inWords } from "../../lib/purchase/deadline";
import type { Checkout, CheckoutState } from "./checkout";

interface Props {
  event: EventSummary;
  checkout: Checkout;
  state: CheckoutState;
  cart: Cart;
  placeButton: Ref<HTMLButtonElement>;
}

export function CheckoutSummary({ event, checkout, state, cart, placeButton }: Props) {
  const placing = state.busy === "placing";
  const strictly = event.orphan_rule === "strict" && cart.orphans.length > 0;
  // A loss has to be read before anything is ordered.
  const onSale = event.status === "on_sale";
  const mayPlace = onSale && !strictly && state.problem?.kind !== "lost";
  return (
    <Card title="Summary" className="lg:sticky lg:top-4">
      <dl className="flex items-baseline justify-between gap-3">
        <dt>{cart.seats.length === 1 ? "1 seat" : `${cart.seats.length} seats`}</dt>
        <dd
          className="font-display text-3xl font-semibold tabular-nums"
          data-testid="checkout-total"
        >
          {formatMoney(cart.total)}
        </dd>
      </dl>
      <p className="mt-1 mb-4 text-sm text-muted">No fees are added.</p>
      {onSale && state.expiresAt !== undefined && (
        <Keeping
          expiresAt={state.expiresAt}
          state={state}
          onExtend={() => void checkout.extend(event.hold_ttl_s * 1000)}
          fullMs={event.hold_ttl_s * 1000}
        />
      )}
      <Button
        ref={placeButton}
        look="accent"
        size="large"
        className="mt-4 w-full"
        disabled={placing || !mayPlace}
        onClick={() => void checkout.place()}
        data-testid="checkout-place"
      >
        {placing ? "One moment…" : "Place order"}
      </Button>
      <p className="mt-3 text-sm text-muted">
        You pay on the next page and have {inWords(event.payment_window_s * 1000)} for it. Nothing
        is charged before.
      </p>
    </Card>
  );
}

interface KeepingProps {
  expiresAt: number;
  state: CheckoutState;
  fullMs: number;
  onExtend: () => void;
}

function Keeping({ expiresAt, state, fullMs, onExtend }: KeepingProps) {
  return (
    <Countdown
      expiresAt={expiresAt}
      label="Your seats are kept for"
      what="until your seats are free for others"
      testId="checkout-countdown"
    >
      {/* Stays in the page when there is no more time to win: it may have the focus. */}
      <Button
        size="small"
        className="mt-3 w-full aria-disabled:cursor-not-allowed aria-disabled:opacity-55"
        aria-disabled={state.capped || state.busy !== undefined}
        onClick={() => !state.capped && onExtend()}
        data-testid="checkout-extend"
      >
        Keep them longer
      </Button>
      <p role="status" data-testid="checkout-capped" className={state.capped ? "mt-2 text-sm" : ""}>
        {state.capped &&
          `They cannot be kept any longer: ${inWords(3 * fullMs)} after you took them it ends.`}
      </p>
    </Countdown>
  );
}
