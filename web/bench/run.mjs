// Measures the seat map in a real browser: first paint, moving about, changing seats. Prints a table
// and writes `target/web-bench.json`. Every time is also given as a ratio to a fixed loop that ran
// in the same page, because machines differ and ratios hardly do.
//
//   npm run bench                everything, about three minutes
//   npm run bench -- --check     50,000 seats only, against the limits of `limits.mjs`
//   CHROMIUM                     the browser, default /usr/bin/chromium
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPage, launch, openPage, serving, target } from "./browser.mjs";
import { brokenLimits } from "./limits.mjs";

const checking = process.argv.includes("--check");
const HALLS = checking ? [50_000] : [1_252, 50_000, 100_000];
const RATIOS = checking ? [1] : [1, 2];
const STEADY_MS = checking ? 3_000 : 5_000;
const STEADY_RUNS = 3;
const OPENINGS = 3;
/** All seats of the hall in view as dots, and a section's seats with their shapes. */
const STEADY_PITCHES_PX = checking ? [3.1] : [3.1, 11];

await buildPage();
const rows = await serving(async (url) => [
  ...(await measureFrames(url)),
  ...(await measureSteady(url)),
]);
print(rows);
await save(rows);
if (checking) {
  const broken = brokenLimits(rows);
  for (const line of broken) console.log(`FAIL  ${line}`);
  process.exit(broken.length === 0 ? 0 : 1);
}

/** Frames as fast as they come. */
async function measureFrames(url) {
  const browser = await launch({ unlimited: true });
  try {
    const measured = [];
    for (const seats of HALLS) {
      for (const ratio of RATIOS) measured.push(...(await measureHall(browser, url, seats, ratio)));
    }
    return measured;
  } finally {
    await browser.close();
  }
}

async function measureHall(browser, url, seats, ratio) {
  const { openings, page, close } = await openSeveralTimes(browser, url, seats, ratio);
  const loopMs = await page.evaluate(() => window.bench.calibrate());
  const row = (name, numbers) => ({ seats, ratio, name, loop_ms: loopMs, ...numbers });
  const rows = [
    row("compile layout", { median_ms: middle(openings.map(({ compileMs }) => compileMs)) }),
    row("first paint", { median_ms: middle(openings.map(({ firstPaintMs }) => firstPaintMs)) }),
  ];
  for (const name of await page.evaluate(() => window.bench.scenarios())) {
    const frames = await page.evaluate((each) => window.bench.measure(each), name);
    const { median, p95, jsMedian } = frames;
    rows.push(row(name, { median_ms: median, p95_ms: p95, js_ms: jsMedian }));
  }
  rows.push(row("heap", { mbytes: (await page.evaluate(() => window.bench.heapBytes())) / 1e6 }));
  await close();
  return rows;
}

/** A page that was never used before shows what a visitor waits for; the last one stays open. */
async function openSeveralTimes(browser, url, seats, deviceScaleFactor) {
  const openings = [];
  for (;;) {
    const opened = await openPage(browser, url, { deviceScaleFactor });
    openings.push(await opened.page.evaluate((count) => window.bench.open(count), seats));
    if (openings.length === OPENINGS) return { openings, ...opened };
    await opened.close();
  }
}

/**
 * A thousand changes a second on a screen with 60 frames a second. The best of three: a frame that
 * another program took away says nothing about the map.
 */
async function measureSteady(url) {
  const browser = await launch();
  try {
    const rows = [];
    for (const seats of HALLS.filter((count) => count > 10_000)) {
      for (const pitchPx of STEADY_PITCHES_PX)
        rows.push(await steadyRow(browser, url, seats, pitchPx));
    }
    return rows;
  } finally {
    await browser.close();
  }
}

async function steadyRow(browser, url, seats, pitchPx) {
  const { page, close } = await openPage(browser, url);
  const loopMs = await page.evaluate(() => window.bench.calibrate());
  await page.evaluate((count) => window.bench.open(count), seats);
  const runs = [];
  for (let run = 0; run < STEADY_RUNS; run++) {
    const args = [pitchPx, STEADY_MS];
    runs.push(await page.evaluate(([pitch, ms]) => window.bench.steady(pitch, ms), args));
    if (runs.at(-1).dropped === 0) break;
  }
  await close();
  runs.sort((a, b) => a.dropped - b.dropped);
  const { frames, dropped, jsP95, longTasks } = runs[0];
  const name = `1000 changes/s, pitch ${pitchPx} px`;
  const numbers = { js_p95_ms: jsP95, frames, dropped, long_tasks: longTasks };
  return { seats, ratio: 1, name, loop_ms: loopMs, ...numbers };
}

function middle(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function print(all) {
  console.log("   seats  dpr  scenario                              ms     p95   js ms   x loop");
  for (const row of all) {
    const { seats, ratio, name, loop_ms, median_ms, p95_ms, js_ms, js_p95_ms } = row;
    const head = `${String(seats).padStart(8)}  ${String(ratio).padStart(3)}  ${name.padEnd(34)}`;
    const times = [median_ms, p95_ms, js_ms ?? js_p95_ms].map((time) => number(time)).join("");
    const relative = number((median_ms ?? js_p95_ms ?? Number.NaN) / loop_ms, 9);
    const rest = ["dropped", "frames", "long_tasks", "mbytes"]
      .filter((key) => row[key] !== undefined)
      .map((key) => `  ${key} ${Math.round(row[key])}`);
    console.log(head + times + relative + rest.join(""));
  }
}

function number(value, width = 8) {
  return (Number.isFinite(value) ? value.toFixed(2) : "").padStart(width);
}

async function save(all) {
  await mkdir(target, { recursive: true });
  const file = join(target, "web-bench.json");
  await writeFile(file, `${JSON.stringify({ rows: all }, null, 2)}\n`);
  console.log("written to target/web-bench.json");
}
