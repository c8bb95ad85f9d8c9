// The head of the event page: what, when, where, what is left, and whether the map is live.
import { formatCount, formatMoney, formatStart } from "../../lib/format/format";
import { ConnectionState } from "./connection-state";
import type { LiveEvent } from "./live-event";
import { StageLights } from "./stage-lights";
import { useLive, useSeats } from "./use-live-event";

export function EventHeader({ live }: { live: LiveEvent }) {
  const { event } = live.hall;
  const connection = useLive(live, (state) => state.connection);
  const start = formatStart(event.starts_at, event.timezone);
  return (
    <header className="relative isolate overflow-hidden rounded-3xl bg-stage px-5 py-4.5 text-on-stage sm:px-8 sm:py-5">
      <StageLights />
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4">
        <div className="min-w-0 flex-[1_1_18rem]">
          <h1 className="text-title font-bold tracking-tight wrap-anywhere">{event.name}</h1>
          <p className="mt-1.5 text-on-stage/85">
            <time dateTime={event.starts_at}>{`${start.long}, ${start.time}`}</time>
            {[event.venue, event.genre].filter(Boolean).map((words) => (
              <span key={words} className="block sm:inline">
                <span aria-hidden className="mx-2 hidden sm:inline">
                  ·
                </span>
                {words}
              </span>
            ))}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-x-6 gap-y-2 text-sm">
          <WhatIsLeft live={live} />
          <ConnectionState connection={connection} />
        </div>
      </div>
    </header>
  );
}

function WhatIsLeft({ live }: { live: LiveEvent }) {
  const loaded = useSeats(live, (seats) => seats.loaded);
  const available = useSeats(live, (seats) => seats.available);
  const price = live.hall.categories[0]?.price;
  if (!loaded) return null;
  return (
    <p className="tabular-nums">
      <strong className="font-display text-xl">{formatCount(available)}</strong>
      {` of ${formatCount(live.hall.layout.count)} free`}
      {price && <span className="text-on-stage/75">{`, from ${formatMoney(price)}`}</span>}
    </p>
  );
}
