// One event of the organizer: what it is, how much is sold, and the way to its pages.
import { Link } from "react-router";
import { ButtonLink } from "../../components/button";
import { Notice } from "../../components/notice";
import { StatusChip } from "../../components/status-chip";
import type { EventNumbers, EventSummary } from "../../lib/api/types";
import { formatCount, formatMoney, formatStart } from "../../lib/format/format";
import { GenerationBar } from "./generation-bar";
import { useGeneration } from "./use-generation";

interface Props {
  event: EventSummary;
  numbers: EventNumbers | undefined;
}

export function MyEvent({ event: listed, numbers }: Props) {
  // Of an event that is still being prepared, the list's answer is old at once.
  const event = useGeneration(listed.id, listed).event ?? listed;
  const start = formatStart(event.starts_at, event.timezone);
  return (
    <li
      data-testid={`event-row-${event.id}`}
      className="rounded-2xl border border-line bg-surface p-5 shadow-card"
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="text-lg font-semibold break-words">
            <Link to={pageOf(event.id)} className="hover:underline">
              {event.name}
            </Link>
          </h2>
          <p className="text-sm text-muted">
            {event.venue}, {start.long}, {start.time}
          </p>
          <p className="mt-2">
            <StatusChip status={event.status} />
          </p>
        </div>
        <SoldNumbers seats_total={event.seats_total} counts={event.counts} numbers={numbers} />
      </div>
      {event.status === "generating" && (
        <div className="mt-4">
          <GenerationBar event={event} />
        </div>
      )}
      {event.generation.error && (
        <div className="mt-4">
          <Notice tone="danger">The seats could not be prepared: {event.generation.error}</Notice>
        </div>
      )}
      <EventWays id={event.id} name={event.name} />
    </li>
  );
}

const pageOf = (id: string) => `/organizer/events/${encodeURIComponent(id)}`;

export function EventWays({ id, name }: { id: string; name: string }) {
  const page = pageOf(id);
  return (
    <div className="mt-4 flex flex-wrap gap-2">
      <ButtonLink size="small" to={page} aria-label={`Live view of ${name}`}>
        Live
      </ButtonLink>
      <ButtonLink size="small" to={`${page}/orders`} aria-label={`Orders of ${name}`}>
        Orders
      </ButtonLink>
      <ButtonLink size="small" to={`${page}/settings`} aria-label={`Settings of ${name}`}>
        Settings
      </ButtonLink>
    </div>
  );
}

interface SoldProps {
  seats_total: number;
  counts: EventSummary["counts"];
  numbers: EventNumbers | undefined;
}

export function SoldNumbers({ seats_total, counts, numbers }: SoldProps) {
  const tickets = numbers && numbers.tickets.valid + numbers.tickets.used;
  const lines: [string, string][] = [
    ["Revenue", numbers ? formatMoney(numbers.revenue) : "–"],
    ["Tickets", tickets === undefined ? "–" : formatCount(tickets)],
    ["Held now", counts ? formatCount(counts.held) : "–"],
    ["Free", counts ? `${formatCount(counts.available)} of ${formatCount(seats_total)}` : "–"],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-[repeat(4,minmax(5.5rem,auto))]">
      {lines.map(([term, value]) => (
        <div key={term}>
          <dt className="text-sm text-muted">{term}</dt>
          <dd className="font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
