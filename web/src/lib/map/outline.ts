// The shape of a section, from the places of its seats: the line along its outermost rows where it
// is curved, else the convex hull. Pure geometry in plan units.
import type { Point } from "./camera";

/** How far a row leaves the straight line between its ends, in margins, to be called curved. */
const CURVED = 0.5;
/** Beyond these a plan is no stadium, and following its rows would take too long. */
const LONGEST_ROW = 500;
const MOST_CORNERS = 300;

/** A polygon around all seats with `margin` to spare. `rows` in order, seats in order. */
export function sectionOutline(rows: Point[][], margin: number): Point[] {
  const along = rows.some((row) => sag(row) > margin * CURVED) && curvedOutline(rows, margin);
  if (along) return along;
  const hull = convexHull(rows.flat());
  return convexHull(hull.flatMap((point) => octagon(point, margin)));
}

/** Undefined where the rows are in no order that makes a shape. */
function curvedOutline(rows: Point[][], margin: number): Point[] | undefined {
  if (rows.some((row) => row.length > LONGEST_ROW)) return undefined;
  const along = withoutRepeats(alongRows(rows, margin * 0.25));
  if (along.length > MOST_CORNERS || signedArea(along) === 0 || !isSimple(along)) return undefined;
  const outline = widen(along, margin);
  const isInside = (row: Point[]) =>
    [row[0], row[row.length >> 1], row.at(-1)].every((seat) => !seat || contains(outline, seat));
  return rows.every(isInside) ? outline : undefined;
}

function sag(row: Point[]): number {
  const [first, last] = [row[0], row.at(-1)];
  const middle = row[row.length >> 1];
  return first && last && middle ? distanceToSegment(middle, first, last) : 0;
}

/** Counter-clockwise as x goes right and y goes up; three points on a line lose the middle one. */
export function convexHull(points: Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const lower = chain(sorted);
  const upper = chain(sorted.reverse());
  return lower.length + upper.length > 2 ? [...lower.slice(0, -1), ...upper.slice(0, -1)] : lower;
}

function chain(sorted: Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of sorted) {
    while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

/** Down the first row, over the ends of all rows, back along the last row and up the other ends. */
function alongRows(rows: Point[][], tolerance: number): Point[] {
  const turned = sameDirection(rows.filter((row) => row.length > 0));
  const [first, last] = [turned[0] ?? [], turned.at(-1) ?? []];
  const inner = turned.slice(1, -1);
  const rightEnds = inner.map((row) => row.at(-1) as Point);
  const leftEnds = inner.map((row) => row[0] as Point);
  return [
    ...simplify([...first, ...rightEnds.slice(0, 1)], tolerance),
    ...simplify([...rightEnds, ...last.slice(-1)], tolerance),
    ...simplify([...last].reverse(), tolerance),
    ...simplify([...leftEnds].reverse(), tolerance),
  ];
}

/** Rows may be numbered to and fro; here every row starts on the side where the one before does. */
function sameDirection(rows: Point[][]): Point[][] {
  const turned: Point[][] = [];
  for (const row of rows) {
    const before = turned.at(-1)?.[0];
    const [start, end] = [row[0], row.at(-1)];
    const backwards = before && start && end && distance(before, end) < distance(before, start);
    turned.push(backwards ? [...row].reverse() : row);
  }
  return turned;
}

/** Douglas and Peucker: keeps what is further than `tolerance` from the line without it. */
export function simplify(points: Point[], tolerance: number): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 3) return points;
  let farthest = 0;
  let most = tolerance;
  points.forEach((point, index) => {
    const away = distanceToSegment(point, first, last);
    if (away > most) [farthest, most] = [index, away];
  });
  if (farthest === 0) return [first, last];
  const before = simplify(points.slice(0, farthest + 1), tolerance);
  return [...before.slice(0, -1), ...simplify(points.slice(farthest), tolerance)];
}

/** Moves every edge outwards; a corner that sticks out is rounded with three points. */
function widen(polygon: Point[], by: number): Point[] {
  const outwards = signedArea(polygon) > 0 ? by : -by;
  return polygon.flatMap((point, index) => {
    const before = polygon.at(index - 1) as Point;
    const after = polygon[(index + 1) % polygon.length] as Point;
    const [a, b] = [normal(before, point), normal(point, after)];
    const middle = { x: a.x + b.x, y: a.y + b.y };
    const sticksOut = turn(before, point, after) * outwards > 0;
    const straight = 1 + a.x * b.x + a.y * b.y;
    if (straight > 1.9 || !sticksOut)
      return [shifted(point, middle, outwards / Math.max(straight, 0.5))];
    const length = Math.hypot(middle.x, middle.y) || 1;
    return [
      shifted(point, a, outwards),
      shifted(point, middle, outwards / length),
      shifted(point, b, outwards),
    ];
  });
}

function shifted(point: Point, direction: Point, by: number): Point {
  return { x: point.x + direction.x * by, y: point.y + direction.y * by };
}

/** To the right of the way from a to b. */
function normal(a: Point, b: Point): Point {
  const length = distance(a, b) || 1;
  return { x: (b.y - a.y) / length, y: (a.x - b.x) / length };
}

function octagon({ x, y }: Point, radius: number): Point[] {
  return Array.from({ length: 8 }, (_, corner) => {
    const angle = ((corner + 0.5) * Math.PI) / 4;
    return { x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius };
  });
}

export function signedArea(polygon: Point[]): number {
  return polygon.reduce((sum, point, index) => {
    const next = polygon[(index + 1) % polygon.length] ?? point;
    return sum + (point.x * next.y - next.x * point.y) / 2;
  }, 0);
}

export function contains(polygon: Point[], { x, y }: Point): boolean {
  let inside = false;
  polygon.forEach((a, index) => {
    const b = polygon.at(index - 1) ?? a;
    const crosses = a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x;
    if (crosses) inside = !inside;
  });
  return inside;
}

/** How wide the polygon is at a point, as far as both sides have the same room. */
export function widthAt(polygon: Point[], { x, y }: Point): number {
  let room = Number.POSITIVE_INFINITY;
  polygon.forEach((a, index) => {
    const b = polygon.at(index - 1) ?? a;
    if (a.y > y === b.y > y) return;
    room = Math.min(room, Math.abs(((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x - x));
  });
  return Number.isFinite(room) ? room * 2 : 0;
}

/** No two edges cross. */
function isSimple(polygon: Point[]): boolean {
  const edges = polygon.map((point, index) => [
    point,
    polygon[(index + 1) % polygon.length] ?? point,
  ]);
  return edges.every(([a, b], index) =>
    edges
      .slice(index + 2)
      .every(([c, d]) => turn(a, b, c) * turn(a, b, d) >= 0 || turn(c, d, a) * turn(c, d, b) >= 0),
  );
}

function withoutRepeats(points: Point[]): Point[] {
  return points.filter((point, index) => {
    const before = points.at(index - 1);
    return !before || before.x !== point.x || before.y !== point.y;
  });
}

function turn(a: Point | undefined, b: Point | undefined, c: Point | undefined): number {
  if (!a || !b || !c) return 0;
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function distanceToSegment(point: Point, a: Point, b: Point): number {
  const along = (point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y);
  const share = Math.min(1, Math.max(0, along / (distance(a, b) ** 2 || 1)));
  return Math.hypot(point.x - a.x - (b.x - a.x) * share, point.y - a.y - (b.y - a.y) * share);
}
