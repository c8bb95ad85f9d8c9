// Two buyers in two browsers want the same seat of a running server. Must leave the event as it
// was: whatever a step holds, the next one releases. The first buyer is signed out at the end.
//
//   FRONTROW_URL     one or two base URLs, comma separated: the second browser uses the last one
//   FRONTROW_BUYERS  email:password,email:password
//   FRONTROW_SHOTS   a folder for screenshots (none are taken without it)
//   CHROMIUM         the browser, default /usr/bin/chromium
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { createChecks } from "./checks.mjs";

const urls = (process.env.FRONTROW_URL ?? "http://127.0.0.1:8080").split(",");
const buyers = (process.env.FRONTROW_BUYERS ?? "").split(",").map((buyer) => {
  const colon = buyer.indexOf(":");
  return { email: buyer.slice(0, colon), password: buyer.slice(colon + 1) };
});
const shots = process.env.FRONTROW_SHOTS;

/** What a buyer may wait to see somebody else's click. */
const SEEN_WITHIN_MS = 1_000;

assert(buyers.length === 2 && buyers.every(({ email }) => email), "FRONTROW_BUYERS needs two");
if (shots) await mkdir(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const pageErrors = [];
const { check, finish } = createChecks();
try {
  await run();
} finally {
  await browser.close();
}
process.exit(finish());

async function run() {
  const a = await openPage(urls[0]);
  const b = await openPage(urls.at(-1));
  await arrive(a, b);
  await holdAndRelease(a, b);
  await race(a, b);
  await phone(new URL(a.url()).pathname);
  await links();
  await leave(a);
  await check("no page reported an error", async () => {
    assert.deepEqual(pageErrors, []);
  });
}

async function arrive(a, b) {
  await check("the list leads to an event on sale", async () => {
    await a.goto("/?status=on_sale");
    await a.locator('main a[href^="/events/"]').first().click();
    await waitUntilLive(a);
    await b.goto(new URL(a.url()).pathname);
    await waitUntilLive(b);
  });

  await check("both buyers sign in", async () => {
    await signIn(a, buyers[0]);
    await signIn(b, buyers[1]);
    await shot(a, "signed-in");
  });
}

async function holdAndRelease(a, b) {
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
    await shot(a, "held");
  });

  await check("the other buyer is told why the seat cannot be had", async () => {
    await clickSeat(b, seat);
    await waitForMessage(b, seat);
    assert(!(await mine(b)).includes(seat));
    await shot(b, "refused");
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

async function race(a, b) {
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

async function phone(path) {
  const viewport = { width: 320, height: 640 };
  const page = await openPage(urls[0], { viewport, hasTouch: true });
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
      assert(width <= viewport.width, `${name} is ${width} pixels wide`);
      await shot(page, name);
    }
  });
}

async function links() {
  const page = await openPage(urls[0]);

  await check("a forgotten password leads to the same answer for every address", async () => {
    await page.goto("/");
    await page.getByTestId("sign-in-open").click();
    await page.getByTestId("forgot-password").click();
    await page.getByTestId("forgot-email").fill("nobody@example.org");
    await page.getByTestId("forgot-submit").click();
    await page.getByTestId("forgot-sent").waitFor();
    await shot(page, "forgot-sent");
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

async function leave(a) {
  await check("a sign-out in one tab ends the other tab too", async () => {
    const second = await a.context().newPage();
    await second.goto("/");
    await second.getByTestId("account-menu").click();
    await shot(second, "account-menu");
    await second.getByTestId("sign-out").click();
    await second.getByTestId("sign-in-open").waitFor();
    await a.getByTestId("session-notice").filter({ hasText: "another tab" }).waitFor();
    await a.getByTestId("sign-in-open").waitFor();
    await shot(a, "signed-out-elsewhere");
  });
}

// Steps

async function openPage(baseURL, options = { viewport: { width: 1280, height: 800 } }) {
  const context = await browser.newContext({ baseURL, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => pageErrors.push(String(error)));
  return page;
}

async function signIn(page, { email, password }) {
  await page.getByTestId("sign-in-open").click();
  await page.getByTestId("email").fill(email);
  await page.getByTestId("password").fill(password);
  await page.getByTestId("sign-in-submit").click();
  await page.getByTestId("account-menu").waitFor();
  await waitUntilLive(page);
}

async function waitUntilLive(page) {
  await page.locator('[data-testid="connection-state"][data-state="live"]').waitFor();
  await page.waitForFunction(() => window.frontrow?.loaded());
}

/** Free in both browsers, and alone in its place: real plans do stack seats. */
async function freeSeat(...pages) {
  const lists = await Promise.all(pages.map((page) => page.evaluate(freeSeatsAlone)));
  const [first, ...others] = lists;
  const free = first.filter((seat) => others.every((list) => list.includes(seat)));
  assert(free.length > 0, "no free seat");
  return free[Math.floor(free.length / 2)];
}

function freeSeatsAlone() {
  const { seats, seatState, seatScreenPosition } = window.frontrow;
  const place = (seat) => Object.values(seatScreenPosition(seat)).map(Math.round).join();
  const taken = Map.groupBy(seats(), place);
  return seats().filter((seat) => seatState(seat) === 0 && taken.get(place(seat)).length === 1);
}

async function clickSeat(page, seat) {
  const { x, y } = await page.evaluate((id) => window.frontrow.seatScreenPosition(id), seat);
  await page.mouse.click(x, y);
}

function waitForState(page, seat, state) {
  const isState = ([id, wanted]) => window.frontrow.seatState(id) === wanted;
  return page.waitForFunction(isState, [seat, state], { polling: 20 });
}

function mine(page) {
  return page.evaluate(() => window.frontrow.mine());
}

function waitForMine(page, seat, wanted) {
  const isMine = ([id, yes]) => window.frontrow.mine().includes(id) === yes;
  return page.waitForFunction(isMine, [seat, wanted], { polling: 20 });
}

function waitForMessage(page, seat) {
  return page.getByTestId("message").filter({ hasText: seat }).waitFor();
}

async function shot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
