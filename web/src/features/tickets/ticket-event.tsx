// The tickets of one event under its name.
import { useEffect } from "react";
import { EventLine } from "../../components/event-line";
import { usePlaces } from "../../lib/purchase/use-places";
import { TicketCard } from "./ticket-card";
import type { TicketGroup } from "./ticket-groups";
import type { TicketShelf } from "./ticket-shelf";

interface Props {
  group: TicketGroup;
  shelf: TicketShelf;
  pictures: ReadonlyMap<string, string>;
  missing: ReadonlySet<string>;
  /** Over: its codes open nothing any more, and are not fetched. */
  past?: boolean;
}

export function TicketEvent({ group, shelf, pictures, missing, past = false }: Props) {
  const { event, eventId, tickets } = group;
  const names = tickets.map(({ seat }) => seat);
  const places = usePlaces(eventId, names);
  const valid = tickets.filter(({ status }) => status === "valid").map(({ id }) => id);
  const wanted = past ? "" : valid.join("\n");

  useEffect(() => {
    if (wanted) shelf.wantPictures(wanted.split("\n"));
  }, [shelf, wanted]);

  return (
    <section aria-label={event?.name ?? "Event"} className="mt-8 print:mt-0">
      <h2 className="sr-only">{event?.name ?? "Event"}</h2>
      <EventLine event={event} loading className="no-print" />
      <ul className="mt-4 grid gap-5 xl:grid-cols-2 print:mt-0 print:block">
        {tickets.map((ticket) => (
          <TicketCard
            key={ticket.id}
            ticket={ticket}
            event={event}
            place={places.get(ticket.seat)}
            picture={past ? undefined : pictures.get(ticket.id)}
            missing={missing.has(ticket.id)}
            past={past}
            onRetry={() => shelf.wantPictures([ticket.id])}
          />
        ))}
      </ul>
    </section>
  );
}
