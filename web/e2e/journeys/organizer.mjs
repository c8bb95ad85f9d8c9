// Somebody who runs an event: from a plan in a file to seats on sale, then the live dashboard, on
// which a hold appears and is released. Each on an event of its own.
import assert from "node:assert/strict";
import { clickSeat, openAs, openEvent, waitForMine, waitForState } from "../support/seats.mjs";
import { smallHall } from "../support/small-hall.mjs";

const SEEN_WITHIN_MS = 1_000;

export async function organizer(stage, check) {
  const api = await stage.api(stage.people.organizer);
  await wizard(stage, check, api);
  await dashboard(stage, check, api);
  await orders(stage, check, api);
  await people(stage, check);
}

async function wizard(stage, check, api) {
  const page = await openAs(stage, stage.people.organizer, {
    viewport: { width: 1280, height: 900 },
  });
  const name = `From a file ${Date.now()}`;

  await check("a plan in a file becomes an event on sale", async () => {
    await page.goto("/organizer/new");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Venue", { exact: true }).fill("The small hall");
    await page.getByLabel(/^Starts/).fill("2027-10-01T20:00");
    await stage.shot(page, "wizard-details");
    await page.getByTestId("wizard-next").click();
    await page.getByTestId("plan-file").setInputFiles({
      name: "hall.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(smallHall(6, 10))),
    });
    await page
      .getByText(/60 seats/)
      .first()
      .waitFor();
    await stage.shot(page, "wizard-seats");
    await page.getByTestId("wizard-next").click();
    const prices = page.locator('main input[inputmode="decimal"]');
    await prices.nth(1).waitFor();
    for (const price of await prices.all()) await price.fill("12.50");
    await stage.shot(page, "wizard-prices");
    await page.getByTestId("wizard-next").click();
    await page.getByTestId("wizard-next").click();
    await stage.shot(page, "wizard-review");
    await page.getByTestId("wizard-create").click();
    await page.getByTestId("put-on-sale").click({ timeout: 30_000 });
    const event = await waitForEvent(api, name);
    assert.equal(event.seats_total, 60);
    assert.deepEqual(Object.values(event.prices), [1250, 1250]);
  });
  await page.context().close();
}

async function waitForEvent(api, name) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { items } = await api.get(`/events?mine=true&q=${encodeURIComponent(name)}`);
    if (items[0]?.status === "on_sale") return items[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} did not come on sale`);
}

async function dashboard(stage, check, api) {
  const event = await api.createEvent();
  const buyer = await stage.newBuyer();
  const shop = await openAs(stage, buyer.account, undefined, stage.urls.at(-1));
  const desk = await openAs(stage, stage.people.organizer, {
    viewport: { width: 1440, height: 1000 },
  });

  await check("an organizer sees a hold within a second of the buyer's click", async () => {
    await desk.goto(`/organizer/events/${event.id}`);
    await desk.locator('[data-testid="dash-state"][data-state="live"]').waitFor();
    await openEvent(shop, event.id);
    const started = performance.now();
    await clickSeat(shop, "2-6");
    await desk.getByTestId("hold-row-2-6").waitFor();
    const took = performance.now() - started;
    assert(took < SEEN_WITHIN_MS, `it took ${Math.round(took)} ms`);
    await desk.getByTestId("kpi-held").filter({ hasText: "1" }).waitFor();
    await stage.shot(desk, "dashboard");
  });

  await check("the organizer releases the hold, and the buyer sees it go", async () => {
    await waitForMine(shop, "2-6", true);
    await desk.getByTestId("hold-release-2-6").click();
    await desk.getByTestId("action-reason").fill("the guest asked for it");
    await desk.getByTestId("action-confirm").click();
    await waitForMine(shop, "2-6", false);
    await waitForState(shop, "2-6", 0);
    await desk.getByTestId("hold-row-2-6").waitFor({ state: "detached" });
    const { items } = await api.get(`/admin/events/${event.id}/log`);
    assert(items.some(({ reason }) => reason === "the guest asked for it"));
  });

  await check("an order appears in the numbers as sold", async () => {
    await buyer.buy(event.id, ["1-1", "1-2"]);
    await desk.getByTestId("kpi-sold").filter({ hasText: "2" }).waitFor();
    await desk.getByTestId("kpi-revenue").filter({ hasText: "90" }).waitFor();
  });
  await shop.context().close();
  await desk.context().close();
}

async function orders(stage, check, api) {
  const event = await api.createEvent();
  const buyer = await stage.newBuyer();
  const order = await buyer.buy(event.id, ["3-1"]);
  const page = await openAs(stage, stage.people.organizer);

  await check("an order is refunded with a reason, and its seat is free again", async () => {
    await page.goto(`/organizer/events/${event.id}/orders`);
    await page.getByTestId(`order-row-${order.id}`).locator("summary").click();
    await stage.shot(page, "organizer-orders");
    await page.getByTestId(`order-refund-${order.id}`).click();
    await page.locator("dialog[open] textarea").fill("rain");
    await page.getByTestId("refund-confirm").click();
    await page
      .getByTestId(`order-row-${order.id}`)
      .filter({ hasText: /refunded/i })
      .waitFor();
    assert.equal((await buyer.get(`/orders/${order.id}`)).status, "refunded");
    assert.equal((await buyer.get(`/events/${event.id}`)).counts.sold, 0);
  });
  await page.context().close();
}

async function people(stage, check) {
  const someone = await stage.newBuyer();
  const admin = await openAs(stage, stage.people.admin);
  const { email } = someone.account;

  await check("an administrator finds somebody", async () => {
    await admin.goto("/organizer/people");
    await admin.getByRole("searchbox").first().fill(email);
    await admin.getByTestId(`user-row-${email}`).waitFor();
    await stage.shot(admin, "people");
  });
  await check("an administrator bans somebody, who cannot sign in until it is lifted", async () => {
    const row = admin.getByTestId(`user-row-${email}`);
    const chip = row.getByText("Banned", { exact: true });
    const signIn = async () => {
      const visitor = await stage.openPage();
      const answer = await visitor.request.post("/api/v1/auth/login", { data: someone.account });
      await visitor.context().close();
      return answer.status();
    };
    await row.getByTestId("ban-open").click();
    await admin.getByLabel("Reason").fill("sells tickets twice");
    await admin.getByTestId("ban-confirm").click();
    await chip.waitFor();
    assert.equal(await signIn(), 403);
    await row.getByTestId("ban-open").click();
    await admin.getByTestId("ban-confirm").click();
    await chip.waitFor({ state: "detached" });
    assert.equal(await signIn(), 200);
  });
  await admin.context().close();
}
