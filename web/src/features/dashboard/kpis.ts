// The numbers on the tiles and the lines below them, from the server's statistics. Pure.
import type { ActivityCounts, StatsFrame } from "../../lib/admin-live/admin-frames";
import { type Point, rolling } from "../../lib/admin-live/points";

/** How holds have ended: bought, given back, or run out. */
export function ended({ sales, releases, expiries }: ActivityCounts): number {
  return sales + releases + expiries;
}

const TREND_S = 300;

/** Share of the holds that ended in the five minutes before each point; null where none did. */
export function shareTrend(points: readonly Point[], key: "sales" | "expiries") {
  const [sales, releases, expiries] = [
    rolling(points, "sales", TREND_S),
    rolling(points, "releases", TREND_S),
    rolling(points, "expiries", TREND_S),
  ];
  const part = key === "sales" ? sales : expiries;
  return part.map((value, at) => {
    const all = (sales[at] ?? 0) + (releases[at] ?? 0) + (expiries[at] ?? 0);
    return all > 0 ? value / all : null;
  });
}

/** By how much a number has moved over the points that know it, and over how long. */
export function changeOf(points: readonly Point[], key: "sold" | "held" | "available") {
  const known = points.filter((point) => point[key] !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || first === last) return undefined;
  return { by: (last[key] ?? 0) - (first[key] ?? 0), overMs: last.ts_ms - first.ts_ms };
}

export function seatsTotal({ counts }: StatsFrame): number {
  return counts.available + counts.held + counts.sold + counts.blocked;
}
