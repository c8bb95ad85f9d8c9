// The page that the bench and the pixel test drive: `window.bench`. Never part of the client.

import { checkPixels } from "./check-pixels";
import { type Hall, openHall, planOf } from "./hall";
import { type Steady, scenarios, steady, zoomTo } from "./scenarios";
import { calibrate, type Frames, painted, watchFrames } from "./timing";

let hall: Hall | undefined;

function opened(): Hall {
  if (!hall) throw new Error("open a hall first");
  return hall;
}

const bench = {
  calibrate,
  scenarios: () => Object.keys(scenarios),
  async open(seats: number, dark = false) {
    hall?.engine.destroy();
    const plan = planOf(seats);
    // A page gets its plan from the server; the litter of making one here is not measured.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const started = performance.now();
    hall = openHall(plan, dark);
    await painted();
    const firstPaintMs = performance.now() - started;
    return { compileMs: hall.compileMs, firstPaintMs, view: hall.view() };
  },
  measure: (name: string): Promise<Frames> | undefined => scenarios[name]?.(opened()),
  steady: (pitchPx: number, ms: number): Promise<Steady> => steady(opened(), pitchPx, ms),
  zoomTo: (pitchPx: number) => zoomTo(opened(), pitchPx),
  hall: opened,
  checkPixels: (seed: number) => checkPixels(opened(), seed),
  heapBytes: () =>
    (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0,
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}

watchFrames();
window.bench = bench;
