// After a new event was sent: the server writes its seats, and then it can go on sale.
import { useState } from "react";
import { Button, ButtonLink } from "../../../components/button";
import { FocusedHeading } from "../../../components/focused-heading";
import { LoadProblem } from "../../../components/load-problem";
import { Notice } from "../../../components/notice";
import { LoadingLines } from "../../../components/skeleton";
import { StatusChip } from "../../../components/status-chip";
import { changeEvent } from "../../../lib/api/organizer-api";
import { toProblem } from "../../../lib/api/problem";
import type { EventStatus, EventSummary } from "../../../lib/api/types";
import { useServices } from "../../../lib/services";
import { GenerationBar } from "../generation-bar";
import { useGeneration } from "../use-generation";

const SAID: Record<EventStatus, string> = {
  generating: "The server is preparing the seats. You may leave this page; it goes on.",
  failed: "The seats could not be prepared.",
  draft: "All seats are ready. The event is a draft: only you can see it.",
  on_sale: "All seats are ready and on sale.",
  closed: "The sale is closed.",
  cancelled: "The event was cancelled.",
};

export function Generation({ id }: { id: string }) {
  const { event, problem, setEvent } = useGeneration(id);
  return (
    <div className="space-y-5">
      <FocusedHeading>{event?.name ?? "New event"}</FocusedHeading>
      {problem && <LoadProblem problem={problem} what="event" />}
      {!event && !problem && <LoadingLines />}
      <p role="status">{event ? SAID[event.status] : ""}</p>
      {event && <Progress event={event} onChanged={setEvent} />}
    </div>
  );
}

interface Props {
  event: EventSummary;
  onChanged: (event: EventSummary) => void;
}

function Progress({ event, onChanged }: Props) {
  const page = `/organizer/events/${encodeURIComponent(event.id)}`;
  const ready = event.status !== "generating" && event.status !== "failed";
  return (
    <>
      <StatusChip status={event.status} />
      <GenerationBar event={event} />
      {event.generation.error && (
        <Notice tone="danger">
          <p>The server says: {event.generation.error}</p>
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        {event.status === "draft" && <PutOnSale id={event.id} onChanged={onChanged} />}
        {ready && <ButtonLink to={page}>Open live view</ButtonLink>}
        <ButtonLink look="plain" to="/organizer">
          My events
        </ButtonLink>
      </div>
    </>
  );
}

function PutOnSale({ id, onChanged }: { id: string; onChanged: Props["onChanged"] }) {
  const { api } = useServices();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");

  async function put() {
    setBusy(true);
    setSaid("");
    try {
      onChanged(await changeEvent(api, id, { status: "on_sale" }));
    } catch (error) {
      setSaid(toProblem(error).detail);
      setBusy(false);
    }
  }

  return (
    <>
      <Button look="accent" data-testid="put-on-sale" disabled={busy} onClick={() => void put()}>
        Put on sale
      </Button>
      <p role="alert" className="text-sm text-danger empty:hidden">
        {said}
      </p>
    </>
  );
}
