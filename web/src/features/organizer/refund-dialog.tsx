// Asks before an order is given back, and why. The key belongs to the order and the reason: sent
// again after a lost answer, it is the same refund.
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button";
import { Modal } from "../../components/modal";
import { TextArea } from "../../components/text-area";
import { refundOrder } from "../../lib/api/orders-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import type { Order } from "../../lib/api/types";
import { WishKey } from "../../lib/api/wish-key";
import { formatMoney } from "../../lib/format/format";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";

interface Props {
  order: Order | undefined;
  onClose: () => void;
  onRefunded: (order: Order) => void;
}

export function RefundDialog({ order, onClose, onRefunded }: Props) {
  return (
    <Modal open={order !== undefined} title="Refund this order?" onClose={onClose}>
      {order && <RefundForm order={order} onClose={onClose} onRefunded={onRefunded} />}
    </Modal>
  );
}

function RefundForm({ order, onClose, onRefunded }: Props & { order: Order }) {
  const { api } = useServices();
  const keys = useRef(new WishKey());
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [reason, setReason] = useState("");
  const tickets = order.seats.length;

  async function send(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setSaid("");
    try {
      const wish = reason.trim();
      onRefunded(await refundOrder(api, order.id, wish, keys.current.for(wish)));
      toasts.say("The order is refunded, its seats are free again.", "good");
      onClose();
    } catch (error) {
      setSaid(refusalText(toProblem(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={send} className="space-y-4">
      <p>
        The buyer gets {formatMoney(order.total)} back.{" "}
        {tickets === 1
          ? "The ticket stops working and its seat is"
          : `${tickets} tickets stop working and their seats are`}{" "}
        on sale again. This cannot be undone.
      </p>
      <TextArea
        label="Reason"
        name="reason"
        hint="Kept in the event's log."
        required
        maxLength={500}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      <p role="alert" className="text-sm text-danger empty:hidden">
        {said}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Keep the order</Button>
        <Button
          type="submit"
          look="danger"
          disabled={busy || !reason.trim()}
          data-testid="refund-confirm"
        >
          {busy ? "One moment…" : "Refund"}
        </Button>
      </div>
    </form>
  );
}

const WORDS: Record<string, string> = {
  already_refunded: "This order was refunded before. Load the page again to see it.",
  not_refundable: "This order cannot be refunded: it was not paid, or has ended.",
  network: "The server cannot be reached. Try again: it will not be refunded twice.",
};

function refusalText({ code, detail }: ApiProblem): string {
  return WORDS[code] ?? detail;
}
