// Draws a simple hall as a pretix seating plan: blocks side by side in tiers, straight or around the
// stage. Pure: the same wish is the same plan. Must stay within what the server accepts.

export interface HallWish {
  name: string;
  /** Blocks side by side. */
  sections: number;
  /** Rings of blocks, one behind the other. */
  tiers: number;
  /** In every block. */
  rows: number;
  seats: number;
  /** Degrees of a circle that the rows bend around the stage; 0: straight rows. */
  arc: number;
  /** Price categories from the front to the back. */
  categories: number;
}

export const MAX_SEATS = 100_000;

/** What each number may be. */
export const HALL_LIMITS = {
  sections: [1, 50],
  tiers: [1, 9],
  rows: [1, 100],
  seats: [1, 200],
  arc: [0, 270],
  categories: [1, 6],
} as const satisfies Record<string, readonly [number, number]>;

const SEAT = 25;
const ROW = 30;
/** Between blocks, and between tiers. */
const AISLE = 75;
const STAGE_DEPTH = 120;
const STAGE_GAP = 90;
const MARGIN = 75;
const MIN_RADIUS = 300;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Apart from each other for colour-blind eyes (Okabe and Ito). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

type Place = { x: number; y: number };

export function seatsOf(wish: HallWish): number {
  return wish.sections * wish.tiers * wish.rows * wish.seats;
}

export function drawHall(wish: HallWish) {
  const shape = shapeOf(wish);
  const { origin, size } = extentOf(wish, shape);
  const used = Math.min(wish.categories, wish.tiers * wish.rows);
  return {
    name: wish.name,
    categories: Array.from({ length: used }, (_, index) => ({
      name: categoryName(index),
      color: COLORS[index] ?? "#888888",
    })),
    zones: [stageZone(shape, origin), ...blocks(wish, shape, origin)],
    size,
  };
}

/** `A`, `B` and so on in a small hall; `101`, `102`, `201` in an arena. */
export function sectionId({ sections, tiers }: HallWish, tier: number, section: number): string {
  const letter = LETTERS[section];
  if (tiers === 1 && sections <= LETTERS.length && letter) return letter;
  return String((tier + 1) * 100 + section + 1);
}

interface HallShape {
  stage: { x: number; y: number; width: number; height: number };
  /** Absolute place of a seat, before it is moved to where coordinates are positive. */
  place: (depth: number, section: number, along: number) => Place;
}

function shapeOf(wish: HallWish): HallShape {
  const width = (wish.seats - 1) * SEAT + AISLE;
  const middle = (wish.sections - 1) / 2;
  if (wish.arc === 0) {
    const stageWidth = Math.max(200, width * wish.sections * 0.5);
    return {
      stage: stageOver(0, stageWidth),
      place: (depth, section, along) => ({ x: (section - middle) * width + along, y: depth }),
    };
  }
  const arc = (wish.arc * Math.PI) / 180;
  const radius = Math.max(MIN_RADIUS, (width * wish.sections) / arc);
  const step = arc / wish.sections;
  return {
    stage: stageOver(radius, stageWidthWithin(radius)),
    place: (depth, section, along) => {
      const angle = (section - middle) * step + along / (radius + depth);
      return { x: (radius + depth) * Math.sin(angle), y: (radius + depth) * Math.cos(angle) };
    },
  };
}

/** In front of the middle of the first row. */
function stageOver(firstRow: number, width: number) {
  return { x: -width / 2, y: firstRow - STAGE_GAP - STAGE_DEPTH, width, height: STAGE_DEPTH };
}

/** As wide as it can be without touching the first row, which bends around it. */
function stageWidthWithin(radius: number): number {
  const [reach, front] = [radius - SEAT * 2, radius - STAGE_GAP];
  return Math.min(2_000, 2 * Math.sqrt(reach ** 2 - front ** 2));
}

function blocks(wish: HallWish, shape: HallShape, origin: Place) {
  const numbers = { tiers: count(wish.tiers), sections: count(wish.sections) };
  return numbers.tiers.flatMap((tier) =>
    numbers.sections.map((section) => block(wish, shape, origin, tier, section)),
  );
}

function block(wish: HallWish, shape: HallShape, origin: Place, tier: number, section: number) {
  const id = sectionId(wish, tier, section);
  const row = (index: number) => {
    const label = String(index + 1);
    const category = categoryName(categoryAt(wish, tier * wish.rows + index));
    const seats = count(wish.seats).map((seat) => ({
      seat_guid: `${id}-${label}-${seat + 1}`,
      seat_number: String(seat + 1),
      category,
      position: moved(
        shape.place(depthOf(wish, tier, index), section, alongOf(wish, seat)),
        origin,
      ),
    }));
    return { row_number: label, row_number_position: "both", position: { x: 0, y: 0 }, seats };
  };
  const position = { x: 0, y: 0 };
  return { zone_id: id, name: `Block ${id}`, position, rows: count(wish.rows).map(row) };
}

function stageZone({ stage }: HallShape, origin: Place) {
  const { width, height } = stage;
  const area = {
    shape: "rectangle",
    position: moved(stage, origin),
    rectangle: { width: rounded(width), height },
    color: "#d9d4ca",
    border_color: "#8f8778",
    text: {
      text: "Stage",
      position: { x: rounded(width / 2), y: height / 2 },
      size: 40,
      color: "#3a3731",
    },
  };
  return { zone_id: "stage", name: "Stage", position: { x: 0, y: 0 }, rows: [], areas: [area] };
}

/** From the first row of the hall. */
function depthOf({ rows }: HallWish, tier: number, row: number): number {
  return tier * (rows * ROW + AISLE) + row * ROW;
}

/** From the middle of the block. */
function alongOf({ seats }: HallWish, seat: number): number {
  return (seat - (seats - 1) / 2) * SEAT;
}

function categoryAt({ categories, tiers, rows }: HallWish, row: number): number {
  const all = tiers * rows;
  return Math.floor((row * Math.min(categories, all)) / all);
}

const categoryName = (index: number) => `Category ${index + 1}`;

/** Every seat and the stage, so that all coordinates are positive and nothing is cut off. */
function extentOf(wish: HallWish, { stage, place }: HallShape) {
  let [left, right] = [stage.x, stage.x + stage.width];
  let [top, bottom] = [stage.y, stage.y + stage.height];
  for (const depth of [0, depthOf(wish, wish.tiers - 1, wish.rows - 1)]) {
    for (const section of count(wish.sections)) {
      for (const seat of count(wish.seats)) {
        const { x, y } = place(depth, section, alongOf(wish, seat));
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
    }
  }
  const size = {
    width: Math.ceil(right - left) + 2 * MARGIN,
    height: Math.ceil(bottom - top) + 2 * MARGIN,
  };
  return { origin: { x: left - MARGIN, y: top - MARGIN }, size };
}

const moved = ({ x, y }: Place, origin: Place) => ({
  x: rounded(x - origin.x),
  y: rounded(y - origin.y),
});

/** Hundredths of a plan unit are finer than any screen, and halve the file. */
const rounded = (value: number) => Math.round(value * 100) / 100;

const count = (length: number) => Array.from({ length }, (_, index) => index);
