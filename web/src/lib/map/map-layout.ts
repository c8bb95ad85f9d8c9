// Compiles the plan from the server into what drawing and hit testing need: typed arrays, section
// boxes, row labels. Runs once for an event; must never depend on seat states.
import type { Plan, PlanArea, PlanSeat } from "../api/types";
import type { Box } from "./camera";
import { SeatGrid } from "./seat-grid";

export interface MapLabel {
  text: string;
  x: number;
  y: number;
}

export interface MapSection {
  name: string;
  box: Box;
}

export interface MapLayout {
  count: number;
  xs: Float32Array;
  ys: Float32Array;
  /** Index into `colors`, one for each seat. */
  categories: Uint16Array;
  colors: string[];
  /** The usual distance between neighbours, and the radius that leaves a gap between them. */
  pitch: number;
  radius: number;
  sections: MapSection[];
  rowLabels: MapLabel[];
  areas: PlanArea[];
  bounds: Box;
  grid: SeatGrid;
}

const UNKNOWN_COLOR = "#6b7280";

export function compileLayout(plan: Plan): MapLayout {
  const { seats } = plan;
  const xs = Float32Array.from(seats, (seat) => seat.x);
  const ys = Float32Array.from(seats, (seat) => seat.y);
  const rows = [...groupBy(seats, (seat) => `${seat.section}\n${seat.row}`).values()];
  const pitch = usualPitch(rows);
  const sections = compileSections(plan, pitch);
  const areaBoxes = plan.areas.map(areaBox);
  const bounds = unite([...sections.map(({ box }) => withTitle(box, pitch)), ...areaBoxes]);
  const grid = new SeatGrid(xs, ys, bounds, pitch * 2);
  const categoryIndex = new Map(plan.categories.map(({ id }, index) => [id, index]));
  return {
    count: seats.length,
    xs,
    ys,
    categories: Uint16Array.from(seats, (seat) => {
      return categoryIndex.get(seat.category) ?? plan.categories.length;
    }),
    colors: [...plan.categories.map(({ color }) => color ?? UNKNOWN_COLOR), UNKNOWN_COLOR],
    pitch,
    radius: pitch * 0.42,
    sections,
    rowLabels: rows.flatMap((row) => labelRow(row, pitch, grid)),
    areas: plan.areas,
    bounds,
    grid,
  };
}

/** The median distance of neighbours: aisles are rare, so they do not move it. */
function usualPitch(rows: PlanSeat[][]): number {
  const distances = rows
    .flatMap((row) => row.slice(1).map((seat, index) => distance(seat, row[index] ?? seat)))
    .filter((length) => length > 0)
    .sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? 25;
}

function compileSections(plan: Plan, pitch: number): MapSection[] {
  const names = new Map(plan.sections.map(({ id, name }) => [id, name]));
  const bySection = groupBy(plan.seats, (seat) => seat.section);
  return [...bySection].map(([id, seats]) => ({
    name: names.get(id) ?? id,
    box: grow(unite(seats.map((seat) => pointBox(seat.x, seat.y))), pitch / 2),
  }));
}

/** A label beyond both ends of a row, unless a seat of the next section is already there. */
function labelRow(row: PlanSeat[], pitch: number, grid: SeatGrid): MapLabel[] {
  const [first, second] = row;
  const last = row.at(-1);
  if (!first || !last) return [];
  const before = row.at(-2);
  return [beyond(first, second, pitch), beyond(last, before, pitch)]
    .filter(({ x, y }) => grid.nearest(x, y, pitch * 0.7) < 0)
    .map((place) => ({ text: first.row, ...place }));
}

/** One pitch outwards, in the direction in which the row ends: rows may be curved or tilted. */
function beyond(end: PlanSeat, inner: PlanSeat | undefined, pitch: number) {
  const length = inner ? distance(end, inner) : 0;
  if (!inner || length === 0) return { x: end.x - pitch, y: end.y };
  const step = pitch / length;
  return { x: end.x + (end.x - inner.x) * step, y: end.y + (end.y - inner.y) * step };
}

function areaBox(area: PlanArea): Box {
  const { x, y } = area;
  if (area.shape === "polygon") {
    return unite([pointBox(x, y), ...(area.points ?? []).map(([px, py]) => pointBox(px, py))]);
  }
  if (area.shape === "rectangle") {
    return { minX: x, minY: y, maxX: x + (area.width ?? 0), maxY: y + (area.height ?? 0) };
  }
  const radiusX = area.radius ?? area.radius_x ?? 0;
  const radiusY = area.radius ?? area.radius_y ?? 0;
  return { minX: x - radiusX, minY: y - radiusY, maxX: x + radiusX, maxY: y + radiusY };
}

/** Room above a section for its name. */
function withTitle(box: Box, pitch: number): Box {
  return { ...box, minY: box.minY - pitch * 2 };
}

function pointBox(x: number, y: number): Box {
  return { minX: x, minY: y, maxX: x, maxY: y };
}

function grow(box: Box, by: number): Box {
  return { minX: box.minX - by, minY: box.minY - by, maxX: box.maxX + by, maxY: box.maxY + by };
}

function unite(boxes: Box[]): Box {
  const [first, ...rest] = boxes;
  const start = first ?? pointBox(0, 0);
  return rest.reduce(
    (all, box) => ({
      minX: Math.min(all.minX, box.minX),
      minY: Math.min(all.minY, box.minY),
      maxX: Math.max(all.maxX, box.maxX),
      maxY: Math.max(all.maxY, box.maxY),
    }),
    start,
  );
}

function distance(a: PlanSeat, b: PlanSeat): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function groupBy<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
