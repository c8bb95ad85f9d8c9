// Compiles the plan from the server into what drawing and hit testing need: typed arrays, section
// outlines, row labels. Runs once for an event; must never depend on seat states.
import type { Plan, PlanArea, PlanSeat } from "../api/types";
import { areaBox, boundsOf, distance, pointBox, unite } from "./boxes";
import type { Box, Point } from "./camera";
import { Groups } from "./groups";
import { SeatGrid } from "./seat-grid";
import { compileSections, type MapSection } from "./sections";

export interface MapLabel {
  text: string;
  x: number;
  y: number;
}

export interface MapLayout {
  count: number;
  /** The plan's own seats, by ordinal. */
  seats: readonly PlanSeat[];
  xs: Float32Array;
  ys: Float32Array;
  /** Index into `colors`, one for each seat. */
  categories: Uint16Array;
  colors: string[];
  /** Seats for people with a wheelchair: few, if the plan has any. */
  accessible: ReadonlySet<number>;
  /** The usual distance between neighbours, and the radius that leaves a gap between them. */
  pitch: number;
  radius: number;
  /** In the plan's order; index into it, one for each seat. */
  sections: MapSection[];
  sectionOf: Uint16Array;
  rows: Groups;
  rowOf: Uint32Array;
  rowLabels: MapLabel[];
  areas: PlanArea[];
  bounds: Box;
  grid: SeatGrid;
}

const UNKNOWN_COLOR = "#6b7280";
const USUAL_PITCH = 25;
/** More distances than these do not move the median. */
const SAMPLED_ROWS = 400;

export function compileLayout(plan: Plan): MapLayout {
  const { seats } = plan;
  const { xs, ys } = places(seats);
  const { sectionOf, sections: named } = indexSections(plan);
  const { rowOf, count: rowCount } = indexRows(seats, sectionOf);
  const rows = new Groups(rowOf, rowCount);
  const pitch = usualPitch(seats, rows);
  const seatsBox = boundsOf(seats);
  const grid = new SeatGrid(xs, ys, seatsBox, pitch * 2);
  const sections = compileSections(named, { seats, rows, sectionOf, pitch, grid });
  return {
    count: seats.length,
    seats,
    xs,
    ys,
    categories: indexCategories(plan),
    colors: [...plan.categories.map(({ color }) => color ?? UNKNOWN_COLOR), UNKNOWN_COLOR],
    accessible: ordinalsOf(seats, ({ accessible }) => accessible === true),
    pitch,
    radius: pitch * 0.42,
    sections,
    sectionOf,
    rows,
    rowOf,
    rowLabels: labelRows(seats, rows, pitch, grid),
    areas: plan.areas,
    bounds: unite([
      ...sections.filter(({ seats }) => seats > 0).map(({ box }) => withTitle(box, pitch)),
      ...plan.areas.map(areaBox),
    ]),
    grid,
  };
}

// Loops, and a look at the seat before: this is most of what a visitor of a large hall waits for.

function places(seats: readonly PlanSeat[]) {
  const xs = new Float32Array(seats.length);
  const ys = new Float32Array(seats.length);
  seats.forEach(({ x, y }, ordinal) => {
    xs[ordinal] = x;
    ys[ordinal] = y;
  });
  return { xs, ys };
}

function ordinalsOf(seats: readonly PlanSeat[], test: (seat: PlanSeat) => boolean): Set<number> {
  const found = new Set<number>();
  seats.forEach((seat, ordinal) => {
    if (test(seat)) found.add(ordinal);
  });
  return found;
}

/** An unknown category is the one after the last. */
function indexCategories({ seats, categories }: Plan): Uint16Array {
  const index = new Map(categories.map(({ id }, at) => [id, at]));
  return indexBy(seats, "category", (category) => index.get(category) ?? categories.length);
}

