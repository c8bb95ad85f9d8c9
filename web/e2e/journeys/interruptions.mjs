// What goes wrong on the way: a cut line, a hold that runs out, a login that expired behind many
// requests. On events of their own.
import assert from "node:assert/strict";
import { openLine } from "../support/cut-line.mjs";
import {
  clickSeat,
  openAs,
  openEvent,
  serverStates,
  signIn,
  states,
  waitForMine,
  waitForState,
  waitUntilLive,
} from "../support/seats.mjs";

const SEEN_WITHIN_MS = 1_000;

export async function interruptions(stage, check) {
  const organizer = await stage.api(stage.people.organizer);
  await cutLine(stage, check, organizer);
  await expiry(stage, check, organizer);
  await refreshStorm(stage, check, organizer);
  await otherAccount(stage, check, organizer);
}

async function otherAccount(stage, check, organizer) {
  const event = await organizer.createEvent();
  const first = await stage.newBuyer();
  const second = await stage.newBuyer();
  const order = await first.buy(event.id, ["1-1"]);
  const page = await openAs(stage, first.account);

  await check("whoever signs in next in this browser sees nothing of the one before", async () => {
    await page.goto("/orders");
    await page.locator(`main a[href="/orders/${order.id}"]`).waitFor();
    // Signed in by another tab, without a sign-out in between.
    const other = await page.context().newPage();
    await other.route("**/auth/refresh", (route) => route.abort());
    await other.goto("/");
    await signIn(other, second.account);
    await page.locator("main", { hasText: /no orders/i }).waitFor();
    assert.equal(await page.locator(`main a[href="/orders/${order.id}"]`).count(), 0);
  });
  await page.context().close();
}

async function cutLine(stage, check, organizer) {
  const event = await organizer.createEvent();
  const other = await stage.newBuyer();
  const buyer = await stage.newBuyer();
  const line = await openLine(stage.urls[0]);
  const page = await openAs(stage, buyer.account, undefined, line.url);

  await check("a cut line is admitted, with the age of what is shown", async () => {
    await openEvent(page, event.id);
    await clickSeat(page, "2-2");
    await waitForMine(page, "2-2", true);
    line.cut();
    await page.getByTestId("offline-notice").filter({ hasText: /\d+ s/ }).waitFor();
    await stage.shot(page, "offline");
  });

  await check(
    "when the line is back, the map equals the server and my seat is still mine",
    async () => {
      await other.post(`/events/${event.id}/holds`, { seats: ["3-3", "3-4"] });
      await other.buy(event.id, ["4-1"]);
      line.mend();
      await page
        .locator('[data-testid="connection-state"][data-state="live"]')
        .waitFor({ timeout: 20_000 });
      await waitForState(page, "4-1", 2);
      await waitForState(page, "3-3", 1);
      await waitForMine(page, "2-2", true);
      const shown = await states(page);
      assert.deepEqual(shown, await serverStates(other, event.id, Object.keys(shown)));
    },
  );
  await page.context().close();
  line.close();
}

async function expiry(stage, check, organizer) {
  const event = await organizer.createEvent({ hold_ttl_s: 4 });
  const buyer = await stage.newBuyer();
  const page = await openAs(stage, buyer.account);
  const watcher = await stage.openPage(stage.urls.at(-1));

  await check(
    "a hold that runs out frees the seat for everybody, and its holder is told",
    async () => {
      await openEvent(page, event.id);
      await openEvent(watcher, event.id);
      await clickSeat(page, "1-5");
      await waitForMine(page, "1-5", true);
      await waitForState(watcher, "1-5", 1);
      await waitForMine(page, "1-5", false);
      const gone = performance.now();
      await waitForState(watcher, "1-5", 0);
      const took = performance.now() - gone;
      assert(took < SEEN_WITHIN_MS, `the other browser saw it ${Math.round(took)} ms later`);
      await page
        .getByTestId("message")
        .filter({ hasText: /ran out|expired|run out/i })
        .waitFor();
    },
  );
  await page.context().close();
  await watcher.context().close();
}

async function refreshStorm(stage, check, organizer) {
  const event = await organizer.createEvent();
  const buyer = await stage.newBuyer();
  const page = await openAs(stage, buyer.account);

  await check("many requests with an expired login make one refresh, and all succeed", async () => {
    await page.goto("/tickets");
    await page.locator("main h1").first().waitFor();
    let refreshes = 0;
    let refused = 0;
    const expired = new Set();
    await page.route("**/api/v1/**", async (route) => {
      const request = route.request();
      if (request.url().endsWith("/auth/refresh")) refreshes += 1;
      const bearer = request.headers().authorization;
      if (!bearer || request.url().endsWith("/auth/refresh")) return route.continue();
      // The token that the page has when the storm begins is the expired one.
      if (expired.size === 0) expired.add(bearer);
      if (!expired.has(bearer)) return route.continue();
      refused += 1;
      const problem = {
        type: "about:blank",
        title: "Unauthorized",
        status: 401,
        code: "unauthorized",
      };
      await route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        body: JSON.stringify({ ...problem, detail: "the token has expired" }),
      });
    });
    // Within the page: a reload would bring a new token with it.
    await page.evaluate((path) => {
      history.pushState(null, "", path);
      dispatchEvent(new PopStateEvent("popstate", { state: null }));
    }, `/events/${event.id}`);
    await waitUntilLive(page);
    assert(refused >= 2, `only ${refused} requests were refused: that is no storm`);
    assert.equal(refreshes, 1);
    await page.unroute("**/api/v1/**");
  });
  await page.context().close();
}
