// One ticket, as it is shown at the door: the seat large, the code beside the perforation. On paper
// it is a block of its own. A used or refunded one says so and has no code to show.
import type { EventSummary, Ticket } from "../../lib/api/types";
import { formatStart } from "../../lib/format/format";
import type { SeatPlace } from "../../lib/purchase/seat-places";
import { TicketCode } from "./ticket-code";
import { TicketPicture } from "./ticket-picture";
import "./ticket.css";

interface Props {
  ticket: Ticket;
  event: EventSummary | undefined;
  place: SeatPlace | undefined;
  picture: string | undefined;
  missing: boolean;
  past: boolean;
  onRetry: () => void;
}

const WORDS: Record<Ticket["status"], string> = {
  valid: "Valid",
  used: "Used",
  refunded: "Refunded",
};

const TONES: Record<Ticket["status"], string> = {
  valid: "border-accent bg-accent-soft text-accent",
  used: "border-edge bg-sunken text-ink",
  refunded: "border-danger bg-danger-soft text-danger",
};

export function TicketCard(props: Props) {
  const { ticket, event, place, past } = props;
  const usable = ticket.status === "valid" && !past;
  return (
    <li
      data-testid={`ticket-${ticket.seat}`}
      data-status={ticket.status}
      className="ticket grid overflow-hidden rounded-2xl border border-line bg-surface shadow-card sm:grid-cols-[minmax(0,1fr)_17rem]"
    >
      <div className="flex min-w-0 flex-col gap-5 p-5 sm:p-6">
        <Head event={event} status={ticket.status} />
        <Seat seat={ticket.seat} place={place} />
        {usable && <TicketCode code={ticket.code} seat={ticket.seat} />}
      </div>
      <div className="ticket-stub flex items-center justify-center p-4">
        {usable ? (
          <TicketPicture
            seat={ticket.seat}
            picture={props.picture}
            missing={props.missing}
            onRetry={props.onRetry}
          />
        ) : (
          <Stamp ticket={ticket} event={event} past={past} />
        )}
      </div>
    </li>
  );
}

function Head({ event, status }: { event: EventSummary | undefined; status: Ticket["status"] }) {
  const start = event && formatStart(event.starts_at, event.timezone);
  return (
    <div className="flex items-start justify-between gap-3">
      <div className="min-w-0">
        <h3 className="font-display text-xl leading-tight font-semibold wrap-anywhere">
          {event?.name ?? "Event"}
        </h3>
        {event && start && (
          <p className="mt-1 text-sm text-muted wrap-anywhere">
            {start.long}, {start.time}
            <br />
            {event.venue}
          </p>
        )}
      </div>
      <span
        className={`shrink-0 rounded-full border px-2.5 py-0.5 text-xs font-semibold ${TONES[status]}`}
        data-testid="ticket-status"
      >
        {WORDS[status]}
      </span>
    </div>
  );
}

function Seat({ seat, place }: { seat: string; place: SeatPlace | undefined }) {
  if (!place) {
    return (
      <dl>
        <Part name="Seat" value={seat} />
      </dl>
    );
  }
  return (
    <div className="mt-auto">
      <dl className="flex flex-wrap gap-x-7 gap-y-2">
        <Part name="Section" value={place.section} />
        <Part name="Row" value={place.row} />
        <Part name="Seat" value={place.number} />
      </dl>
      <p className="mt-1 text-sm text-muted wrap-anywhere">
        {place.category} · {seat}
      </p>
    </div>
  );
}

function Part({ name, value }: { name: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="font-display text-3xl leading-tight font-bold tracking-tight wrap-anywhere tabular-nums">
        {value}
      </dd>
    </div>
  );
}

interface StampProps {
  ticket: Ticket;
  event: EventSummary | undefined;
  past: boolean;
}

function Stamp({ ticket, event, past }: StampProps) {
  const used = ticket.used_at && formatStart(ticket.used_at, event?.timezone);
  if (ticket.status === "used") {
    return (
      <p className="text-center text-sm text-muted">
        <span className="block font-display text-2xl font-bold text-ink">Used</span>
        {used && `${used.long}, ${used.time}`}
      </p>
    );
  }
  if (ticket.status === "refunded") {
    return (
      <p className="text-center text-sm text-muted">
        <span className="block font-display text-2xl font-bold text-danger">Refunded</span>
        This ticket does not open the door.
      </p>
    );
  }
  return past ? <p className="text-center text-sm text-muted">This event is over.</p> : null;
}
