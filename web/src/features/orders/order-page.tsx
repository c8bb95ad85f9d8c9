// One order: the payment while it waits for one, the outcome afterwards. Each state is a screen with
// its own heading, which takes the focus when the state changes.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useParams } from "react-router";
import { ButtonLink } from "../../components/button";
import { Countdown } from "../../components/countdown";
import { EventLine } from "../../components/event-line";
import { FocusedHeading } from "../../components/focused-heading";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { getEvent } from "../../lib/api/events-api";
import type { Order } from "../../lib/api/types";
import { wishKeys } from "../../lib/purchase/wish-keys";
import { useServices, useSession } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { OrderActions } from "./order-actions";
import { OrderDesk, type OrderState } from "./order-desk";
import { OrderOutcome } from "./order-outcome";
import { OrderSeats } from "./order-seats";
import { OrderStatusChip } from "./order-status-chip";
import { HEADINGS, moneyWords, seatsWords, viewOf } from "./order-words";
import { PaymentForm } from "./payment-form";
import { WaitingForProvider } from "./waiting-for-provider";

export function Component() {
  const { id = "" } = useParams();
  return <OrderOf key={id} id={id} />;
}

function OrderOf({ id }: { id: string }) {
  const { api } = useServices();
  const [desk] = useState(() => new OrderDesk({ api, keys: wishKeys, orderId: id }));
  const state = useSyncExternalStore(desk.subscribe, desk.getSnapshot);

  useEffect(() => {
    void desk.start();
    // Paid in another tab, or back from a tunnel: whoever returns sees how things are now.
    const onReturn = () => document.visibilityState === "visible" && void desk.look();
    document.addEventListener("visibilitychange", onReturn);
    window.addEventListener("online", desk.look);
    return () => {
      desk.stop();
      document.removeEventListener("visibilitychange", onReturn);
      window.removeEventListener("online", desk.look);
    };
  }, [desk]);

  if (state.loadProblem) {
    return (
      <div className="space-y-4">
        <title>Order – Frontrow</title>
        <FocusedHeading>Order</FocusedHeading>
        <LoadProblem problem={state.loadProblem} what="order" onRetry={desk.look} />
        <ButtonLink to="/orders">My orders</ButtonLink>
      </div>
    );
  }
  if (!state.order) return <LoadingLines label="Loading the order…" lines={5} />;
  return <Shown desk={desk} state={state} order={state.order} />;
}

interface ShownProps {
  desk: OrderDesk;
  state: OrderState;
  order: Order;
}

function Shown({ desk, state, order }: ShownProps) {
  const { api } = useServices();
  const { data: event, problem } = useLoad(order.event_id, (signal) =>
    getEvent(api, order.event_id, signal),
  );
  const view = viewOf(order, state.paying === "waiting");
  const { problem: trouble } = state;
  const unsure = view === "waiting" || (trouble?.kind === "unsure" && trouble.mayHavePaid);
  return (
    <>
      <title>{`${HEADINGS[view]} – Frontrow`}</title>
      <FocusedHeading key={view}>{HEADINGS[view]}</FocusedHeading>
      <Status order={order} unsure={unsure} />
      <EventLine event={event} loading={!problem} className="mt-4" />
      {/* On a phone the clock comes first, beside the form where there is room. */}
      <div className="mt-6 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
        {view === "pay" && state.deadlineAt !== undefined && (
          <div className="lg:col-start-2">
            <Countdown
              expiresAt={state.deadlineAt}
              label="Time to pay"
              what="left to pay"
              testId="order-countdown"
            />
          </div>
        )}
        <div className="min-w-0 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <Step desk={desk} state={state} order={order} />
        </div>
        <div className="min-w-0 space-y-5 lg:col-start-2">
          <OrderSeats order={order} />
          <OrderActions desk={desk} state={state} order={order} event={event} />
        </div>
      </div>
    </>
  );
}

/** Speaks when the money or the state changes. */
function Status({ order, unsure }: { order: Order; unsure: boolean }) {
  return (
    <div
      role="status"
      data-testid="order-status"
      data-status={order.status}
      data-payment={order.payment.status}
      className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1"
    >
      <OrderStatusChip status={order.status} />
      <p>{`${moneyWords(order, unsure)} ${seatsWords(order)}`}</p>
    </div>
  );
}

function Step({ desk, state, order }: ShownProps) {
  const { user } = useSession();
  switch (viewOf(order, state.paying === "waiting")) {
    case "pay":
      return (
        <PaymentForm
          total={order.total}
          holder={user?.name ?? ""}
          sending={state.paying === "sending"}
          problem={state.problem}
          onPay={(method) => void desk.pay(method)}
          onAgain={() => void desk.payAgain()}
        />
      );
    case "waiting":
      return (
        <WaitingForProvider
          looks={state.looks}
          onAgain={() => void desk.payAgain()}
          onAnother={() => desk.takeAnotherCard()}
        />
      );
    case "overdue":
      return (
        <p data-testid="order-overdue" className="text-muted">
          We are asking the server whether a payment arrived in time. One moment…
        </p>
      );
    default:
      return <OrderOutcome order={order} />;
  }
}
