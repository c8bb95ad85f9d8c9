// The live part of the event page, put together: head, notices, map or list, panel, cart.
import { useMemo, useState } from "react";
import { useMedia, WIDE } from "../../lib/use-media";
import { Cart } from "./cart";
import { ChooseForMe } from "./choose-for-me";
import { ConnectionNotice } from "./connection-state";
import { EventHeader } from "./event-header";
import { FilterPanel } from "./filter-panel";
import { NO_FILTERS, seatTest } from "./filters";
import type { Hall } from "./hall";
import type { LiveEvent } from "./live-event";
import { LostNotice } from "./lost-notice";
import { PAGE_GRID } from "./page-grid";
import { SaleNotice } from "./sale-notice";
import { SeatPicker } from "./seat-picker";
import { useFullScreen } from "./use-full-screen";
import { useLive, useLiveEvent, useSeats } from "./use-live-event";

const FULL_SCREEN =
  "fixed inset-0 z-20 grid gap-3 overflow-y-auto bg-ground p-3 lg:grid-cols-[minmax(0,1fr)_23rem] lg:overflow-hidden";

export function LiveEventView({ hall }: { hall: Hall }) {
  const live = useLiveEvent(hall);
  const [filters, setFilters] = useState(NO_FILTERS);
  const passes = useMemo(() => seatTest(filters, hall), [filters, hall]);
  const full = useFullScreen();
  const wide = useMedia(WIDE);
  return (
    <>
      <title>{`${hall.event.name} – Frontrow`}</title>
      <EventHeader live={live} />
      <SaleNotice live={live} />
      <ConnectionNotice live={live} />
      <Lost live={live} />
      <Announcements live={live} />
      <div ref={full.frame} className={full.on ? FULL_SCREEN : PAGE_GRID}>
        <SeatPicker live={live} passes={passes} full={full} />
        <aside aria-label="Prices and your seats" className="flex min-h-0 flex-col gap-4">
          <div className="flex min-h-0 flex-col gap-4 lg:flex-1 lg:overflow-y-auto lg:rounded-2xl">
            <FilterPanel live={live} filters={filters} onChange={setFilters} wide={wide} />
            <ChooseForMe live={live} wide={wide} />
          </div>
          <Cart live={live} wide={wide} />
        </aside>
      </div>
      <Description text={hall.event.description} />
    </>
  );
}

function Lost({ live }: { live: LiveEvent }) {
  const lost = useSeats(live, (seats) => seats.lost);
  const names = lost.map((seat) => live.hall.nameOf(live.store.ordinalOf(seat) ?? -1) || seat);
  return <LostNotice lost={names} onDismiss={() => live.store.acknowledgeLost()} />;
}

/** What only screen readers need to be told; never once a second. */
function Announcements({ live }: { live: LiveEvent }) {
  const { id, text } = useLive(live, (state) => state.announcement);
  return (
    <p role="status" data-testid="announcement" className="sr-only">
      <span key={id}>{text}</span>
    </p>
  );
}

function Description({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <section aria-labelledby="about-title" className="mt-8 max-w-3xl">
      <h2 id="about-title" className="font-display text-xl font-semibold">
        About this event
      </h2>
      <p className="mt-2 whitespace-pre-line wrap-anywhere">{text}</p>
    </section>
  );
}
