// Puts an event on sale, closes it, calls it off. Every step says first what it does to buyers; the
// one that cannot be undone asks for the event's name.
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button";
import { Card } from "../../../components/card";
import { Modal } from "../../../components/modal";
import { StatusChip } from "../../../components/status-chip";
import { TextField } from "../../../components/text-field";
import type { EventStatus, EventSummary } from "../../../lib/api/types";
import { type StatusStep, stepsFrom } from "./status-steps";
import { useChange } from "./use-change";

interface Props {
  event: EventSummary;
  onChanged: (event: EventSummary) => void;
}

const MEANING: Record<EventStatus, string> = {
  generating: "The seats are being prepared. Nothing can be changed about the sale until then.",
  failed: "The seats could not be prepared. Create the event again with another plan.",
  draft: "Only you can see this event.",
  on_sale: "Everybody can see this event and buy tickets.",
  closed: "Everybody can see this event; nobody can buy tickets.",
  cancelled: "This event was called off. That cannot be changed any more.",
};

export function StatusCard({ event, onChanged }: Props) {
  const [chosen, setChosen] = useState<StatusStep>();
  const steps = stepsFrom(event.status);
  return (
    <Card title="Status" aside={<StatusChip status={event.status} />}>
      <p>{MEANING[event.status]}</p>
      <div className="mt-4 flex flex-wrap gap-2 empty:hidden">
        {steps.map((step) => (
          <Button
            key={step.to}
            look={step.look}
            data-testid={step.to === "on_sale" ? "put-on-sale" : `status-${step.to}`}
            onClick={() => setChosen(step)}
          >
            {step.words}
          </Button>
        ))}
      </div>
      <Modal
        open={chosen !== undefined}
        title={`${chosen?.words ?? ""}?`}
        onClose={() => setChosen(undefined)}
      >
        {chosen && (
          <StatusForm
            event={event}
            step={chosen}
            onChanged={onChanged}
            onClose={() => setChosen(undefined)}
          />
        )}
      </Modal>
    </Card>
  );
}

interface FormProps extends Props {
  step: StatusStep;
  onClose: () => void;
}

function StatusForm({ event, step, onChanged, onClose }: FormProps) {
  const [typed, setTyped] = useState("");
  const { busy, refusal, change } = useChange(event.id, onChanged);
  const name = event.name.trim();
  const confirmed = !step.askName || typed.trim() === name;

  async function send(submitted: FormEvent) {
    submitted.preventDefault();
    if (confirmed && (await change({ status: step.to }, step.said))) onClose();
  }

  return (
    <form onSubmit={send} className="space-y-4">
      <ul className="list-disc space-y-1 pl-5">
        {step.consequences.map((consequence) => (
          <li key={consequence}>{consequence}</li>
        ))}
      </ul>
      {step.askName && (
        <TextField
          label={`Type the event's name to confirm: ${name}`}
          name="confirmation"
          autoComplete="off"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      )}
      <p role="alert" className="text-sm font-medium text-danger empty:hidden">
        {refusal?.text}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it as it is</Button>
        <Button
          type="submit"
          look={step.look}
          disabled={busy || !confirmed}
          data-testid="status-confirm"
        >
          {busy ? "One moment…" : step.words}
        </Button>
      </div>
    </form>
  );
}
