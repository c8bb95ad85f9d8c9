// Where the keyboard leads from a seat. Pure; must never look at every seat of a large hall.
import { boundsOf, distance } from "./boxes";
import type { Box, Point } from "./camera";
import type { MapLayout } from "./map-layout";

const DIRECTIONS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Sideways counts three times: a row is walked to its end, and aisles are crossed straight. */
const ASIDE = 3;

/**
 * The nearest seat in the key's direction, or -1. Looks into a box that doubles: whatever lies
 * outside of it costs more than its length, so what is found below that is the best of all.
 */
export function nextSeat(layout: MapLayout, from: Point, current: number, key: string): number {
  const [dx, dy] = DIRECTIONS[key] ?? [0, 0];
  const farthest = ASIDE * wayAcross(layout, from);
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let reach = layout.pitch * 4; ; reach *= 2) {
    layout.grid.forEachIn(boxAhead(from, dx, dy, reach), (seat) => {
      if (seat === current) return;
      const x = (layout.xs[seat] ?? 0) - from.x;
      const y = (layout.ys[seat] ?? 0) - from.y;
      const ahead = x * dx + y * dy;
      const cost = ahead + ASIDE * (Math.abs(x * dy) + Math.abs(y * dx));
      const better = cost < bestCost || (cost === bestCost && seat < best);
      if (ahead > 0 && better) [best, bestCost] = [seat, cost];
    });
    if (bestCost <= reach || reach > farthest) return best;
  }
}

function boxAhead({ x, y }: Point, dx: number, dy: number, reach: number): Box {
  const aside = reach / ASIDE;
  const [asideX, asideY] = [Math.abs(dy) * aside, Math.abs(dx) * aside];
  return boundsOf([
    { x: x - asideX, y: y - asideY },
    { x: x + asideX + dx * reach, y: y + asideY + dy * reach },
    { x: x + asideX, y: y + asideY },
    { x: x - asideX + dx * reach, y: y - asideY + dy * reach },
  ]);
}

function wayAcross({ bounds }: MapLayout, { x, y }: Point): number {
  const wide = Math.max(Math.abs(bounds.minX - x), Math.abs(bounds.maxX - x));
  return wide + Math.max(Math.abs(bounds.minY - y), Math.abs(bounds.maxY - y));
}

/** The first or the last seat of the row. */
export function rowEnd(layout: MapLayout, seat: number, key: string): number {
  const row = layout.rows.of(layout.rowOf[seat] ?? 0);
  return (key === "Home" ? row[0] : row.at(-1)) ?? seat;
}

/** The seat nearest to the middle of the section after or before, in the plan's order, around. */
export function sectionStep(layout: MapLayout, seat: number, key: string): number {
  const { sections, sectionOf } = layout;
  const step = key === "PageDown" ? 1 : -1;
  let index = seat >= 0 ? (sectionOf[seat] ?? 0) : step > 0 ? -1 : 0;
  for (let tried = 0; tried < sections.length; tried++) {
    index = (index + step + sections.length) % sections.length;
    if ((sections[index]?.seats ?? 0) > 0) return middleSeat(layout, index);
  }
  return -1;
}

function middleSeat({ sections, sectionOf, seats }: MapLayout, section: number): number {
  const middle = sections[section]?.middle ?? { x: 0, y: 0 };
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (
    let seat = sectionOf.indexOf(section);
    seat >= 0;
    seat = sectionOf.indexOf(section, seat + 1)
  ) {
    const away = distance(seats[seat] ?? middle, middle);
    if (away < bestDistance) [best, bestDistance] = [seat, away];
  }
  return best;
}
