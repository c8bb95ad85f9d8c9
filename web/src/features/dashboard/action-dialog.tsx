// Asks for a reason before seats are changed for somebody else, does it, and says what came of it.
// Everything that is done here is written into the event's log, with the reason.
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/button";
import { Modal } from "../../components/modal";
import { Notice } from "../../components/notice";
import { changeSeats } from "../../lib/api/organizer-api";
import { toProblem } from "../../lib/api/problem";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";
import { useDesk } from "./dashboard-context";
import { ACTION_WORDS, nameSeats, refusalOf, type SeatAction } from "./seat-actions";

export interface SeatOrder {
  action: SeatAction;
  seats: string[];
}

interface Props {
  order: SeatOrder | undefined;
  onClose: () => void;
  /** The server has done it. */
  onDone: (order: SeatOrder) => void;
}

export function ActionDialog({ order, onClose, onDone }: Props) {
  const count = order?.seats.length ?? 0;
  const title =
    order && `${ACTION_WORDS[order.action].verb} ${count === 1 ? "a seat" : `${count} seats`}`;
  return (
    <Modal open={order !== undefined} title={title ?? ""} onClose={onClose}>
      {order && <ReasonForm order={order} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
}

const MAX_REASON_CHARS = 500;

function ReasonForm({ order, onClose, onDone }: Props & { order: SeatOrder }) {
  const { api } = useServices();
  const { event, live } = useDesk();
  const id = useId();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const words = ACTION_WORDS[order.action];

  async function submit(submitted: FormEvent) {
    submitted.preventDefault();
    setBusy(true);
    setRefusal(undefined);
    try {
      const { seats } = await changeSeats(api, event.id, order.action, order.seats, reason.trim());
      toasts.say(words.done(nameSeats(order.seats), seats), "good");
      onDone(order);
    } catch (error) {
      setRefusal(refusalOf(toProblem(error)));
      setBusy(false);
    }
    // What the rows do not tell, a claim that was in the way for instance, the list does.
    void live.refreshHolds();
  }

  return (
    <form onSubmit={(submitted) => void submit(submitted)} className="space-y-4">
      <p className="font-semibold break-words">{nameSeats(order.seats)}</p>
      <p className="text-sm">{words.effect} All of these seats, or none of them.</p>
      <div>
        <label htmlFor={id} className="mb-1 block text-sm font-medium">
          Reason, for the log
        </label>
        <input
          id={id}
          data-testid="action-reason"
          className="h-11 w-full rounded-xl border border-edge bg-surface px-3"
          value={reason}
          required
          maxLength={MAX_REASON_CHARS}
          autoComplete="off"
          onChange={(change) => setReason(change.target.value)}
        />
      </div>
      <div role="alert" data-testid="action-refusal">
        {refusal && <Notice tone="danger">{refusal}</Notice>}
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          look={order.action === "release" || order.action === "block" ? "danger" : "accent"}
          data-testid="action-confirm"
          disabled={isBusy || reason.trim() === ""}
        >
          {words.verb}
        </Button>
      </div>
    </form>
  );
}
