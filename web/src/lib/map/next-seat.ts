// Which seat an arrow key leads to. Pure.
import type { Point } from "./camera";
import type { MapLayout } from "./map-layout";

const DIRECTIONS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The nearest seat in the key's direction, or -1. Distance sideways counts three times, so that a
 * row is walked to its end and aisles are crossed straight.
 */
export function nextSeat(layout: MapLayout, from: Point, current: number, key: string): number {
  const [dx, dy] = DIRECTIONS[key] ?? [0, 0];
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let seat = 0; seat < layout.count; seat++) {
    if (seat === current) continue;
    const x = (layout.xs[seat] ?? 0) - from.x;
    const y = (layout.ys[seat] ?? 0) - from.y;
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    const cost = ahead + 3 * aside;
    if (ahead > 0 && cost < bestCost) {
      best = seat;
      bestCost = cost;
    }
  }
  return best;
}
