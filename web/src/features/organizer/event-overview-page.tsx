// The events of the organizer who is signed in, with what they have sold. An administrator also sees
// those of others. Must never load an event's orders: that is a page of its own.
import { ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadMore } from "../../components/load-more";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { getNumbers, listMyEvents } from "../../lib/api/organizer-api";
import type { EventNumbers } from "../../lib/api/types";
import { useServices, useSession } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { usePages } from "../../lib/use-pages";
import { MyEvent } from "./my-event";
import { OtherEvents } from "./other-events";

export function Component() {
  const { api } = useServices();
  const { user } = useSession();
  const isAdmin = user?.role === "admin";
  const mine = usePages("mine", (cursor, signal) => listMyEvents(api, cursor, signal));
  const numbers = useLoad("numbers", (signal) => getNumbers(api, signal));
  const byEvent = new Map<string, EventNumbers>(
    numbers.data?.events.map((entry) => [entry.event_id, entry]),
  );
  const ids = new Set(mine.items.map(({ id }) => id));
  const others = numbers.data?.events.filter(({ event_id }) => !ids.has(event_id)) ?? [];

  return (
    <>
      <title>My events – Frontrow</title>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-title font-semibold">My events</h1>
        <div className="flex flex-wrap gap-2">
          {isAdmin && <ButtonLink to="/organizer/people">People</ButtonLink>}
          <ButtonLink look="primary" to="/organizer/new">
            New event
          </ButtonLink>
        </div>
      </div>
      <div className="mt-6 space-y-4" aria-busy={mine.loading}>
        {mine.problem && <LoadProblem problem={mine.problem} what="list" onRetry={mine.retry} />}
        {numbers.problem && <LoadProblem problem={numbers.problem} what="list of numbers" />}
        {mine.items.length > 0 && (
          <ul className="space-y-3">
            {mine.items.map((event) => (
              <MyEvent key={event.id} event={event} numbers={byEvent.get(event.id)} />
            ))}
          </ul>
        )}
        {mine.loading && <LoadingLines />}
        {!mine.loading && !mine.problem && mine.items.length === 0 && <NoEvents />}
        <LoadMore more={mine.more} loading={mine.loading} />
      </div>
      {isAdmin && !mine.loading && !mine.more && others.length > 0 && (
        <OtherEvents events={others} />
      )}
    </>
  );
}

function NoEvents() {
  return (
    <EmptyState
      title="You have no events yet"
      action={
        <ButtonLink look="primary" to="/organizer/new">
          New event
        </ButtonLink>
      }
    >
      Upload a seating plan or draw a simple hall, set the prices, and put it on sale.
    </EmptyState>
  );
}
