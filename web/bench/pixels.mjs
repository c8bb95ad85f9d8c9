// The pixel test, in a real browser: after any changes the map has exactly the pixels that drawing
// everything anew gives, seats have the colours of the palette, and a mouse, a finger and the keys
// reach the seats that they mean.
//
//   CHROMIUM         the browser, default /usr/bin/chromium
//   FRONTROW_SHOTS   a folder for screenshots (none are taken without it)
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createChecks } from "../e2e/support/checks.mjs";
import { buildPage, launch, openPage, serving } from "./browser.mjs";
import { checkHands } from "./hands.mjs";

const SEEDS = [1, 2026];
const shots = process.env.FRONTROW_SHOTS;
const { check, finish } = createChecks();

await buildPage();
const browser = await launch({ unlimited: true });
try {
  await serving((url) => run(browser, url));
} finally {
  await browser.close();
}
process.exit(finish());

async function run(browser, url) {
  for (const [seats, deviceScaleFactor] of [
    [1_252, 1],
    [1_252, 2],
    [20_000, 1],
    [20_000, 1.5],
  ]) {
    const viewport = { width: 560, height: 420 };
    const { page, errors, close } = await openPage(browser, url, { viewport, deviceScaleFactor });
    const reports = [];
    for (const seed of SEEDS) {
      await page.evaluate((count) => window.bench.open(count), seats);
      reports.push(...(await page.evaluate((each) => window.bench.checkPixels(each), seed)));
    }
    await checkReports(`${seats} seats at ${deviceScaleFactor}x`, reports, errors);
    await close();
  }
  await checkHands(browser, url, check);
  if (shots) await takeShots(browser, url);
}

async function checkReports(hall, reports, errors) {
  await check(`${hall}: changed seats are drawn as if everything was`, async () => {
    for (const { pitchPx, different, changed } of reports) {
      assert(changed > 0, `nothing changed at a pitch of ${pitchPx}`);
      assert.equal(different, 0, `${different} pixels differ at a pitch of ${pitchPx}`);
    }
  });
  await check(`${hall}: seats have the colours of their states`, async () => {
    for (const { pitchPx, looked, wrong } of reports) {
      assert(looked > 0, `no seat in view at a pitch of ${pitchPx}`);
      assert.deepEqual(wrong, [], `at a pitch of ${pitchPx}`);
    }
    assert.deepEqual([...new Set(reports.map(({ lod }) => lod))].sort(), [1, 2, 3]);
    assert.deepEqual(errors, []);
  });
}

async function takeShots(browser, url) {
  await mkdir(shots, { recursive: true });
  for (const [seats, width, height, deviceScaleFactor] of [
    [50_000, 1280, 800, 1],
    [1_252, 1280, 800, 1],
    [1_252, 390, 600, 2],
    [1_252, 320, 420, 2],
  ]) {
    const { page, close } = await openPage(browser, url, {
      viewport: { width, height },
      deviceScaleFactor,
    });
    for (const dark of [false, true]) {
      await page.evaluate(([count, isDark]) => window.bench.open(count, isDark), [seats, dark]);
      await shootLevels(page, `${seats}-${width}-${dark ? "dark" : "light"}`);
    }
    await close();
  }
}

async function shootLevels(page, name) {
  await page.screenshot({ path: join(shots, `${name}-fit.png`) });
  for (const pitchPx of [4, 6, 11, 18, 30]) {
    await page.evaluate(async (pitch) => {
      await window.bench.zoomTo(pitch);
      const { engine, store, layout } = window.bench.hall();
      const seat = Math.floor(layout.count * 0.47);
      store.applyCart({
        type: "cart",
        seats: [seat, seat + 1].map((each) => ({ seat: store.seats[each], expires_in_ms: 1e6 })),
      });
      store.begin([seat + 2], "hold");
      if (pitch > 12) engine.focusSeat(seat + 4);
    }, pitchPx);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(shots, `${name}-${pitchPx}px.png`) });
  }
}
