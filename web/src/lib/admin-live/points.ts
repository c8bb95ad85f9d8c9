// The last fifteen minutes, one point a second: first what the server remembers, then what its
// statistics say. Pure. Must never count anything itself: a second nobody told of stays empty.
import type { ActivityCounts, HistoryPoint, StatsFrame } from "./admin-frames";

export const KEPT_POINTS = 900;

/** `null`: not known for that second. */
export interface Point {
  ts_ms: number;
  held: number;
  sold: number;
  /** The server's history does not have these. */
  available: number | null;
  blocked: number | null;
  kept: number | null;
  sockets: number;
  /** What happened in that second. */
  holds: number | null;
  releases: number | null;
  expiries: number | null;
  sales: number | null;
  conflicts: number | null;
}

export type RateKey = keyof ActivityCounts;
export const RATE_KEYS: readonly RateKey[] = [
  "holds",
  "releases",
  "expiries",
  "sales",
  "conflicts",
];

/**
 * The server's history replaces what this page noted for the same time; older points stay. What the
 * history does not have is kept from this page's own point of the same second.
 */
export function seed(own: readonly Point[], history: readonly HistoryPoint[]): readonly Point[] {
  const [first] = history;
  if (!first) return own;
  const older = own.filter((point) => secondOf(point) < secondOf(first));
  const noted = new Map(own.map((point) => [secondOf(point), point]));
  const told = history.map((point) => {
    const { available = null, blocked = null, kept = null } = noted.get(secondOf(point)) ?? {};
    return { ...point, available, blocked, kept };
  });
  return [...older, ...told].slice(-KEPT_POINTS);
}

function secondOf({ ts_ms }: { ts_ms: number }): number {
  return Math.floor(ts_ms / 1000);
}

/** Adds the second that these statistics are about. A frame that is not newer changes nothing. */
export function append(
  points: readonly Point[],
  stats: StatsFrame,
  before: StatsFrame | undefined,
): readonly Point[] {
  const last = points.at(-1);
  if (last && stats.ts_ms <= last.ts_ms) return points;
  const { available, held, sold, blocked } = stats.counts;
  const point: Point = {
    ts_ms: stats.ts_ms,
    held,
    sold,
    available,
    blocked,
    kept: stats.money?.kept.amount ?? null,
    sockets: stats.realtime.sockets,
    ...ratesBetween(before, stats),
  };
  const from = points.length >= KEPT_POINTS ? points.length - KEPT_POINTS + 1 : 0;
  return [...points.slice(from), point];
}

/**
 * What happened in the second before, from the server's own running totals. Unknown when seconds are
 * missing in between, or when another room, which counts from its own beginning, took over.
 */
function ratesBetween(before: StatsFrame | undefined, stats: StatsFrame): Pick<Point, RateKey> {
  const [a, b] = [before?.since_open, stats.since_open];
  const isNext = before !== undefined && stats.ts_ms - before.ts_ms < 1_900;
  const of = (key: RateKey) =>
    isNext && a?.since_ms === b.since_ms && b[key] >= a[key] ? b[key] - a[key] : null;
  return {
    holds: of("holds"),
    releases: of("releases"),
    expiries: of("expiries"),
    sales: of("sales"),
    conflicts: of("conflicts"),
  };
}

/** The sum over the last `seconds` before each point; unknown seconds count as nothing. */
export function rolling(points: readonly Point[], key: RateKey, seconds: number): number[] {
  let sum = 0;
  let from = 0;
  return points.map((point) => {
    sum += point[key] ?? 0;
    while ((points[from]?.ts_ms ?? 0) <= point.ts_ms - seconds * 1000) {
      sum -= points[from]?.[key] ?? 0;
      from += 1;
    }
    return sum;
  });
}

export interface MinuteSums extends ActivityCounts {
  /** Where the minute begins. */
  ts_ms: number;
}

/** The same numbers for reading instead of looking: one line for every minute, the newest first. */
export function byMinute(points: readonly Point[]): MinuteSums[] {
  const minutes = new Map<number, MinuteSums>();
  for (const point of points) {
    const ts_ms = Math.floor(point.ts_ms / 60_000) * 60_000;
    const sums = minutes.get(ts_ms) ?? { ts_ms, ...NOTHING };
    for (const key of RATE_KEYS) sums[key] += point[key] ?? 0;
    minutes.set(ts_ms, sums);
  }
  return [...minutes.values()].sort((a, b) => b.ts_ms - a.ts_ms);
}

const NOTHING: ActivityCounts = { holds: 0, releases: 0, expiries: 0, sales: 0, conflicts: 0 };
