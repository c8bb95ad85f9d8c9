// Two buyers in two browsers want the same seat. Must leave the demo event as it was: whatever a step
// holds, the next one releases. The first buyer is signed out at the end.
import assert from "node:assert/strict";
import {
  clickSeat,
  freeSeat,
  mine,
  signIn,
  waitForMine,
  waitForState,
  waitUntilLive,
} from "../support/seats.mjs";
import { NARROW } from "../support/stage.mjs";

/** What a buyer may wait to see somebody else's click. */
const SEEN_WITHIN_MS = 1_000;

export async function twoBrowsers(stage, check) {
  const a = await stage.openPage(stage.urls[0]);
  const b = await stage.openPage(stage.urls.at(-1));
  await arrive(stage, check, a, b);
  await holdAndRelease(stage, check, a, b);
  await race(check, a, b);
  await phone(stage, check, new URL(a.url()).pathname);
  await links(stage, check);
  await leave(stage, check, a);
}

async function arrive(stage, check, a, b) {
  await check("the list leads to an event on sale", async () => {
    await a.goto("/?status=on_sale");
    await a.locator('main a[href^="/events/"]').first().click();
    await waitUntilLive(a);
    await b.goto(new URL(a.url()).pathname);
    await waitUntilLive(b);
  });

  await check("both buyers sign in", async () => {
    await signIn(a, stage.people.buyers[0]);
    await signIn(b, stage.people.buyers[1]);
    await Promise.all([waitUntilLive(a), waitUntilLive(b)]);
    await stage.shot(a, "signed-in");
  });
}

async function holdAndRelease(stage, check, a, b) {
  let seat = "";

  await check("a click holds a seat, and the other browser sees it within a second", async () => {
    seat = await freeSeat(a, b);
    const started = performance.now();
    await clickSeat(a, seat);
    await waitForState(b, seat, 1);
    const took = performance.now() - started;
    assert(took < SEEN_WITHIN_MS, `it took ${Math.round(took)} ms`);
    await waitForMine(a, seat, true);
    await a.getByTestId(`my-seat-${seat}`).waitFor();
    assert.match(await a.getByTestId(`my-seat-${seat}`).textContent(), /\d\d:\d\d/);
    await stage.shot(a, "held");
  });

  await check("the other buyer is told why the seat cannot be had", async () => {
    await clickSeat(b, seat);
    await waitForMessage(b, seat);
    assert(!(await mine(b)).includes(seat));
    await stage.shot(b, "refused");
  });

  await check("a reload brings the session and the held seat back", async () => {
    await a.reload();
    await waitUntilLive(a);
    await waitForMine(a, seat, true);
  });

  await check("a released seat is free again in the other browser", async () => {
    await clickSeat(a, seat);
    await waitForMine(a, seat, false);
    await waitForState(b, seat, 0);
  });
}

async function race(check, a, b) {
  await check("of two clicks at once one wins and the other is told", async () => {
    const wanted = await freeSeat(a, b);
    await Promise.all([clickSeat(a, wanted), clickSeat(b, wanted)]);
    const winner = await Promise.any([
      waitForMine(a, wanted, true).then(() => a),
      waitForMine(b, wanted, true).then(() => b),
    ]);
    const loser = winner === a ? b : a;
    await waitForMessage(loser, wanted);
    assert(!(await mine(loser)).includes(wanted), "both believe to hold it");
    await clickSeat(winner, wanted);
    await waitForState(loser, wanted, 0);
  });
}

async function phone(stage, check, path) {
  const page = await stage.openPage(stage.urls[0], NARROW);
  await check("nothing is wider than a phone of 320 pixels", async () => {
    const pages = {
      "phone-list": "/",
      "phone-event": path,
      "phone-forgot": "/forgot-password",
      "phone-reset": "/reset-password#token=nonsense",
      "phone-verify": "/verify-email",
    };
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(address);
      if (address === path) await waitUntilLive(page);
      else if (address === "/") await page.locator('main a[href^="/events/"]').first().waitFor();
      else await page.locator("main h1").waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert(width <= NARROW.viewport.width, `${name} is ${width} pixels wide`);
      await stage.shot(page, name);
    }
  });
}

async function links(stage, check) {
  const page = await stage.openPage();

  await check("a forgotten password leads to the same answer for every address", async () => {
    await page.goto("/");
    await page.getByTestId("sign-in-open").click();
    await page.getByTestId("forgot-password").click();
    await page.getByTestId("forgot-email").fill("nobody@example.org");
    await page.getByTestId("forgot-submit").click();
    await page.getByTestId("forgot-sent").waitFor();
    await stage.shot(page, "forgot-sent");
  });

  await check("a bad link is explained, and its token leaves the address", async () => {
    await page.goto("/reset-password#token=nonsense");
    await page.getByTestId("new-password").waitFor();
    assert(!page.url().includes("nonsense"), page.url());
    await page.getByTestId("new-password").fill("a new password");
    await page.getByTestId("new-password-submit").click();
    await page.getByTestId("reset-refused").waitFor();
    await page.goto("/verify-email#token=nonsense");
    await page.locator('[data-testid="verification"][data-step="refused"]').waitFor();
    assert(!page.url().includes("nonsense"), page.url());
  });
}

async function leave(stage, check, a) {
  await check("a sign-out in one tab ends the other tab too", async () => {
    const second = await a.context().newPage();
    await second.goto("/");
    await second.getByTestId("account-menu").click();
    await stage.shot(second, "account-menu");
    await second.getByTestId("sign-out").click();
    await second.getByTestId("sign-in-open").waitFor();
    await a.getByTestId("session-notice").filter({ hasText: "another tab" }).waitFor();
    await a.getByTestId("sign-in-open").waitFor();
    await stage.shot(a, "signed-out-elsewhere");
  });
}

/** Messages name seats as people read them. */
async function waitForMessage(page, seat) {
  const name = await page.evaluate((id) => window.frontrow.seatName(id), seat);
  return page.getByTestId("message").filter({ hasText: name }).waitFor();
}
