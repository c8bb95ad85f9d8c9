// Looks at the pixels themselves: drawing only what changed must give exactly what drawing
// everything gives, and a seat must have its palette's colour.
import type { SeatState } from "../src/lib/live/packed-states";
import { LIGHT, legible } from "../src/lib/map/palette";
import { seeded } from "./chance";
import { canvas, type Hall } from "./hall";
import { makeDeltas, zoomTo } from "./scenarios";
import { painted } from "./timing";

export interface PixelReport {
  pitchPx: number;
  lod: number;
  /** Pixels that are not the same after drawing everything again. */
  different: number;
  /** Pixels that the changes have changed at all: a test of nothing would find none. */
  changed: number;
  /** Seats whose colour was looked at, and those that had the wrong one. */
  looked: number;
  wrong: string[];
}

/** Every level of detail, and both sides of the limits within them. */
const PITCHES_PX = [3.2, 4.4, 6.5, 9.3, 14.7, 26, 41];
const STEPS = 12;

export async function checkPixels(hall: Hall, seed: number): Promise<PixelReport[]> {
  const reports: PixelReport[] = [];
  for (const pitchPx of PITCHES_PX) {
    await zoomTo(hall, pitchPx);
    const before = pixels();
    await changeAtRandom(hall, seed + pitchPx);
    const partly = pixels();
    hall.engine.seatsChanged("all");
    await painted();
    const whole = pixels();
    const colors = await checkColors(hall);
    const lod = hall.view()?.lod ?? -1;
    const changed = differences(before, partly);
    reports.push({ pitchPx, lod, changed, different: differences(partly, whole), ...colors });
  }
  return reports;
}

/** Deltas of all sizes, and moves of mine: begun, confirmed, refused, seats next to each other. */
async function changeAtRandom(hall: Hall, seed: number): Promise<void> {
  const chance = seeded(seed);
  const seats = inView(hall);
  for (let step = 0; step < STEPS; step++) {
    const many = [1, 5, 40, 60, 400][Math.floor(chance() * 5)] ?? 1;
    makeDeltas(hall, many, seed + step)();
    const from = Math.floor(chance() * seats.length);
    const mine = seats.slice(from, from + 4);
    hall.store.begin(mine, chance() < 0.8 ? "hold" : "release");
    if (chance() < 0.7) await painted();
    const [first = 0, ...others] = mine;
    const seat = hall.store.seats[first] ?? "";
    if (chance() < 0.8) hall.store.confirmHold(first, [{ seat, expires_in_ms: 1e6 }]);
    if (chance() < 0.6) hall.store.revert(others);
    await painted();
  }
}

async function checkColors(hall: Hall): Promise<Pick<PixelReport, "looked" | "wrong">> {
  hall.store.forgetMine();
  const seats = alone(hall).slice(0, 120);
  const states = seats.map((_, index) => (index % 4) as SeatState);
  const seq = (hall.store.cursor()?.seq ?? 0) + 1;
  const changes = seats.map((seat, index): [number, SeatState] => [seat, states[index] ?? 0]);
  hall.store.apply({ type: "delta", seq, ts_ms: 0, changes });
  await painted();
  const wrong = seats.flatMap((seat, index) => wrongColor(hall, seat, states[index] ?? 0) ?? []);
  return { looked: seats.length, wrong };
}

/** At the seat's middle; a hollow one is looked at on its ring. */
function wrongColor(hall: Hall, seat: number, state: SeatState): string | undefined {
  const { layout, engine } = hall;
  const view = engine.view;
  const hollow = state === 1 && view.lod === 1 && view.pitchPx >= 4.5;
  const { x, y } = engine.positionOf(seat);
  const aside = hollow ? layout.radius * view.camera.scale * 0.78 : 0;
  const seen = pixelAt(x + aside, y);
  const free = legible(layout.colors[layout.categories[seat] ?? 0] ?? "", LIGHT);
  const expected = [free, LIGHT.held, LIGHT.sold, LIGHT.sold][state] ?? "";
  // A category may be as orange as a held seat: then the shape tells them apart, not the colour.
  const others = [LIGHT.held, LIGHT.sold].filter(() => state !== 1 && state !== 0);
  const candidates = [expected, ...others, LIGHT.section, LIGHT.ground];
  const nearest = candidates.sort((a, b) => away(seen, a) - away(seen, b))[0];
  // A number may lie across the middle of a free seat.
  if (nearest === expected || (view.lod === 3 && state === 0)) return undefined;
  return `seat ${seat}, state ${state}: ${seen.join()} is not ${expected}`;
}

/** Seats in view whose place nobody shares: real plans do stack seats. */
function alone(hall: Hall): number[] {
  const { layout } = hall;
  return inView(hall).filter((seat) => {
    if (isNamed(hall, seat)) return false;
    const [x, y] = [layout.xs[seat] ?? 0, layout.ys[seat] ?? 0];
    let near = 0;
    const reach = layout.pitch * 0.7;
    const area = { minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach };
    layout.grid.forEachIn(area, (other) => {
      const distance = Math.hypot((layout.xs[other] ?? 0) - x, (layout.ys[other] ?? 0) - y);
      if (distance < reach) near += 1;
    });
    return near === 1;
  });
}

/** Names lie across seats that are dots. */
function isNamed({ layout, engine }: Hall, seat: number): boolean {
  const { scale } = engine.view.camera;
  const middle = layout.sections[layout.sectionOf[seat] ?? 0]?.middle ?? { x: 0, y: 0 };
  const aside = Math.abs((layout.xs[seat] ?? 0) - middle.x) * scale;
  return aside < 50 && Math.abs((layout.ys[seat] ?? 0) - middle.y) * scale < 16;
}

function inView({ layout, engine }: Hall): number[] {
  const { width, height } = engine.view.size;
  return Array.from({ length: layout.count }, (_, seat) => seat).filter((seat) => {
    const { x, y } = engine.positionOf(seat);
    return x > 20 && y > 20 && x < width - 20 && y < height - 20;
  });
}

function pixels(): Uint8ClampedArray {
  const { width, height } = canvas("base");
  const data = canvas("base").getContext("2d")?.getImageData(0, 0, width, height).data;
  if (!data) throw new Error("the pixels cannot be read");
  return data;
}

function pixelAt(x: number, y: number): number[] {
  const base = canvas("base");
  const ratio = base.width / base.clientWidth;
  const ink = base.getContext("2d");
  const data = ink?.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data;
  return Array.from(data ?? []).slice(0, 3);
}

function differences(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let different = 0;
  for (let at = 0; at < a.length; at += 4) {
    if (a[at] !== b[at] || a[at + 1] !== b[at + 1] || a[at + 2] !== b[at + 2]) different += 1;
  }
  return different;
}

function away(seen: number[], color: string): number {
  return [1, 3, 5].reduce((sum, at, index) => {
    return sum + (Number.parseInt(color.slice(at, at + 2), 16) - (seen[index] ?? 0)) ** 2;
  }, 0);
}
