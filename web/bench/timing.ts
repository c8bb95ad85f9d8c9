// How long frames take, as the page itself can see it.

export interface Frames {
  median: number;
  p95: number;
  /** In the page's own code, without the browser's part. */
  jsMedian: number;
}

/**
 * The fixed work that everything else is divided by: machines differ, ratios hardly do. The fastest
 * run counts, because a machine that is busy elsewhere would only make the map look better.
 */
export function calibrate(): number {
  const runs = Array.from({ length: 15 }, () => {
    const started = performance.now();
    let [whole, broken] = [1, 0.5];
    for (let step = 0; step < 3_000_000; step++) {
      whole = (Math.imul(whole, 1_664_525) + 1_013_904_223) | 0;
      broken = broken * 0.999_9 + (whole >>> 16) * 1e-6;
    }
    // Used, so that no compiler leaves the loop out.
    if (broken < 0) throw new Error("impossible");
    return performance.now() - started;
  });
  return Math.min(...runs);
}

export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

let scriptMs = 0;

/** From now on the time inside of animation frames is added up. */
export function watchFrames(): void {
  const original = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    original((now) => {
      const started = performance.now();
      callback(now);
      scriptMs += performance.now() - started;
    });
}

export function takeScriptMs(): number {
  const taken = scriptMs;
  scriptMs = 0;
  return taken;
}

export function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** After everything that was asked for is on the screen. */
export async function painted(): Promise<void> {
  await nextFrame();
  await new Promise((resolve) => setTimeout(resolve));
  await nextFrame();
}

/** Frames one after the other, each with one `act` before it. */
export async function measureFrames(count: number, act: (frame: number) => void): Promise<Frames> {
  const [times, scripts]: [number[], number[]] = [[], []];
  for (let warm = 0; warm < 5; warm++) {
    act(warm);
    await nextFrame();
  }
  await nextFrame();
  takeScriptMs();
  let last = performance.now();
  for (let frame = 0; frame < count; frame++) {
    const started = performance.now();
    act(frame);
    const actMs = performance.now() - started;
    await nextFrame();
    const now = performance.now();
    times.push(now - last);
    scripts.push(takeScriptMs() + actMs);
    last = now;
  }
  const jsMedian = quantile(scripts, 0.5);
  return { median: quantile(times, 0.5), p95: quantile(times, 0.95), jsMedian };
}
