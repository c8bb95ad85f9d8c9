// From a seat on the map to a ticket that opens the door: a card that is declined, one that is slow,
// a double click, the code read from the picture, and the door. On an event of its own.
import assert from "node:assert/strict";
import jsQR from "jsqr";
import { clickSeat, openAs, openEvent, waitForMine, waitForState } from "../support/seats.mjs";

const SEATS = ["3-4", "3-5"];

export async function checkout(stage, check) {
  const organizer = await stage.api(stage.people.organizer);
  const event = await organizer.createEvent();
  const buyer = await stage.newBuyer();
  const page = await openAs(stage, buyer.account);
  let codes = [];

  await check("seats go into the cart, and the cart is there in a second tab", async () => {
    await openEvent(page, event.id);
    for (const seat of SEATS) {
      await clickSeat(page, seat);
      await waitForMine(page, seat, true);
    }
    const second = await page.context().newPage();
    await openEvent(second, event.id);
    for (const seat of SEATS) await waitForMine(second, seat, true);
    await second.close();
  });

  await check("the checkout shows what the cart costs", async () => {
    await page.getByTestId("cart-checkout").first().click();
    await page.getByTestId("checkout-total").filter({ hasText: "€90.00" }).waitFor();
    await stage.shot(page, "checkout");
  });

  await check("a double click places one order", async () => {
    await page.getByTestId("checkout-place").dblclick();
    await page.waitForURL(/\/orders\//);
    await orderIs(page, "awaiting_payment");
    assert.equal((await buyer.get("/orders")).items.length, 1);
    await stage.shot(page, "payment");
  });

  await check("a declined card is explained, and the order keeps its seats", async () => {
    await payWith(page, "card_declined");
    await page
      .getByTestId("payment-problem")
      .filter({ hasText: /declined/i })
      .waitFor();
    await orderIs(page, "awaiting_payment");
    await stage.shot(page, "payment-declined");
  });

  await check("a slow card is waited for, and a reload does not lose the order", async () => {
    await payWith(page, "card_slow");
    await page.getByTestId("payment-waiting").waitFor();
    await page.reload();
    await orderIs(page, "confirmed", 20_000);
    await stage.shot(page, "order-confirmed");
    assert.equal((await buyer.get("/orders")).items.length, 1);
  });

  await check("the codes in the pictures are the codes of the tickets", async () => {
    await page.goto("/tickets");
    for (const seat of SEATS) await page.getByTestId(`ticket-${seat}`).first().waitFor();
    codes = (await buyer.get("/tickets")).items.map(({ code }) => code);
    assert.equal(codes.length, SEATS.length);
    const read = [];
    for (const seat of SEATS)
      read.push(await readPicture(page.getByTestId(`ticket-${seat}`).first()));
    assert.deepEqual(read.sort(), codes.slice().sort());
    await stage.shot(page, "tickets");
  });

  await checkIn(stage, check, () => codes[0]);

  await check("everybody sees the seats as sold", async () => {
    const watcher = await stage.openPage(stage.urls.at(-1));
    await openEvent(watcher, event.id);
    for (const seat of SEATS) await waitForState(watcher, seat, 2);
    await watcher.context().close();
  });
  await page.context().close();
}

async function checkIn(stage, check, code) {
  const door = await openAs(stage, stage.people.organizer);

  await check("the ticket opens the door, once", async () => {
    await door.goto("/check-in");
    await scan(door, code(), "admitted");
    await stage.shot(door, "check-in-admitted");
    // The page takes the very same code for one scan as long as it is held before the camera.
    await door.reload();
    await scan(door, code(), "already_used");
    await scan(door, "nonsense", "bad_code");
    await stage.shot(door, "check-in-refused");
  });
  await door.context().close();
}

async function scan(door, code, result) {
  await door.getByTestId("checkin-code").fill(code);
  await door.getByTestId("checkin-submit").click();
  await door.locator(`[data-testid="checkin-result"][data-result="${result}"]`).waitFor();
}

async function payWith(page, method) {
  await page.evaluate((id) => {
    // The less usual cards are behind a disclosure.
    document.querySelector(`[data-testid="${id}"]`)?.closest("details")?.setAttribute("open", "");
  }, `pay-card-${method}`);
  await page.getByTestId(`pay-card-${method}`).check({ force: true });
  await page.getByTestId("pay-submit").click();
}

function orderIs(page, status, timeout = 10_000) {
  return page
    .locator(`[data-testid="order-status"][data-status="${status}"]`)
    .first()
    .waitFor({ timeout });
}

/** Draws the ticket's picture as a screen would, and reads it as a scanner would. */
async function readPicture(ticket) {
  const picture = ticket
    .locator("img, svg")
    .and(ticket.page().locator('[data-testid="ticket-picture"]'));
  await picture.first().waitFor();
  const { data, size } = await picture.first().evaluate(async (element) => {
    const size = 600;
    const image = new Image();
    image.src =
      element instanceof HTMLImageElement
        ? element.src
        : `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(element))}`;
    await image.decode();
    const canvas = new OffscreenCanvas(size, size);
    const ink = canvas.getContext("2d");
    ink.fillStyle = "white";
    ink.fillRect(0, 0, size, size);
    ink.drawImage(image, 20, 20, size - 40, size - 40);
    return { data: Array.from(ink.getImageData(0, 0, size, size).data), size };
  });
  const found = jsQR(Uint8ClampedArray.from(data), size, size);
  assert(found, "there is no readable code in the picture");
  return found.data;
}