/** Sections that only seats name come after those of the plan. */
function indexSections({ seats, sections }: Plan) {
  const named = sections.map(({ id, name }) => ({ id, name }));
  const index = new Map(sections.map(({ id }, at) => [id, at]));
  const sectionOf = indexBy(seats, "section", (section) => {
    const known = index.get(section);
    if (known !== undefined) return known;
    index.set(section, named.length);
    return named.push({ id: section, name: section }) - 1;
  });
  return { sectionOf, sections: named };
}

function indexBy(
  seats: readonly PlanSeat[],
  key: "section" | "category",
  indexOf: (id: string) => number,
): Uint16Array {
  const found = new Uint16Array(seats.length);
  let [last, lastIndex]: [string | undefined, number] = [undefined, 0];
  seats.forEach((seat, ordinal) => {
    if (seat[key] !== last) [last, lastIndex] = [seat[key], indexOf(seat[key])];
    found[ordinal] = lastIndex;
  });
  return found;
}

/** A row is a label within a section. Seats come row by row, so most are where the last one was. */
function indexRows(seats: readonly PlanSeat[], sectionOf: Uint16Array) {
  const known = new Map<number, Map<string, number>>();
  const rowOf = new Uint32Array(seats.length);
  let count = 0;
  seats.forEach(({ row }, ordinal) => {
    const section = sectionOf[ordinal] ?? 0;
    if (row === seats[ordinal - 1]?.row && section === sectionOf[ordinal - 1]) {
      rowOf[ordinal] = rowOf[ordinal - 1] ?? 0;
      return;
    }
    const rows = known.get(section) ?? new Map<string, number>();
    known.set(section, rows);
    if (!rows.has(row)) rows.set(row, count++);
    rowOf[ordinal] = rows.get(row) ?? 0;
  });
  return { rowOf, count };
}

/** The median distance of neighbours: aisles are rare, so they do not move it. */
function usualPitch(seats: readonly PlanSeat[], rows: Groups): number {
  const count = rows.starts.length - 1;
  const distances: number[] = [];
  for (let row = 0; row < count; row += Math.ceil(count / SAMPLED_ROWS)) {
    const members = rows.of(row);
    for (let at = 1; at < members.length; at++) {
      const length = distance(seatAt(seats, members[at]), seatAt(seats, members[at - 1]));
      if (length > 0) distances.push(length);
    }
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? USUAL_PITCH;
}

/** A label beyond both ends of a row, unless a seat of the next section is already there. */
function labelRows(seats: readonly PlanSeat[], rows: Groups, pitch: number, grid: SeatGrid) {
  const labels: MapLabel[] = [];
  for (let row = 0; row + 1 < rows.starts.length; row++) {
    const members = rows.of(row);
    const [first, last] = [seatAt(seats, members[0]), seatAt(seats, members.at(-1))];
    const ends: Point[] = [
      beyond(first, seatAt(seats, members[1]), pitch),
      beyond(last, seatAt(seats, members.at(-2)), pitch),
    ];
    for (const place of ends) {
      if (grid.nearest(place.x, place.y, pitch * 0.7) < 0)
        labels.push({ text: first.row, ...place });
    }
  }
  return labels;
}

/** One pitch outwards, in the direction in which the row ends: rows may be curved or tilted. */
function beyond(end: PlanSeat, inner: PlanSeat, pitch: number): Point {
  const length = distance(end, inner);
  if (!Number.isFinite(length) || length === 0) return { x: end.x - pitch, y: end.y };
  const step = pitch / length;
  return { x: end.x + (end.x - inner.x) * step, y: end.y + (end.y - inner.y) * step };
}

const NOWHERE: PlanSeat = {
  seat: "",
  section: "",
  row: "",
  number: "",
  category: "",
  x: Number.NaN,
  y: Number.NaN,
};

function seatAt(seats: readonly PlanSeat[], ordinal: number | undefined): PlanSeat {
  return seats[ordinal ?? -1] ?? NOWHERE;
}

/** Room above a section for its name. */
function withTitle(box: Box, pitch: number): Box {
  return unite([box, pointBox(box.minX, box.minY - pitch * 2)]);
}
