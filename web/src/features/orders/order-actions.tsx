// The two ways out of an order: giving up before it is paid, giving back after. Both ask once more,
// and say what happens to seats and money.
import { useState } from "react";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/confirm-dialog";
import { TextField } from "../../components/text-field";
import type { EventSummary, Order } from "../../lib/api/types";
import { formatMoney, formatStart } from "../../lib/format/format";
import type { OrderDesk, OrderState } from "./order-desk";
import { mayRefund } from "./order-words";

interface Props {
  desk: OrderDesk;
  state: OrderState;
  order: Order;
  event: EventSummary | undefined;
}

export function OrderActions(props: Props) {
  const { state, order, event } = props;
  return (
    <div>
      {order.status === "awaiting_payment" && order.expires_in_ms > 0 && <Cancel {...props} />}
      {event && mayRefund(order, event, Date.now()) && <Refund {...props} event={event} />}
      <p role="alert" data-testid="order-action-problem" className="mt-2 text-sm text-danger">
        {state.actionProblem}
      </p>
    </div>
  );
}

function Cancel({ desk, state }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        look="plain"
        className="text-muted"
        disabled={state.paying === "sending"}
        onClick={() => setAsking(true)}
        data-testid="order-cancel"
      >
        Cancel this order
      </Button>
      <ConfirmDialog
        open={asking}
        title="Cancel this order?"
        confirm="Cancel the order"
        decline="Keep it"
        busy={state.busy === "cancelling"}
        onConfirm={() => void desk.cancel().then(() => setAsking(false))}
        onClose={() => setAsking(false)}
        testId="order-cancel-confirm"
      >
        <p>
          The seats are free for others at once. Nothing is charged, and what a card has paid
          already is given back.
        </p>
      </ConfirmDialog>
    </>
  );
}

function Refund({ desk, state, order, event }: Props & { event: EventSummary }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const until = formatStart(event.refundable_until ?? "", event.timezone);
  return (
    <>
      <p className="text-sm text-muted">
        You can give this order back until {until.long}, {until.time}.
      </p>
      <Button className="mt-2" onClick={() => setAsking(true)} data-testid="order-refund">
        Give the order back
      </Button>
      <ConfirmDialog
        open={asking}
        title="Give the order back?"
        confirm={`Give back ${formatMoney(order.total)} of tickets`}
        decline="Keep my tickets"
        busy={state.busy === "refunding"}
        onConfirm={() => void desk.refund(reason).then(() => setAsking(false))}
        onClose={() => setAsking(false)}
        testId="order-refund-confirm"
      >
        <p>
          All tickets of this order stop working at once, and the seats are free for others. You get{" "}
          {formatMoney(order.total)} back. This cannot be undone.
        </p>
        <TextField
          label="Why? (optional, for the organizer)"
          maxLength={200}
          value={reason}
          onChange={(change) => setReason(change.target.value)}
          data-testid="order-refund-reason"
        />
      </ConfirmDialog>
    </>
  );
}
