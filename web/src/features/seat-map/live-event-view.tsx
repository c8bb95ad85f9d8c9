// The live part of the event page: heading, map, legend, my seats, messages.
import { StatusChip } from "../../components/status-chip";
import type { Category, EventSummary, Plan } from "../../lib/api/types";
import { formatCount, formatStart } from "../../lib/format/format";
import { ConnectionNotice, ConnectionState } from "./connection-state";
import { Legend } from "./legend";
import { LostNotice } from "./lost-notice";
import { MessageToast } from "./message-toast";
import { MySeats } from "./my-seats";
import { SeatMap } from "./seat-map";
import { useLiveEvent } from "./use-live-event";

interface Props {
  event: EventSummary;
  plan: Plan;
  categories: Category[];
}

export function LiveEventView({ event, plan, categories }: Props) {
  const { live, state, seats } = useLiveEvent(event, plan);
  const start = formatStart(event.starts_at, event.timezone);
  return (
    <>
      <title>{`${event.name} – Frontrow`}</title>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">{event.name}</h1>
          <p className="mt-1 text-muted">
            {event.venue} · <time dateTime={event.starts_at}>{`${start.long}, ${start.time}`}</time>
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
          <StatusChip status={state.status} />
          {seats.loaded && (
            <span className="tabular-nums">{formatCount(seats.available)} seats free</span>
          )}
          <ConnectionState connection={state.connection} />
        </div>
      </div>
      <ConnectionNotice connection={state.connection} stale={seats.stale} store={live.store} />
      <LostNotice lost={seats.lost} onDismiss={() => live.store.acknowledgeLost()} />
      <div className="mt-5 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <SeatMap live={live} plan={plan} categories={categories} loaded={seats.loaded} />
        <div className="grid gap-5 sm:grid-cols-2 lg:grid-cols-1">
          <MySeats live={live} mine={seats.mine} plan={plan} categories={categories} />
          <Legend categories={categories} plan={plan} />
        </div>
      </div>
      <MessageToast message={state.message} />
    </>
  );
}
