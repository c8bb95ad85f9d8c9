// The last look at the cart before it becomes an order: what, for how much, for how long. Must never
// take money: that is the order's page.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { Navigate, useParams } from "react-router";
import { ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { EventLine } from "../../components/event-line";
import { FocusedHeading } from "../../components/focused-heading";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { getEvent } from "../../lib/api/events-api";
import type { EventSummary } from "../../lib/api/types";
import { fullSeatWords } from "../../lib/purchase/seat-places";
import { usePlaces } from "../../lib/purchase/use-places";
import { wishKeys } from "../../lib/purchase/wish-keys";
import { useServices } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { CartNotice } from "./cart-notice";
import { lostWords } from "./cart-problem";
import { CartSeats } from "./cart-seats";
import { Checkout, type CheckoutState } from "./checkout";
import { CheckoutSummary } from "./checkout-summary";

export function Component() {
  const { id = "" } = useParams();
  return <CheckoutOf key={id} id={id} />;
}

function CheckoutOf({ id }: { id: string }) {
  const { api } = useServices();
  const { data: event, problem } = useLoad(id, (signal) => getEvent(api, id, signal));
  const [checkout] = useState(() => new Checkout({ api, keys: wishKeys, eventId: id }));
  const state = useSyncExternalStore(checkout.subscribe, checkout.getSnapshot);

  useEffect(() => {
    void checkout.start();
    return () => checkout.stop();
  }, [checkout]);

  if (state.placed) return <Navigate to={`/orders/${state.placed}`} replace />;
  const failed = problem ?? state.loadProblem;
  return (
    <>
      <title>Checkout – Frontrow</title>
      <ButtonLink to={`/events/${id}`} look="plain" className="-ml-4">
        <span aria-hidden>←</span> Back to the seat map
      </ButtonLink>
      <div className="mt-2">
        <FocusedHeading>Your seats</FocusedHeading>
      </div>
      <EventLine event={event} loading={!problem} className="mt-1" />
      <div className="mt-6">
        {failed ? (
          <LoadProblem
            problem={failed}
            what="event"
            onRetry={() => (problem ? location.reload() : void checkout.load())}
          />
        ) : event && state.cart ? (
          <Review event={event} checkout={checkout} state={state} cart={state.cart} />
        ) : (
          <LoadingLines label="Loading your seats…" lines={4} />
        )}
      </div>
    </>
  );
}

interface ReviewProps {
  event: EventSummary;
  checkout: Checkout;
  state: CheckoutState;
  cart: NonNullable<CheckoutState["cart"]>;
}

function Review({ event, checkout, state, cart }: ReviewProps) {
  const names = cart.seats.map(({ seat }) => seat);
  const { problem } = state;
  const named = problem?.kind === "lost" || problem?.kind === "orphans" ? problem.seats : [];
  const places = usePlaces(event.id, [...names, ...cart.orphans, ...named]);
  const placeButton = useRef<HTMLButtonElement>(null);
  if (names.length === 0) {
    const lost = named.map((seat) => fullSeatWords(seat, places.get(seat)));
    return <EmptyCart event={event} openOrder={state.openOrder} lost={lost} />;
  }
  /** The button that was clicked is gone with its notice: the keyboard goes on from the next one. */
  const goOn = () => {
    flushSync(() => checkout.acknowledge());
    placeButton.current?.focus();
  };
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0 space-y-5">
        <CartNotice event={event} cart={cart} problem={problem} places={places} onGoOn={goOn} />
        <CartSeats seats={cart.seats} places={places} />
      </div>
      <CheckoutSummary
        event={event}
        checkout={checkout}
        state={state}
        cart={cart}
        placeButton={placeButton}
      />
    </div>
  );
}

interface EmptyProps {
  event: EventSummary;
  openOrder: string | undefined;
  /** The seats that were in it a moment ago, in words. */
  lost: string[];
}

function EmptyCart({ event, openOrder, lost }: EmptyProps) {
  if (openOrder) {
    return (
      <EmptyState
        title="Your order is waiting for its payment"
        action={
          <ButtonLink look="accent" to={`/orders/${openOrder}`} data-testid="checkout-open">
            Go on to the payment
          </ButtonLink>
        }
      >
        The seats are in an order already.
      </EmptyState>
    );
  }
  const gone = lost.length > 0;
  return (
    <div role={gone ? "alert" : undefined} data-testid="checkout-empty">
      <EmptyState
        title={gone ? "Your seats are free for others again" : "No seats chosen yet"}
        action={
          <ButtonLink look="accent" to={`/events/${event.id}`}>
            {gone ? "Choose seats again" : "Choose seats"}
          </ButtonLink>
        }
      >
        {gone
          ? `${lostWords(lost)} Nothing was charged. With luck they are still free.`
          : "Seats that you choose on the map wait for you here."}
      </EmptyState>
    </div>
  );
}
