// The sections of a plan as shapes: outline, a place for the name, the middle. Runs once for an
// event; must never depend on seat states.
import { boundsOf } from "./boxes";
import { type Box, middleOf, type Point } from "./camera";
import type { Groups } from "./groups";
import { sectionOutline, signedArea } from "./outline";
import type { SeatGrid } from "./seat-grid";

export interface MapSection {
  id: string;
  name: string;
  /** How many seats it has. A section without any is never drawn. */
  seats: number;
  /** Around the outline. */
  box: Box;
  outline: Point[];
  /** In the middle of the shape, and where its name fits without lying on a seat, if anywhere. */
  middle: Point;
  nameAt: Point | undefined;
}

interface Source {
  seats: readonly Point[];
  rows: Groups;
  sectionOf: Uint16Array;
  pitch: number;
  grid: SeatGrid;
}

export function compileSections(
  named: { id: string; name: string }[],
  source: Source,
): MapSection[] {
  const rowsOf = named.map((): Point[][] => []);
  for (let row = 0; row + 1 < source.rows.starts.length; row++) {
    const members = Array.from(source.rows.of(row));
    const section = source.sectionOf[members[0] ?? 0] ?? 0;
    rowsOf[section]?.push(members.map((seat) => source.seats[seat] as Point));
  }
  return named.map(({ id, name }, index) => {
    const rows = rowsOf[index] ?? [];
    const outline = sectionOutline(rows, source.pitch * 0.8);
    const box = boundsOf(outline);
    return {
      id,
      name,
      seats: rows.reduce((sum, row) => sum + row.length, 0),
      box,
      outline,
      middle: centroid(outline, box),
      nameAt: freePlace(name, box, source),
    };
  });
}

/** Above the section or below it, wherever no seat is within the name's reach. */
function freePlace(name: string, box: Box, { grid, pitch }: Source): Point | undefined {
  const { x } = middleOf(box);
  const reach = (name.length * pitch) / 3;
  const isFree = ({ y }: Point) => {
    for (let at = x - reach; at <= x + reach; at += pitch / 2) {
      if (grid.nearest(at, y, pitch * 0.9) >= 0) return false;
    }
    return true;
  };
  return [
    { x, y: box.minY - pitch * 0.7 },
    { x, y: box.maxY + pitch * 0.7 },
  ].find(isFree);
}

/** Of the area, not of the corners: a curved side has many of them. */
function centroid(polygon: Point[], box: Box): Point {
  const area = signedArea(polygon);
  if (area === 0) return middleOf(box);
  let [x, y] = [0, 0];
  polygon.forEach((point, index) => {
    const next = polygon[(index + 1) % polygon.length] ?? point;
    const weight = (point.x * next.y - next.x * point.y) / (6 * area);
    x += (point.x + next.x) * weight;
    y += (point.y + next.y) * weight;
  });
  return { x, y };
}
