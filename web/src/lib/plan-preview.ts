// Reads a pretix seating plan as far as it can be read, to draw it before it is sent. Tolerant: it
// leaves out what it does not understand and says so. The server alone decides whether a plan is
// sound; must never be used for a plan that came from it.
import type { Plan, PlanArea, PlanSeat } from "./api/types";

export interface PlanProblem {
  /** As the server spells it: `$.plan.zones[0].rows[2]`. */
  path: string;
  message: string;
}

export interface PlanPreview {
  plan: Plan;
  problems: PlanProblem[];
}

/** As many as a person looks at, and as the server sends. */
const MAX_PROBLEMS = 100;
const DEFAULT_COLOR = "#888888";

type Json = Record<string, unknown>;
type Point = { x: number; y: number };

export function previewPlan(value: unknown): PlanPreview {
  return new Reader().read(value);
}

class Reader {
  private readonly problems: PlanProblem[] = [];
  private readonly seats: PlanSeat[] = [];
  private readonly seatNames = new Set<string>();
  private readonly sections: Plan["sections"] = [];
  private readonly categories = new Map<string, Plan["categories"][number]>();
  private readonly areas: PlanArea[] = [];

  read(value: unknown): PlanPreview {
    const root = isObject(value) ? value : {};
    if (!isObject(value)) this.say("$.plan", "must be an object");
    const name = this.text(root, "name", "$.plan") ?? "";
    for (const [category, path] of this.list(root, "categories", "$.plan")) {
      this.category(category, path);
    }
    for (const [zone, path] of this.list(root, "zones", "$.plan")) this.zone(zone, path);
    if (this.seats.length === 0) this.say("$.plan.zones", "the plan has no seats");
    const { seats, sections, areas, problems } = this;
    return {
      plan: { name, seats, sections, categories: [...this.categories.values()], areas },
      problems,
    };
  }

  private category(node: Json, path: string): void {
    const name = this.text(node, "name", path);
    if (name === undefined) return;
    const color = typeof node.color === "string" ? node.color : DEFAULT_COLOR;
    if (this.categories.has(name))
      this.say(`${path}.name`, `the category "${name}" is there twice`);
    else this.categories.set(name, { id: name, name, color });
  }

  private zone(node: Json, path: string): void {
    const name = this.text(node, "name", path) ?? "";
    const id = typeof node.zone_id === "string" ? node.zone_id.trim() : name;
    const origin = this.point(node, "position", path) ?? { x: 0, y: 0 };
    const first = this.seats.length;
    for (const [row, at] of this.list(node, "rows", path, true)) this.row(row, at, id, origin);
    for (const [area, at] of this.list(node, "areas", path, true)) this.area(area, at, origin);
    if (this.seats.length > first) this.sections.push({ id, name });
  }

  private row(node: Json, path: string, section: string, zone: Point): void {
    const label = this.text(node, "row_number", path) ?? "";
    const origin = add(zone, this.point(node, "position", path) ?? { x: 0, y: 0 });
    for (const [seat, at] of this.list(node, "seats", path)) {
      this.seat(seat, at, { section, row: label }, origin);
    }
  }

  private seat(node: Json, path: string, of: Pick<PlanSeat, "section" | "row">, row: Point): void {
    const seat = this.text(node, "seat_guid", path);
    const number = this.text(node, "seat_number", path);
    const category = this.text(node, "category", path);
    const place = this.point(node, "position", path);
    if (seat === undefined || number === undefined || category === undefined || !place) return;
    if (!this.categories.has(category)) {
      this.say(`${path}.category`, `there is no category "${category}"`);
    } else if (this.seatNames.has(seat)) {
      this.say(`${path}.seat_guid`, `the seat "${seat}" is there twice`);
    } else {
      this.seatNames.add(seat);
      this.seats.push({ seat, number, category, ...of, ...add(row, place) });
    }
  }

  private area(node: Json, path: string, zone: Point): void {
    const place = this.point(node, "position", path);
    const at = place && add(zone, place);
    const shape = at && shapeOf(node, at);
    if (at && shape) this.areas.push({ ...shape, ...at, ...looks(node), ...textOf(node, at) });
    else if (at) this.say(path, "the shape cannot be read");
  }

  private say(path: string, message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message });
  }

  private text(node: Json, field: string, path: string): string | undefined {
    const value = node[field];
    if (typeof value === "string" && value.trim()) return value.trim();
    const missing = value === undefined || value === null;
    this.say(`${path}.${field}`, missing ? "is missing" : "must be a text");
    return undefined;
  }

  private point(node: Json, field: string, path: string): Point | undefined {
    const point = pointOf(node[field]);
    if (!point) this.say(`${path}.${field}`, "must be a position with x and y");
    return point;
  }

  private *list(node: Json, field: string, path: string, optional = false) {
    const value = node[field];
    if ((value === undefined || value === null) && optional) return;
    if (!Array.isArray(value)) {
      this.say(`${path}.${field}`, "must be a list");
      return;
    }
    for (const [index, item] of value.entries()) {
      const at = `${path}.${field}[${index}]`;
      if (isObject(item)) yield [item, at] as const;
      else this.say(at, "must be an object");
    }
  }
}

type Shape = Omit<PlanArea, "x" | "y">;

function shapeOf(node: Json, at: Point): Shape | undefined {
  const inner = node[String(node.shape)];
  const { width, height, radius, points } = isObject(inner) ? inner : {};
  const radii = pointOf(radius);
  switch (node.shape) {
    case "rectangle":
      return isNumber(width) && isNumber(height)
        ? { shape: "rectangle", width, height }
        : undefined;
    case "circle":
      return isNumber(radius) ? { shape: "circle", radius } : undefined;
    case "ellipse":
      return radii && { shape: "ellipse", radius_x: radii.x, radius_y: radii.y };
    case "polygon":
      return { shape: "polygon", points: pointsOf(points, at) };
    case "text":
      return { shape: "text" };
    default:
      return undefined;
  }
}

function looks({ rotation, color, border_color }: Json): Partial<PlanArea> {
  return {
    rotation: isNumber(rotation) ? rotation : 0,
    ...(typeof color === "string" && { color }),
    ...(typeof border_color === "string" && { border_color }),
  };
}

/** Areas without words carry an empty text in files from the editor; that is no text. */
function textOf({ text }: Json, at: Point): Partial<PlanArea> {
  if (!isObject(text) || typeof text.text !== "string" || !text.text.trim()) return {};
  const place = add(at, pointOf(text.position) ?? { x: 0, y: 0 });
  const size = isNumber(text.size) ? text.size : 16;
  const color = typeof text.color === "string" ? text.color : "#333333";
  return { text: { text: text.text.trim(), ...place, size, color } };
}

function pointsOf(value: unknown, at: Point): [number, number][] {
  if (!Array.isArray(value)) return [];
  return value
    .map(pointOf)
    .filter((point) => !!point)
    .map(({ x, y }) => [at.x + x, at.y + y]);
}

function pointOf(value: unknown): Point | undefined {
  if (!isObject(value) || !isNumber(value.x) || !isNumber(value.y)) return undefined;
  return { x: value.x, y: value.y };
}

const add = (a: Point, b: Point): Point => ({ x: a.x + b.x, y: a.y + b.y });

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= 1e7;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
