// Whether the numbers can be believed: the state of the line, how old they are, whether the event is
// selling, and a pause. Nothing here is ever frozen.
import { useEffect, useState } from "react";
import { Button } from "../../components/button";
import { StatusChip } from "../../components/status-chip";
import type { Freshness } from "../../lib/admin-live/admin-store";
import { useDesk, useShown, useSigns } from "./dashboard-context";
import { Mark } from "./marks";
import { SaleControl } from "./sale-control";

const LOOKS: Record<Freshness, { word: string; classes: string }> = {
  live: { word: "Live", classes: "border-accent bg-accent-soft text-accent" },
  stale: { word: "Stale", classes: "border-warning bg-warning-soft text-warning" },
  reconnecting: { word: "Reconnecting", classes: "border-warning bg-warning-soft text-warning" },
  paused: { word: "Paused", classes: "border-edge bg-sunken text-ink" },
};

export function StatusStrip() {
  const { live, event } = useDesk();
  const isPaused = useSigns((signs) => signs.freshness === "paused");
  const status = useShown(({ stats }) => stats?.event_status) ?? event.status;
  return (
    <header className="z-10 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface px-3 py-2 sm:sticky sm:top-0">
      <div className="min-w-0 flex-1 basis-60">
        <h1 className="truncate text-lg leading-6 font-semibold">{event.name}</h1>
        <p className="truncate text-xs text-muted">{event.venue}</p>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <FreshnessChip />
        <NumbersAge />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip status={status} />
        <SaleControl status={status} />
        <Button
          size="small"
          aria-pressed={isPaused}
          data-testid="dash-pause"
          onClick={() => live.pause(!isPaused)}
        >
          <Mark name={isPaused ? "live" : "paused"} />
          {isPaused ? "Resume" : "Pause"}
        </Button>
      </div>
    </header>
  );
}

function FreshnessChip() {
  const freshness = useSigns((signs) => signs.freshness);
  const line = useSigns((signs) => signs.line);
  const { word, classes } = LOOKS[freshness];
  return (
    <p
      role="status"
      data-testid="dash-state"
      data-state={freshness}
      className={`inline-flex min-w-34 items-center justify-center gap-2 rounded-full border px-3 py-1 text-sm font-semibold ${classes}`}
    >
      <Mark name={freshness} />
      {word}
      {/* A pause must not hide that there would be nothing new to see. */}
      {freshness === "paused" && line !== "live" && `, ${LOOKS[line].word.toLowerCase()}`}
    </p>
  );
}

/** Counts on while the display is paused: old is old. */
function NumbersAge() {
  const { live } = useDesk();
  const receivedAt = useShown((state) => state.receivedAt);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const freshness = useSigns((signs) => signs.freshness);
  if (receivedAt === undefined) return <p className="w-40 text-xs text-muted">No numbers yet</p>;
  // The reading and the frames have two clocks: a frame may be newer than the last tick.
  const seconds = Math.round(Math.max(0, now - receivedAt) / 1000);
  const isOld = freshness !== "live";
  const server = live.store.latest().stats?.server;
  return (
    <p
      title={server && `Told by ${server}`}
      className={`w-40 text-xs tabular-nums ${isOld ? "font-semibold text-ink" : "text-muted"}`}
    >
      Numbers are {seconds} s old
    </p>
  );
}
