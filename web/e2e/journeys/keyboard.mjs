// A whole purchase without a pointer: only Tab, Enter, Space and arrows. If a step cannot be reached
// with Tab, it fails. On an event of its own.
import assert from "node:assert/strict";
import { openAs, waitForMine, waitUntilLive } from "../support/seats.mjs";

const SEAT = "2-3";
/** Further than this nobody presses Tab; a page that needs more is a page that does not work. */
const MOST_TABS = 80;

export async function keyboard(stage, check) {
  const organizer = await stage.api(stage.people.organizer);
  const event = await organizer.createEvent();
  const buyer = await stage.newBuyer();
  const page = await openAs(stage, buyer.account);

  await check("a seat is chosen from the list with the keyboard alone", async () => {
    await page.goto(`/events/${event.id}`);
    await waitUntilLive(page);
    await tabTo(page, '[data-testid="view-list"]');
    await page.keyboard.press("Enter");
    await page.getByTestId("list-all").waitFor();
    await openUntil(page, `[data-testid="list-seat-${SEAT}"]`);
    await tabTo(page, `[data-testid="list-seat-${SEAT}"]`);
    await page.keyboard.press("Enter");
    await waitForMine(page, SEAT, true);
    await focusIsVisible(page);
  });

  await check("the keyboard alone leads from the cart to the tickets", async () => {
    await tabTo(page, '[data-testid="cart-checkout"]');
    await page.keyboard.press("Enter");
    await page.getByTestId("checkout-place").waitFor();
    await tabTo(page, '[data-testid="checkout-place"]');
    await page.keyboard.press("Enter");
    await page
      .locator('[data-testid="order-status"][data-status="awaiting_payment"]')
      .first()
      .waitFor();
    await tabTo(page, '[name][type="radio"]');
    await page.keyboard.press("Space");
    await tabTo(page, '[data-testid="pay-submit"]');
    await page.keyboard.press("Enter");
    await page
      .locator('[data-testid="order-status"][data-status="confirmed"]')
      .first()
      .waitFor({ timeout: 20_000 });
    const { items } = await buyer.get("/tickets");
    assert.deepEqual(
      items.map(({ seat }) => seat),
      [SEAT],
    );
  });

  await check("arrows and Enter hold a seat on the map itself", async () => {
    await page.goto(`/events/${event.id}`);
    await waitUntilLive(page);
    await tabTo(page, '[data-testid="seat-map"]');
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.frontrow.mine().length === 1);
  });
  await page.context().close();
}

async function tabTo(page, selector) {
  for (let pressed = 0; pressed < MOST_TABS; pressed++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} cannot be reached with Tab`);
}

/** Opens one disclosure of the list after the other, as a reader would, until the seat is there. */
async function openUntil(page, selector) {
  const isThere = () => page.locator(selector).first().isVisible();
  for (let pressed = 0; pressed < MOST_TABS && !(await isThere()); pressed++) {
    await page.keyboard.press("Tab");
    const closed = await page.evaluate(() => {
      const now = document.activeElement;
      const list = now?.closest('[data-testid="seat-list"]');
      if (!list) return false;
      const isSummary = now.matches("summary") && !now.parentElement.open;
      return isSummary || now.getAttribute("aria-expanded") === "false";
    });
    if (closed) await page.keyboard.press("Enter");
  }
  assert(await isThere(), `${selector} did not appear`);
}

async function focusIsVisible(page) {
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "the focus cannot be seen");
}
