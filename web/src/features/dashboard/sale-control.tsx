// Opens and closes the sale, after a question. The answer of the server counts; nothing is shown
// before it has come.
import { useState } from "react";
import { Button } from "../../components/button";
import { Modal } from "../../components/modal";
import { Notice } from "../../components/notice";
import { changeEvent } from "../../lib/api/organizer-api";
import { toProblem } from "../../lib/api/problem";
import type { EventStatus } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";
import { useDesk, useShown } from "./dashboard-context";

interface Change {
  to: EventStatus;
  verb: string;
  effect: string;
  done: string;
}

const OPEN: Change = {
  to: "on_sale",
  verb: "Open the sale",
  effect: "Everybody can see the event and take seats at once.",
  done: "The sale is open.",
};
const CHANGES: Partial<Record<EventStatus, Change>> = {
  draft: OPEN,
  closed: { ...OPEN, verb: "Reopen the sale" },
  on_sale: {
    to: "closed",
    verb: "Close the sale",
    effect:
      "Nobody can take seats any more. Orders that wait for their payment are cancelled. Sold tickets stay good, and you can reopen the sale.",
    done: "The sale is closed.",
  },
};

export function SaleControl({ status }: { status: EventStatus }) {
  const [asked, setAsked] = useState<Change>();
  const change = CHANGES[status];
  if (!change) return null;
  return (
    <>
      <Button size="small" data-testid="sale-change" onClick={() => setAsked(change)}>
        {change.verb}
      </Button>
      <Modal
        open={asked !== undefined}
        title={`${asked?.verb ?? ""}?`}
        onClose={() => setAsked(undefined)}
      >
        {asked && <Question change={asked} onDone={() => setAsked(undefined)} />}
      </Modal>
    </>
  );
}

function Question({ change, onDone }: { change: Change; onDone: () => void }) {
  const { api } = useServices();
  const { event } = useDesk();
  const waiting = useShown(({ stats }) => stats?.orders?.awaiting_payment);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();

  async function confirm() {
    setBusy(true);
    setRefusal(undefined);
    try {
      await changeEvent(api, event.id, { status: change.to });
      toasts.say(change.done, "good");
      onDone();
    } catch (error) {
      setRefusal(toProblem(error).detail);
      setBusy(false);
    }
  }

  return (
    <>
      <p>{change.effect}</p>
      {change.to === "closed" && waiting !== undefined && (
        <p className="tabular-nums">Orders that wait for their payment now: {waiting}.</p>
      )}
      <div role="alert">{refusal && <Notice tone="danger">{refusal}</Notice>}</div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Leave it as it is</Button>
        <Button
          look={change.to === "closed" ? "danger" : "accent"}
          data-testid="sale-confirm"
          disabled={isBusy}
          onClick={() => void confirm()}
        >
          {change.verb}
        </Button>
      </div>
    </>
  );
}
