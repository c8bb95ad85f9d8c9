// Every page of the product against axe's rules for WCAG 2.2 AA, in light and dark, on a desktop and
// on a narrow phone, where nothing may be wider than the screen either.
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { openAs, waitUntilLive } from "../support/seats.mjs";
import { DESKTOP, NARROW } from "../support/stage.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export async function accessibility(stage, check) {
  const rooms = await prepare(stage);
  const totals = { pages: 0, rules: 0, violations: 0 };
  const visits = Object.entries({ desktop: DESKTOP, narrow: NARROW }).map(
    async ([size, options]) => {
      for (const colorScheme of ["light", "dark"]) {
        const look = { ...options, colorScheme };
        await visitAll(stage, check, look, `${size}, ${colorScheme}`, rooms, totals);
      }
    },
  );
  await Promise.all(visits);
  console.log(
    `axe: ${totals.pages} views of ${rooms.length} pages, ${totals.rules} rules passed, ${totals.violations} violations`,
  );
}

async function prepare(stage) {
  const organizer = await stage.api(stage.people.organizer);
  // Names come from people: this one has no place to break, and no page may grow with it.
  const event = await organizer.createEvent({
    name: `Donaudampfschiffahrts${"gesellschafts".repeat(6)}konzert`,
    venue: `Rindfleisch${"etikettierungs".repeat(6)}halle`,
  });
  const buyer = await stage.newBuyer();
  const paid = await buyer.buy(event.id, ["1-1"]);
  await buyer.post(`/events/${event.id}/holds`, { seats: ["2-1"] });
  const other = await stage.newBuyer();
  await other.post(`/events/${event.id}/holds`, { seats: ["4-4"] });
  const open = await other.post("/orders", { event_id: event.id }, `axe-${event.id}`);
  const { admin } = stage.people;
  return [
    { name: "event list", path: "/?status=on_sale", ready: 'main a[href^="/events/"]' },
    { name: "seat map", path: `/events/${event.id}`, as: buyer.account, ready: waitUntilLive },
    { name: "seat list", path: `/events/${event.id}`, as: buyer.account, ready: openList },
    { name: "sign-in", path: "/", ready: openSignIn },
    { name: "forgotten password", path: "/forgot-password" },
    { name: "new password", path: "/reset-password#token=nonsense" },
    { name: "e-mail verification", path: "/verify-email" },
    {
      name: "checkout",
      path: `/events/${event.id}/checkout`,
      as: buyer.account,
      ready: '[data-testid="checkout-place"]',
    },
    {
      name: "payment",
      path: `/orders/${open.id}`,
      as: other.account,
      ready: '[data-testid="pay-submit"]',
    },
    {
      name: "order",
      path: `/orders/${paid.id}`,
      as: buyer.account,
      ready: '[data-testid="order-status"]',
    },
    { name: "orders", path: "/orders", as: buyer.account, ready: 'a[href^="/orders/"]' },
    { name: "tickets", path: "/tickets", as: buyer.account, ready: '[data-testid^="ticket-"]' },
    { name: "check-in", path: "/check-in", as: admin, ready: '[data-testid="checkin-code"]' },
    { name: "my events", path: "/organizer", as: admin, ready: '[data-testid^="event-row-"]' },
    { name: "wizard", path: "/organizer/new", as: admin, ready: '[data-testid="wizard-next"]' },
    { name: "people", path: "/organizer/people", as: admin, ready: '[data-testid^="user-row-"]' },
    {
      name: "dashboard",
      path: `/organizer/events/${event.id}`,
      as: admin,
      ready: '[data-testid="dash-state"][data-state="live"]',
    },
    {
      name: "orders of an event",
      path: `/organizer/events/${event.id}/orders`,
      as: admin,
      ready: '[data-testid^="order-row-"]',
    },
    { name: "settings", path: `/organizer/events/${event.id}/settings`, as: admin },
    { name: "log", path: `/organizer/events/${event.id}/log`, as: admin },
    { name: "an unknown address", path: "/nowhere" },
  ];
}

async function visitAll(stage, check, options, size, rooms, totals) {
  const pages = new Map();
  for (const room of rooms) {
    await check(`axe, ${room.name}, ${size}`, async () => {
      const who = room.as?.email ?? "";
      if (!pages.has(who)) {
        pages.set(
          who,
          room.as
            ? await openAs(stage, room.as, options)
            : await stage.openPage(undefined, options),
        );
      }
      await visit(pages.get(who), room, options, totals);
    });
  }
  for (const page of pages.values()) await page.context().close();
}

async function visit(page, { path, ready = "main h1" }, { viewport }, totals) {
  // A fragment alone would not load the page again.
  await page.goto("about:blank");
  await page.goto(path);
  if (typeof ready === "function") await ready(page);
  else await page.locator(ready).first().waitFor();
  const { violations, passes } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  totals.pages += 1;
  totals.rules += passes.length;
  totals.violations += violations.length;
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join("; ")}`,
  );
  assert.deepEqual(found, []);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(width <= viewport.width, `the page is ${width} pixels wide`);
}

async function openList(page) {
  await waitUntilLive(page);
  await page.getByTestId("view-list").click();
  await page.getByTestId("seat-list").waitFor();
}

async function openSignIn(page) {
  await page.getByTestId("sign-in-open").first().click();
  await page.getByTestId("sign-in-submit").waitFor();
}
