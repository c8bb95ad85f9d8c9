// Pictures of the main screens for people: `web/screenshots/`, in light, in dark and on a phone.
// Takes the demo event of a running stack and brings it to life first: buyers hold and buy seats.
// Same variables as `run.mjs`. Asserts nothing; somebody looks at them.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { clickSeat, freeSeat, openAs, waitForMine, waitUntilLive } from "./support/seats.mjs";
import { smallHall } from "./support/small-hall.mjs";
import { DESKTOP, openStage, PHONE } from "./support/stage.mjs";

const OUT = process.argv[2] ?? new URL("../screenshots", import.meta.url).pathname;
const LOOKS = {
  light: { ...DESKTOP, colorScheme: "light" },
  dark: { ...DESKTOP, colorScheme: "dark" },
  phone: { ...PHONE, colorScheme: "light" },
};
/** Guests, and how many seats in a row each takes. */
const GUESTS = 40;
const PARTY = 4;

await mkdir(OUT, { recursive: true });
const stage = await openStage();
try {
  const event = await demoEvent();
  await bringToLife(event);
  for (const [look, options] of Object.entries(LOOKS)) await takeAll(event, look, options);
} finally {
  await stage.close();
}

async function demoEvent() {
  const organizer = await stage.api(stage.people.organizer);
  const { items } = await organizer.get("/events?status=on_sale&q=Handball");
  if (!items[0]) throw new Error("the demo event is not there");
  return items[0];
}

/** Some seats held, more of them sold, all over the hall. */
async function bringToLife(event) {
  if (event.counts.sold > 100) return;
  for (let guest = 0; guest < GUESTS; guest++) {
    const buyer = await stage.newBuyer();
    const quantity = 1 + (guest % PARTY);
    const category = Object.keys(event.prices)[guest % Object.keys(event.prices).length];
    const best = `/events/${event.id}/holds/best-available`;
    const { status } = await buyer.ask("POST", best, { quantity, category });
    if (status !== 201 || guest % 3 === 0) continue;
    const order = await buyer.post("/orders", { event_id: event.id }, randomUUID());
    const paid = { method: "card_ok" };
    await buyer.post(`/payments/${order.payment.id}/confirm`, paid, randomUUID());
  }
}

async function takeAll(event, look, options) {
  const buyer = await stage.newBuyer();
  const page = await openAs(stage, buyer.account, options);
  const shot = (on, name) =>
    on.screenshot({ path: join(OUT, `${name}-${look}.jpg`), type: "jpeg", quality: 80 });

  await page.goto("/");
  await page.locator('main a[href^="/events/"]').first().waitFor();
  await shot(page, "events");

  await page.goto(`/events/${event.id}`);
  await waitUntilLive(page);
  await shot(page, "map");
  for (let seat = 0; seat < 2; seat++) await holdOne(page, buyer, event, look);
  await page.mouse.move(1, 1);
  await page.waitForTimeout(600);
  if (look === "phone")
    await page
      .getByTestId("cart-open")
      .click({ timeout: 2_000 })
      .catch(() => {});
  await shot(page, "cart");

  await page.goto(`/events/${event.id}/checkout`);
  await page.getByTestId("checkout-place").waitFor();
  await shot(page, "checkout");
  await page.getByTestId("checkout-place").click();
  await page.getByTestId("pay-submit").waitFor();
  await shot(page, "payment");
  await page.getByTestId("pay-card-card_ok").check({ force: true });
  await page.getByTestId("pay-submit").click();
  await page.locator('[data-testid="order-status"][data-status="confirmed"]').first().waitFor();
  await page.goto("/tickets");
  await page.getByTestId("ticket-picture").first().waitFor();
  await page.waitForTimeout(300);
  await shot(page, "tickets");
  await page.context().close();

  await takeOrganizers(event, look, options, shot);
}

/** On a phone a seat is too small for a finger until the map is close enough: there over the API. */
async function holdOne(page, buyer, event, look) {
  const seat = await freeSeat(page);
  if (look === "phone") await buyer.post(`/events/${event.id}/holds`, { seats: [seat] });
  else await clickSeat(page, seat);
  await waitForMine(page, seat, true);
}

async function takeOrganizers(event, look, options, shot) {
  const desk = await openAs(stage, stage.people.organizer, {
    ...options,
    ...(look !== "phone" && { viewport: { width: 1440, height: 1000 } }),
  });
  await desk.goto(`/organizer/events/${event.id}`);
  await desk.locator('[data-testid="dash-state"][data-state="live"]').waitFor();
  await desk.waitForTimeout(4_000);
  await shot(desk, "dashboard");

  await desk.goto("/organizer/new");
  await desk.getByLabel("Name", { exact: true }).fill("Chamber music");
  await desk.getByLabel("Venue", { exact: true }).fill("The small hall");
  await desk.getByLabel(/^Starts/).fill("2027-10-01T20:00");
  await desk.getByTestId("wizard-next").click();
  await desk.getByTestId("plan-file").setInputFiles({
    name: "hall.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(smallHall(12, 24))),
  });
  await desk
    .getByText(/288 seats/)
    .first()
    .waitFor();
  await desk.waitForTimeout(300);
  await shot(desk, "wizard");

  await desk.goto("/check-in");
  await desk.getByTestId("checkin-code").waitFor();
  await shot(desk, "check-in");
  await desk.context().close();
}
