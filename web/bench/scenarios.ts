// What is measured: first paint, moves of the map, changes of seats. Each scenario leaves the hall
// as it found it.
import { decodeBinary } from "../src/lib/live/binary-frames";
import { deltaBytes } from "../src/lib/live/frame-bytes.fixture";
import type { SeatState } from "../src/lib/live/packed-states";
import { DOT_PX, NUMBER_PX } from "../src/lib/map/lod";
import { seeded } from "./chance";
import type { Hall } from "./hall";
import { type Frames, measureFrames, nextFrame, painted, quantile, takeScriptMs } from "./timing";

const FRAMES = 60;
/** One delta of the server every tick, as it collects changes. */
const TICK_MS = 20;

export type Scenario = (hall: Hall) => Promise<Frames>;

export const scenarios: Record<string, Scenario> = {
  "pan, whole venue": async (hall) => {
    hall.engine.fit();
    await painted();
    return measureFrames(FRAMES, (frame) => pan(hall, frame));
  },
  "pan, all dots": async (hall) => {
    await zoomTo(hall, DOT_PX * 1.02);
    return measureFrames(FRAMES, (frame) => pan(hall, frame));
  },
  "pan, shapes": async (hall) => {
    await zoomTo(hall, 11);
    return measureFrames(FRAMES, (frame) => pan(hall, frame));
  },
  "pan, numbers": async (hall) => {
    await zoomTo(hall, NUMBER_PX * 1.2);
    return measureFrames(FRAMES, (frame) => pan(hall, frame));
  },
  "zoom sweep": async (hall) => {
    hall.engine.fit();
    await painted();
    const factor = (frame: number) => (Math.floor(frame / 40) % 2 === 0 ? 1.07 : 1 / 1.07);
    const middle = { x: innerWidth * 0.2, y: innerHeight * 0.4 };
    return measureFrames(80, (frame) => hall.engine.view.zoomAt(middle, factor(frame)));
  },
  "17 changes, dots": (hall) => changes(hall, DOT_PX * 1.02, 17),
  "17 changes, shapes": (hall) => changes(hall, 11, 17),
  "1000 changes, dots": (hall) => changes(hall, DOT_PX * 1.02, 1_000),
  "1000 changes, shapes": (hall) => changes(hall, 11, 1_000),
};

function pan({ engine }: Hall, frame: number): void {
  const direction = Math.floor(frame / 15) % 2 === 0 ? 1 : -1;
  engine.view.pan(5 * direction, 3 * direction);
}

/** Around a place full of seats, left of the field. */
export async function zoomTo({ engine, layout }: Hall, pitchPx: number): Promise<void> {
  engine.fit();
  await painted();
  const view = engine.view;
  const seat = Math.floor(layout.count * 0.47);
  view.centre({ x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });
  view.zoomAt(view.middle(), pitchPx / view.pitchPx);
  await painted();
}

async function changes(hall: Hall, pitchPx: number, count: number): Promise<Frames> {
  await zoomTo(hall, pitchPx);
  const deltas = makeDeltas(hall, count, FRAMES + 5);
  return measureFrames(FRAMES, () => deltas());
}

/** Applies one delta of the server at every call, decoded from its bytes. */
export function makeDeltas(hall: Hall, changesEach: number, seed: number): () => void {
  const chance = seeded(seed);
  let seq = hall.store.cursor()?.seq ?? 0;
  return () => {
    const seats = new Set<number>();
    while (seats.size < Math.min(changesEach, hall.layout.count)) {
      seats.add(Math.floor(chance() * hall.layout.count));
    }
    const ordered = [...seats].sort((a, b) => a - b);
    const changed = ordered.map((seat): [number, number] => [seat, nextState(hall, seat)]);
    seq += 1;
    const frame = decodeBinary(deltaBytes(seq, 0, changed));
    if (frame?.type !== "delta" || hall.store.apply(frame)) throw new Error("a delta got lost");
  };
}

function nextState({ store }: Hall, seat: number): SeatState {
  return ((store.state(seat) + 1) % 3) as SeatState;
}

export interface Steady {
  frames: number;
  /** Frames of a 60 Hz screen that were not there in time. */
  dropped: number;
  jsP95: number;
  longTasks: number;
}

/** A thousand changes a second, while the map is looked at. Needs a browser that keeps 60 Hz. */
export async function steady(hall: Hall, pitchPx: number, durationMs: number): Promise<Steady> {
  await zoomTo(hall, pitchPx);
  const apply = makeDeltas(hall, (1_000 * TICK_MS) / 1_000, 99);
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().filter(({ duration }) => duration > 100).length;
  });
  observer.observe({ entryTypes: ["longtask"] });
  const scripts: number[] = [];
  let [frames, dropped] = [0, 0];
  let applyMs = 0;
  const ticks = setInterval(() => {
    const started = performance.now();
    apply();
    applyMs += performance.now() - started;
  }, TICK_MS);
  takeScriptMs();
  const end = performance.now() + durationMs;
  let last = await nextFrame();
  while (performance.now() < end) {
    const now = await nextFrame();
    dropped += Math.max(0, Math.round((now - last) / (1_000 / 60)) - 1);
    scripts.push(takeScriptMs() + applyMs);
    applyMs = 0;
    last = now;
    frames += 1;
  }
  clearInterval(ticks);
  observer.disconnect();
  return { frames, dropped, jsP95: quantile(scripts, 0.95), longTasks };
}
