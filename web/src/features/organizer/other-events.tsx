// What administrators see of the events of others: the numbers, and the way to their pages.
import { StatusChip } from "../../components/status-chip";
import type { EventNumbers } from "../../lib/api/types";
import { EventWays, SoldNumbers } from "./my-event";

export function OtherEvents({ events }: { events: EventNumbers[] }) {
  return (
    <section aria-labelledby="others" className="mt-10">
      <h2 id="others" className="text-lg font-semibold">
        Events of other organizers
      </h2>
      <p className="text-sm text-muted">
        You see them as an administrator, up to a hundred events in all.
      </p>
      <ul className="mt-4 space-y-3">
        {events.map((numbers) => (
          <li
            key={numbers.event_id}
            data-testid={`event-row-${numbers.event_id}`}
            className="rounded-2xl border border-line bg-surface p-5"
          >
            <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
              <div className="min-w-0 flex-1 basis-64">
                <h3 className="font-semibold break-words">{numbers.name}</h3>
                <p className="mt-2">
                  <StatusChip status={numbers.status} />
                </p>
              </div>
              <SoldNumbers
                seats_total={numbers.seats_total}
                counts={numbers.counts}
                numbers={numbers}
              />
            </div>
            <EventWays id={numbers.event_id} name={numbers.name} />
          </li>
        ))}
      </ul>
    </section>
  );
}
