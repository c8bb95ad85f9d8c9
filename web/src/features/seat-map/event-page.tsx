// The page of one event: loads what does not change, then hands over to the live part.
import { useState } from "react";
import { useParams } from "react-router";
import { ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadProblem } from "../../components/load-problem";
import { getCategories, getEvent, getPlan } from "../../lib/api/events-api";
import { useServices } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { EventPageSkeleton } from "./event-page-skeleton";
import { Hall } from "./hall";
import { LiveEventView } from "./live-event-view";

export function Component() {
  const { api } = useServices();
  const { id = "" } = useParams();
  const [attempt, setAttempt] = useState(1);
  const { data: hall, problem } = useLoad(`${attempt} ${id}`, async (signal) => {
    const [event, plan, categories] = await Promise.all([
      getEvent(api, id, signal),
      getPlan(api, id, signal),
      getCategories(api, id, signal),
    ]);
    return new Hall(event, plan, categories.items);
  });

  if (problem?.status === 404) return <NoSuchEvent />;
  if (problem) {
    const retry = () => setAttempt((before) => before + 1);
    return <LoadProblem problem={problem} what="event" onRetry={retry} />;
  }
  if (!hall) return <EventPageSkeleton />;
  return <LiveEventView key={id} hall={hall} />;
}

function NoSuchEvent() {
  return (
    <>
      <title>No such event – Frontrow</title>
      <EmptyState
        title="There is no such event"
        action={
          <ButtonLink to="/" look="primary">
            All events
          </ButtonLink>
        }
      >
        It may have been taken down, or the address was cut off on its way to you.
      </EmptyState>
    </>
  );
}
