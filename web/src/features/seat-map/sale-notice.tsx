// Why nothing can be bought at the moment, if so: the event's status, or nothing is free.
import { Notice } from "../../components/notice";
import type { EventStatus } from "../../lib/api/types";
import { formatCount } from "../../lib/format/format";
import type { LiveEvent } from "./live-event";
import { useLive, useSeats } from "./use-live-event";

const WORDS: Partial<Record<EventStatus, string>> = {
  generating: "This event is still being prepared. Its seats cannot be chosen yet.",
  failed: "This event could not be prepared. Its seats cannot be chosen.",
  draft:
    "This event is a draft. Only you can see it, and nothing can be chosen before it is on sale.",
  closed: "The sale of this event is closed. The map shows how it ended.",
  cancelled: "This event is cancelled. Whoever has bought tickets gets their money back.",
};

export function SaleNotice({ live }: { live: LiveEvent }) {
  const status = useLive(live, (state) => state.status);
  const soldOut = useSeats(live, (seats) => seats.loaded && seats.available === 0);
  const text = WORDS[status] ?? (soldOut ? soldOutText(live) : undefined);
  // The region is always there: one that appears together with its text is not read out.
  return (
    <div role="status" data-testid="sale-notice">
      {text && (
        <div className="mt-4">
          <Notice tone={status === "cancelled" ? "danger" : "warning"}>{text}</Notice>
        </div>
      )}
    </div>
  );
}

function soldOutText({ store }: LiveEvent): string {
  const held = store.sectionCounts().reduce((sum, counts) => sum + counts.held, 0);
  if (held === 0) return "Sold out. Seats that somebody gives back show up here at once.";
  return `Nothing is free right now, but ${formatCount(held)} seats are only held. Those that are not bought come back here within minutes.`;
}
