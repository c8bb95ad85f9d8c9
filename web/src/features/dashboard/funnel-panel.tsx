// From the first look to the ticket. The upper steps are how many there are now, the lower ones how
// many there have been, so one divided by the next would mean nothing: where people drop off is said
// below, each as a share of what it is a part of.
import type { StatsFrame } from "../../lib/admin-live/admin-frames";
import { useShown } from "./dashboard-context";
import { Figure } from "./figure";
import { ended } from "./kpis";
import { formatNumber, formatShare, formatSpan } from "./numbers";
import { Panel } from "./panel";

type Funnel = StatsFrame["funnel"];

const STEPS: { key: keyof Funnel; words: string; unit: string }[] = [
  { key: "watching", words: "Watching now", unit: "connections to this server" },
  { key: "holding", words: "Holding now", unit: "buyers" },
  { key: "in_checkout", words: "In checkout now", unit: "orders waiting for payment" },
  { key: "paid", words: "Paid in all", unit: "orders" },
  { key: "tickets", words: "Tickets in all", unit: "issued" },
];

export function FunnelPanel() {
  const funnel = useShown(({ stats }) => stats?.funnel);
  const orders = useShown(({ stats }) => stats?.orders);
  const since = useShown(({ stats }) => stats?.since_open);
  const most = Math.max(1, ...STEPS.map(({ key }) => funnel?.[key] ?? 0));
  const lost = orders && [orders.failed, orders.expired, orders.cancelled];
  const placed = orders && Object.values(orders).reduce((sum, count) => sum + count, 0);
  const droppedOff = lost?.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return (
    <Panel title="Funnel" className="flex-1">
      <ol className="space-y-1.5 text-sm">
        {STEPS.map(({ key, words, unit }) => (
          <li key={key} className="grid grid-cols-[9rem_1fr_4rem] items-center gap-2">
            <span title={unit}>{words}</span>
            <span aria-hidden className="h-2.5 rounded-full bg-sunken">
              <span
                className="block h-full rounded-full bg-data-free"
                style={{ width: `${((funnel?.[key] ?? 0) / most) * 100}%` }}
              />
            </span>
            <span className="text-right font-semibold">
              <Figure
                value={formatNumber(funnel?.[key])}
                {...(funnel && { why: "The ledger has not answered for a while." })}
              />
            </span>
          </li>
        ))}
      </ol>
      <dl className="mt-auto grid grid-cols-[1fr_auto] gap-x-3 gap-y-0.5 pt-3 text-xs text-muted">
        <dt>Holds that were not bought (released, expired)</dt>
        <dd className="text-right text-ink">
          <Figure
            value={since && formatShare(since.releases + since.expiries, ended(since))}
            why="No hold has ended since this server began to watch."
          />
        </dd>
        <dt>Orders that were not paid (failed, expired, cancelled)</dt>
        <dd className="text-right text-ink">
          <Figure value={formatShare(droppedOff, placed)} why="No order was placed yet." />
        </dd>
        <dt>Hold to order, median</dt>
        <dd className="text-right text-ink">
          <Figure
            value={formatSpan(funnel?.median_hold_to_order_ms)}
            why="This server has not seen an order yet."
          />
        </dd>
        <dt>Order to payment, median</dt>
        <dd className="text-right text-ink">
          <Figure
            value={formatSpan(funnel?.median_order_to_paid_ms)}
            why="This server has not seen a payment yet."
          />
        </dd>
      </dl>
    </Panel>
  );
}
