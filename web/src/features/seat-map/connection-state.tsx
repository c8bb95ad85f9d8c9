// Whether the map is live, and how old it is when it is not.
import { Notice } from "../../components/notice";
import { formatAge } from "../../lib/format/format";
import type { SocketStatus } from "../../lib/live/live-socket";
import type { SeatStore } from "../../lib/live/seat-store";
import { useNow } from "./use-now";

const WORDS: Record<SocketStatus, string> = {
  live: "Live",
  connecting: "Connecting…",
  waiting: "Offline",
  stopped: "Offline",
};

export function ConnectionState({ connection }: { connection: SocketStatus }) {
  const dot = connection === "live" ? "bg-accent" : "border-2 border-warning";
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

interface Props {
  connection: SocketStatus;
  stale: boolean;
  store: SeatStore;
}

export function ConnectionNotice({ connection, stale, store }: Props) {
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
