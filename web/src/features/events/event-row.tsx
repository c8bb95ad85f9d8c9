// One event in the list: when, what, where, how much is left.
import { Link } from "react-router";
import { StatusChip } from "../../components/status-chip";
import type { EventSummary } from "../../lib/api/types";
import { formatCount, formatStart } from "../../lib/format/format";

export function EventRow({ event }: { event: EventSummary }) {
  const start = formatStart(event.starts_at, event.timezone);
  return (
    <li>
      <Link
        to={`/events/${encodeURIComponent(event.id)}`}
        className="grid grid-cols-[3.5rem_1fr] items-center gap-x-4 gap-y-2 py-4 hover:bg-sunken sm:grid-cols-[3.5rem_1fr_auto] sm:px-2"
      >
        <time dateTime={event.starts_at} className="text-center leading-tight">
          <span className="block text-2xl font-semibold tabular-nums">{start.day}</span>
          <span className="block text-sm text-muted">{start.month}</span>
        </time>
        <span className="min-w-0">
          <span className="line-clamp-2 text-lg font-medium">{event.name}</span>
          <span className="block text-sm text-muted">
            {event.venue}, {start.time}
          </span>
        </span>
        <span className="col-start-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted tabular-nums sm:col-start-3 sm:flex-col sm:items-end">
          <StatusChip status={event.status} />
          {event.counts
            ? `${formatCount(event.counts.available)} of ${formatCount(event.seats_total)} seats free`
            : `${formatCount(event.seats_total)} seats`}
        </span>
      </Link>
    </li>
  );
}
