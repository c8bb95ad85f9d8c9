// The seat to offer instead of one that somebody else got: free, in the same category, as near as
// possible. Pure; looks into boxes that double, never at every seat of a large hall.
import type { MapLayout } from "../../lib/map/map-layout";

/** -1 if no seat passes the test. The seat itself is never the answer. */
export function nearestSeat(
  layout: MapLayout,
  from: number,
  passes: (ordinal: number) => boolean,
): number {
  const x = layout.xs[from] ?? 0;
  const y = layout.ys[from] ?? 0;
  const { minX, maxX, minY, maxY } = layout.bounds;
  const farthest = Math.hypot(maxX - minX, maxY - minY);
  for (let reach = layout.pitch * 2; ; reach *= 2) {
    const best = nearestWithin(layout, { x, y, reach }, (seat) => seat !== from && passes(seat));
    if (best >= 0 || reach > farthest) return best;
  }
}

function nearestWithin(
  { xs, ys, grid }: MapLayout,
  { x, y, reach }: { x: number; y: number; reach: number },
  passes: (ordinal: number) => boolean,
): number {
  let best = -1;
  // Beyond this a seat outside of the box could be nearer than one in its corner.
  let bestSquared = reach * reach;
  const box = { minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach };
  grid.forEachIn(box, (seat) => {
    const squared = ((xs[seat] ?? 0) - x) ** 2 + ((ys[seat] ?? 0) - y) ** 2;
    if (squared > bestSquared || (squared === bestSquared && best >= 0 && seat > best)) return;
    if (!passes(seat)) return;
    best = seat;
    bestSquared = squared;
  });
  return best;
}
