// What an order, a cart or a ticket is for: name, place and time of the event. Keeps its place while
// the event is on its way, and stays out of the way when it cannot be loaded.
import { Link } from "react-router";
import type { EventSummary } from "../lib/api/types";
import { formatStart } from "../lib/format/format";
import { Skeleton } from "./skeleton";
import { StatusChip } from "./status-chip";

interface Props {
  event: EventSummary | undefined;
  loading?: boolean;
  className?: string;
}

export function EventLine({ event, loading = false, className = "" }: Props) {
  if (!event) return loading ? <Skeleton className={`h-12 w-72 max-w-full ${className}`} /> : null;
  const start = formatStart(event.starts_at, event.timezone);
  return (
    <div className={className}>
      <Link
        to={`/events/${encodeURIComponent(event.id)}`}
        className="inline-block py-0.5 text-lg wrap-anywhere font-semibold underline decoration-line underline-offset-4 hover:decoration-current"
      >
        {event.name}
      </Link>
      {event.status === "cancelled" && (
        <p className="my-1">
          <StatusChip status={event.status} />
        </p>
      )}
      <p className="text-muted">
        {event.venue} · <time dateTime={event.starts_at}>{`${start.long}, ${start.time}`}</time>
      </p>
    </div>
  );
}
