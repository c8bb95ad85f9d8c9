// The numbers somebody looks at first, each with its last quarter of an hour. Every tile listens for
// itself: a number that stays costs nothing.
import type { ReactNode } from "react";
import { rolling } from "../../lib/admin-live/points";
import { formatCount, formatMoney } from "../../lib/format/format";
import { useShown } from "./dashboard-context";
import { Figure } from "./figure";
import { changeOf, ended, seatsTotal, shareTrend } from "./kpis";
import { SeatMark, type SeatMarkName } from "./marks";
import { formatChange, formatNumber, formatShare } from "./numbers";
import { Sparkline } from "./sparkline";

export function KpiTiles() {
  return (
    <section
      aria-label="Key numbers"
      className="grid grid-cols-2 gap-3 sm:grid-cols-4 min-[87rem]:grid-cols-8"
    >
      <SeatTile name="sold" label="Sold" testId="kpi-sold" />
      <SeatTile name="held" label="Held now" testId="kpi-held" />
      <SeatTile name="available" label="Available" testId="kpi-available" />
      <SeatTile name="blocked" label="Blocked" testId="kpi-blocked" />
      <RevenueTile />
      <HoldRateTile />
      <OutcomeTile part="sales" label="Conversion" />
      <OutcomeTile part="expiries" label="Expiry rate" />
    </section>
  );
}

interface TileProps {
  label: string;
  mark?: ReactNode;
  value: string | null | undefined;
  why?: string;
  /** Small, right of the number. */
  beside?: string | null | undefined;
  /** One short line below the number; its place is kept when it is empty. */
  note: ReactNode;
  trend: readonly (number | null)[];
  color: string;
  testId?: string;
}

function Tile({ label, mark, value, why, beside, note, trend, color, testId }: TileProps) {
  return (
    <div className="min-w-0 rounded-xl border border-line bg-surface px-3 pt-2 pb-1.5">
      <h2 className="flex items-center gap-1.5 text-xs font-medium text-muted">
        {mark}
        {label}
      </h2>
      <p className="flex items-baseline justify-between gap-2 leading-9">
        <span className="text-2xl font-semibold tracking-tight" data-testid={testId}>
          <Figure value={value} {...(why && { why })} />
        </span>
        <span className="truncate text-xs text-muted tabular-nums">{beside}</span>
      </p>
      <p className="h-5 truncate text-xs text-muted tabular-nums">{note}</p>
      <Sparkline values={trend} color={color} />
    </div>
  );
}

const NOTHING: readonly number[] = [];

function SeatTile(props: { name: SeatMarkName; label: string; testId: string }) {
  const { name, label, testId } = props;
  const value = useShown(({ stats }) => stats?.counts[name]);
  const total = useShown(({ stats }) => (stats ? seatsTotal(stats) : undefined));
  const points = useShown((state) => state.points);
  const share = formatShare(value, total);
  const change = name === "blocked" ? undefined : changeOf(points, name);
  return (
    <Tile
      label={label}
      mark={<SeatMark name={name} />}
      value={formatNumber(value)}
      beside={share}
      note={change && changeWords(change)}
      trend={points.map((point) => point[name])}
      color={`var(--color-data-${name === "available" ? "free" : name})`}
      testId={testId}
    />
  );
}

function changeWords({ by, overMs }: { by: number; overMs: number }): string {
  return `${formatChange(by)} in ${Math.max(1, Math.round(overMs / 60_000))} min`;
}

function RevenueTile() {
  const money = useShown(({ stats }) => stats?.money);
  const points = useShown((state) => state.points);
  const refunded = money && money.refunded.amount > 0 && formatMoney(money.refunded);
  return (
    <Tile
      label="Revenue kept"
      value={money && formatMoney(money.kept)}
      why={money === null ? "The ledger has not answered for a while." : ""}
      note={money && (refunded ? `after ${refunded} refunded` : "nothing refunded")}
      trend={points.map((point) => point.kept)}
      color="var(--color-data-mine)"
      testId="kpi-revenue"
    />
  );
}

function HoldRateTile() {
  const value = useShown(({ stats }) => stats?.last_minute.holds);
  const conflicts = useShown(({ stats }) => stats?.last_minute.conflicts);
  const points = useShown((state) => state.points);
  return (
    <Tile
      label="Holds a minute"
      value={formatNumber(value)}
      note={conflicts === undefined ? " " : `${conflicts} refused`}
      trend={points.length > 0 ? rolling(points, "holds", 60) : NOTHING}
      color="var(--color-data-held)"
      testId="kpi-holds"
    />
  );
}

function OutcomeTile({ part, label }: { part: "sales" | "expiries"; label: string }) {
  const since = useShown(({ stats }) => stats?.since_open);
  const points = useShown((state) => state.points);
  return (
    <Tile
      label={label}
      value={since && formatShare(since[part], ended(since))}
      why={since ? "No hold has ended since this server began to watch." : ""}
      note={since && `of ${formatCount(ended(since))} ended holds`}
      trend={shareTrend(points, part)}
      color={part === "sales" ? "var(--color-data-mine)" : "var(--color-data-other)"}
    />
  );
}
