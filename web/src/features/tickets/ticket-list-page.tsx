// My tickets by event, to be shown at the door or printed. What was loaded once stays on the screen:
// at a door there may be no network.
import { useEffect, useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";
import { Button, ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadProblem } from "../../components/load-problem";
import { Notice } from "../../components/notice";
import { LoadingLines } from "../../components/skeleton";
import { problemWords } from "../../lib/api/problem-words";
import { useServices, useSession } from "../../lib/services";
import { useEventBook } from "../../lib/use-event-book";
import { TicketEvent } from "./ticket-event";
import { groupTickets } from "./ticket-groups";
import { type ShelfState, shelfOf, type TicketShelf } from "./ticket-shelf";

export function Component() {
  const { api } = useServices();
  const { user } = useSession();
  const shelf = shelfOf(api, user?.id ?? "");
  const state = useSyncExternalStore(shelf.subscribe, shelf.getSnapshot);

  useEffect(() => {
    void shelf.load();
    window.addEventListener("online", shelf.load);
    return () => window.removeEventListener("online", shelf.load);
  }, [shelf]);

  return (
    <>
      <title>My tickets – Frontrow</title>
      {state.tickets ? (
        <Tickets shelf={shelf} state={state} />
      ) : (
        <>
          <h1 className="mb-6 text-title font-semibold">My tickets</h1>
          {state.problem ? (
            <LoadProblem problem={state.problem} what="ticket" onRetry={shelf.load} />
          ) : (
            <LoadingLines label="Loading your tickets…" lines={4} />
          )}
        </>
      )}
    </>
  );
}

function Tickets({ shelf, state }: { shelf: TicketShelf; state: ShelfState }) {
  const [params] = useSearchParams();
  const order = params.get("order");
  const all = state.tickets ?? [];
  const tickets = order ? all.filter(({ order_id }) => order_id === order) : all;
  const events = useEventBook(tickets.map(({ event_id }) => event_id));
  const { upcoming, past } = groupTickets(tickets, events, Date.now());
  const printable = upcoming.some(({ tickets }) =>
    tickets.some(({ status }) => status === "valid"),
  );
  const shown = { shelf, pictures: state.pictures, missing: state.missing };

  return (
    <>
      <div className="no-print flex flex-wrap items-end justify-between gap-4">
        <h1 className="text-title font-semibold">My tickets</h1>
        {printable && (
          <Button onClick={() => window.print()} data-testid="tickets-print">
            Print
          </Button>
        )}
      </div>
      {order && (
        <p className="no-print mt-2">
          Of one order.{" "}
          <ButtonLink to="/tickets" look="plain" size="small" className="underline">
            Show all tickets
          </ButtonLink>
        </p>
      )}
      <Freshness state={state} onRetry={shelf.load} />
      {upcoming.map((group) => (
        <TicketEvent key={group.eventId} group={group} {...shown} />
      ))}
      {upcoming.length === 0 && <NoTickets hasPast={past.length > 0} />}
      {past.length > 0 && (
        <details className="no-print mt-10" data-testid="tickets-past">
          <summary className="rounded-lg py-2 text-lg font-semibold">
            Past events ({past.length})
          </summary>
          {past.map((group) => (
            <TicketEvent key={group.eventId} group={group} {...shown} past />
          ))}
        </details>
      )}
    </>
  );
}

/** The region is always in the page: one that appears together with its text is not read out. */
function Freshness({ state, onRetry }: { state: ShelfState; onRetry: () => void }) {
  return (
    <div role="status" data-testid="tickets-freshness" className="no-print mt-4 empty:mt-0">
      {state.problem && (
        <Notice tone="warning">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p>{`${problemWords(state.problem)} These are your tickets as they were loaded last.`}</p>
            <Button size="small" onClick={onRetry}>
              Try again
            </Button>
          </div>
        </Notice>
      )}
    </div>
  );
}

function NoTickets({ hasPast }: { hasPast: boolean }) {
  return (
    <div className="no-print mt-6">
      <EmptyState
        title={hasPast ? "Nothing ahead" : "No tickets yet"}
        action={
          <ButtonLink look="primary" to="/">
            Find an event
          </ButtonLink>
        }
      >
        Tickets appear here as soon as an order is paid.
      </EmptyState>
    </div>
  );
}
