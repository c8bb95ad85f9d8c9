// Whether the map is live, and how old it is when it is not.
import { Notice } from "../../components/notice";
import { formatAge } from "../../lib/format/format";
import type { SocketStatus } from "../../lib/live/live-socket";
import { useNow } from "../../lib/use-now";
import type { LiveEvent } from "./live-event";
import { useLive, useSeats } from "./use-live-event";

const WORDS: Record<SocketStatus, string> = {
  live: "Live",
  connecting: "Connecting…",
  waiting: "Offline",
  stopped: "Offline",
};

/** In the colour of the text around it: filled when live, hollow when not. */
export function ConnectionState({ connection }: { connection: SocketStatus }) {
  const dot = connection === "live" ? "bg-current" : "border-2 border-current";
  return (
    <span
      role="status"
      data-testid="connection-state"
      data-state={connection}
      className="inline-flex items-center gap-2"
    >
      <span aria-hidden className={`size-2.5 rounded-full ${dot}`} />
      {WORDS[connection]}
    </span>
  );
}

export function ConnectionNotice({ live }: { live: LiveEvent }) {
  const { store } = live;
  const connection = useLive(live, (state) => state.connection);
  const stale = useSeats(live, (seats) => seats.stale);
  const offline = connection !== "live" && store.receivedAt !== undefined;
  const now = useNow(offline);
  if (offline) {
    return (
      <Banner testId="offline-notice">
        No live connection. What you see is {formatAge(now - (store.receivedAt ?? now))} old. Trying
        again…
      </Banner>
    );
  }
  if (stale) {
    return (
      <Banner testId="stale-notice">
        The ticket office is not answering at the moment. Seats may have changed.
      </Banner>
    );
  }
  return null;
}

function Banner({ testId, children }: { testId: string; children: React.ReactNode }) {
  return (
    <div className="mt-4" data-testid={testId}>
      <Notice tone="warning">{children}</Notice>
    </div>
  );
}
