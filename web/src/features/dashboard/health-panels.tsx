// How the live map travels, and whether the parts behind it answer.
import type { ReactNode } from "react";
import type { UpDown } from "../../lib/admin-live/admin-frames";
import { formatCount } from "../../lib/format/format";
import { useShown } from "./dashboard-context";
import { Figure } from "./figure";
import { Mark } from "./marks";
import { formatBytes, formatLatency, formatNumber, formatRate, formatShare } from "./numbers";
import { Panel } from "./panel";

function Line({ words, children }: { words: string; children: ReactNode }) {
  return (
    <div className="flex items-center justify-between gap-3 border-b border-line py-1 last:border-0">
      <dt className="text-muted">{words}</dt>
      <dd className="text-right font-semibold">{children}</dd>
    </div>
  );
}

const NO_RATE = "A rate needs two readings; it comes with the next ones.";
const NO_DELIVERY = "Nothing was delivered in the last minute.";
const NO_LEDGER = "The ledger has not answered for a while.";

export function RealtimePanel() {
  const now = useShown(({ stats }) => stats?.realtime);
  return (
    <Panel title="Realtime">
      <dl className="grid gap-x-6 text-sm sm:grid-cols-2">
        <Line words="Sockets, this event">
          <Figure value={formatNumber(now?.sockets)} />
        </Line>
        <Line words="Sockets, this server">
          <Figure value={formatNumber(now?.sockets_all)} />
        </Line>
        <Line words="Opened / closed a second">
          <Figure value={formatRate(now?.opened_per_s)} why={NO_RATE} />
          {" / "}
          <Figure value={formatRate(now?.closed_per_s)} why={NO_RATE} />
        </Line>
        <Line words="Messages a second">
          <Figure value={formatRate(now?.messages_per_s)} why={NO_RATE} />
        </Line>
        <Line words="Bytes a second">
          <Figure value={formatBytes(now?.bytes_per_s)} why={NO_RATE} />
        </Line>
        <Line words="Seat changes a second">
          <Figure value={formatRate(now?.delta_changes_per_s)} why={NO_RATE} />
        </Line>
        <Line words="Fan-out p50">
          <Figure value={formatLatency(now?.fanout_ms.p50)} why={NO_DELIVERY} />
        </Line>
        <Line words="Fan-out p95">
          <Figure value={formatLatency(now?.fanout_ms.p95)} why={NO_DELIVERY} />
        </Line>
        <Line words="Fan-out p99">
          <Figure value={formatLatency(now?.fanout_ms.p99)} why={NO_DELIVERY} />
        </Line>
        <Line words="Slow consumers, last minute">
          <Figure value={formatNumber(now?.slow_consumers)} />
        </Line>
        <Line words="Resyncs, last minute">
          <Figure value={formatNumber(now?.resyncs)} />
        </Line>
        <Line words="Rooms, this server">
          <Figure value={formatNumber(now?.rooms)} />
        </Line>
      </dl>
    </Panel>
  );
}

export function PipelinePanel() {
  const now = useShown(({ stats }) => stats?.pipeline);
  const generator = now?.generator;
  return (
    <Panel title="Pipeline">
      <dl className="grid gap-x-6 text-sm sm:grid-cols-2">
        <Line words="Hold store">
          <Health state={now?.hold_store} />
        </Line>
        <Line words="Ledger">
          <Health state={now?.ledger} />
        </Line>
        <Line words="Log">
          <Health state={now?.log} />
        </Line>
        <Line words="Payments">
          <Health state={now?.payments} />
        </Line>
        <Line words="Outbox, rows">
          <Figure value={formatNumber(now?.outbox_rows)} {...(now && { why: NO_LEDGER })} />
        </Line>
        <Line words="Outbox, oldest row">
          <Figure value={formatLatency(now?.outbox_oldest_ms)} {...(now && { why: NO_LEDGER })} />
        </Line>
        <Line words="Tickets generated">
          <Figure
            value={generator && (formatShare(generator.done, generator.total) ?? "none")}
            {...(now && { why: NO_LEDGER })}
          />
          {generator?.error && <span className="block text-danger">{generator.error}</span>}
        </Line>
        <Line words="Drift found, seats">
          {now && now.reconciler_drift > 0 ? (
            <span className="inline-flex items-center gap-1.5 text-warning">
              <Mark name="warning" /> {formatCount(now.reconciler_drift)}
            </span>
          ) : (
            <Figure value={formatNumber(now?.reconciler_drift)} />
          )}
        </Line>
      </dl>
    </Panel>
  );
}

function Health({ state }: { state: UpDown | null | undefined }) {
  if (state == null) return <Figure value={null} why="It was not needed or asked yet." />;
  const isUp = state === "up";
  return (
    <span className={`inline-flex items-center gap-1.5 ${isUp ? "" : "text-danger"}`}>
      <Mark name={isUp ? "good" : "alarm"} className={isUp ? "text-accent" : ""} />
      {isUp ? "Up" : "Down"}
    </span>
  );
}
