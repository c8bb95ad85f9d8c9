// One event in the list: when, what, where, what it costs, how much is left.
import { Link } from "react-router";
import { StatusChip } from "../../components/status-chip";
import type { EventSummary } from "../../lib/api/types";
import { formatMoney, formatStart } from "../../lib/format/format";
import { type Availability, availability, lowestPrice } from "./availability";

export function EventRow({ event }: { event: EventSummary }) {
  const start = formatStart(event.starts_at, event.timezone);
  const price = lowestPrice(event);
  const onSale = event.status === "on_sale";
  return (
    <li>
      <Link
        to={`/events/${encodeURIComponent(event.id)}`}
        className="group grid grid-cols-[4.25rem_minmax(0,1fr)] gap-x-4 gap-y-3 rounded-2xl border border-line bg-surface p-3 shadow-card hover:border-edge sm:grid-cols-[5rem_minmax(0,1fr)_14rem] sm:items-center sm:p-4"
      >
        <DateBlock event={event} />
        <span className="min-w-0 self-center">
          {event.genre && <span className="block text-sm text-muted">{event.genre}</span>}
          <span className="line-clamp-2 font-display text-xl leading-snug font-bold wrap-anywhere decoration-2 underline-offset-4 group-hover:underline">
            {event.name}
          </span>
          <span className="mt-0.5 block text-sm text-muted">
            {event.venue} · {start.time}
          </span>
        </span>
        <span className="col-span-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5 text-sm sm:col-span-1 sm:flex-col sm:items-stretch">
          <span className="flex items-center justify-between gap-3">
            {onSale ? (
              <Mark mark={availability(event).mark} />
            ) : (
              <StatusChip status={event.status} />
            )}
            {price && (
              <span className="ml-auto tabular-nums">
                <span className="text-muted">from </span>
                <strong>{formatMoney(price)}</strong>
              </span>
            )}
          </span>
          {onSale && <WhatIsLeft left={availability(event)} />}
        </span>
      </Link>
    </li>
  );
}

function DateBlock({ event }: { event: EventSummary }) {
  const start = formatStart(event.starts_at, event.timezone);
  const date = new Date(event.starts_at);
  const year = date.getFullYear();
  const weekday = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    timeZone: event.timezone ?? undefined,
  }).format(date);
  return (
    <time
      dateTime={event.starts_at}
      className="flex min-h-20 flex-col items-center justify-center rounded-xl bg-sunken py-2 text-center leading-tight"
    >
      <span className="text-sm text-muted">{weekday}</span>{" "}
      <span className="font-display text-3xl leading-none font-bold tabular-nums">{start.day}</span>{" "}
      <span className="text-sm text-muted">
        {start.month}
        {year !== new Date().getFullYear() && ` ${year}`}
      </span>
    </time>
  );
}

const MARKS = {
  sold_out: { words: "Sold out", look: "border-edge text-muted" },
  few_left: { words: "Few left", look: "border-warning bg-warning-soft text-warning" },
};

function Mark({ mark }: Pick<Availability, "mark">) {
  if (!mark) return null;
  const { words, look } = MARKS[mark];
  return (
    <span className={`rounded-full border px-2.5 py-0.5 text-xs font-semibold ${look}`}>
      {words}
    </span>
  );
}

/** The bar is for the eye; the words say it all. */
function WhatIsLeft({ left }: { left: Availability }) {
  const { words, freeShare } = left;
  return (
    <span className="min-w-40 flex-1 sm:flex-none">
      {freeShare !== undefined && (
        <span aria-hidden className="block h-1.5 overflow-hidden rounded-full bg-sunken">
          <span
            className="block h-full rounded-full bg-data-free"
            style={{ width: `${freeShare * 100}%` }}
          />
        </span>
      )}
      <span className="mt-1 block text-muted tabular-nums">{words}</span>
    </span>
  );
}
