// A mouse, a finger and a keyboard on the map, in a real browser: what they reach and what they pick.
import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";

const STADIUM = 50_000;
const HALL = 1_252;

export async function checkHands(browser, url, check) {
  await check("a click on a section from far comes closer and picks nothing", () =>
    far(browser, url),
  );
  await check("a mouse picks the seat that it points to, unless it is filtered away", () => {
    return mouse(browser, url);
  });
  await check("a finger comes closer until a seat is large enough", () => finger(browser, url));
  await check("arrow keys bring a seat into view, and Enter picks it", () => keys(browser, url));
  await check("a hidden page draws nothing, and all of it when it is seen again", () => {
    return hidden(browser, url);
  });
}

async function far(browser, url) {
  const { page, close } = await open(browser, url, STADIUM);
  assert.equal((await state(page)).view.lod, 0);
  const { x, y } = await place(page, 20_250);
  await page.mouse.click(x, y);
  await settled(page);
  const { view, picks } = await state(page);
  assert(view.lod >= 2, `level ${view.lod}`);
  assert.deepEqual(picks, []);
  await close();
}

async function mouse(browser, url) {
  const { page, close } = await open(browser, url, HALL);
  const { x, y } = await place(page, 700);
  await page.mouse.move(x, y);
  assert.equal((await state(page)).focus, 700);
  await page.mouse.click(x, y);
  assert.deepEqual((await state(page)).picks, [700]);
  await page.evaluate(() => window.bench.hall().engine.setDimmed((seat) => seat === 700));
  await settled(page);
  await page.mouse.click(x, y);
  assert.deepEqual((await state(page)).picks, [700]);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 80, y + 20, { steps: 4 });
  await page.mouse.up();
  await settled(page);
  assert.deepEqual((await state(page)).picks, [700]);
  const moved = await place(page, 700);
  assert(moved.x > x + 60, `dragged by ${moved.x - x}`);
  await close();
}

async function finger(browser, url) {
  const phone = { viewport: { width: 320, height: 480 }, hasTouch: true };
  const { page, close } = await open(browser, url, HALL, phone);
  for (let taps = 0; ; taps++) {
    assert(taps < 4, "it takes too many taps");
    const { x, y } = await place(page, 700);
    await page.touchscreen.tap(x, y);
    await settled(page);
    const { picks, view } = await state(page);
    if (picks.length === 0) continue;
    assert.deepEqual(picks, [700]);
    assert(view.scale * 25 >= 24, `picked at a pitch of ${view.scale * 25}`);
    break;
  }
  await close();
}

async function keys(browser, url) {
  const { page, close } = await open(browser, url, STADIUM);
  await page.locator("#base").focus();
  await page.keyboard.press("ArrowRight");
  await settled(page);
  const first = await state(page);
  assert(first.focus >= 0 && first.view.lod >= 2);
  await page.keyboard.press("End");
  await settled(page);
  const { focus } = await state(page);
  const { x, y } = await place(page, focus);
  assert(x > 0 && y > 0 && x < 1280 && y < 800, `${x}, ${y} is not in view`);
  await page.keyboard.press("Enter");
  assert.deepEqual((await state(page)).picks, [focus]);
  await page.keyboard.press("Escape");
  assert.equal((await state(page)).focus, -1);
  await close();
}

async function hidden(browser, url) {
  const { page, close } = await open(browser, url, HALL);
  const result = await page.evaluate(async () => {
    const { store } = window.bench.hall();
    const picture = () => document.getElementById("base").toDataURL();
    const show = (isHidden) => {
      Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
    const before = picture();
    show(true);
    const seq = store.cursor().seq + 1;
    const changes = Array.from({ length: 50 }, (_, at) => [600 + at, 3]);
    store.apply({ type: "delta", seq, ts_ms: 0, changes });
    await wait();
    const meanwhile = picture();
    show(false);
    await wait();
    return { still: meanwhile === before, drawn: picture() !== before };
  });
  assert.deepEqual(result, { still: true, drawn: true });
  await close();
}

// Steps

async function open(browser, url, seats, options) {
  const opened = await openPage(browser, url, options);
  await opened.page.evaluate((count) => window.bench.open(count), seats);
  return opened;
}

function state(page) {
  return page.evaluate(() => {
    const { view, picks, focus } = window.bench.hall();
    return { view: view(), picks, focus: focus() };
  });
}

function place(page, seat) {
  return page.evaluate((ordinal) => window.bench.hall().engine.positionOf(ordinal), seat);
}

/** Flights take a quarter of a second, throws a little longer. */
async function settled(page) {
  let [before, now] = ["", "-"];
  while (before !== now) {
    before = now;
    await page.waitForTimeout(320);
    now = JSON.stringify(await place(page, 0));
  }
}
