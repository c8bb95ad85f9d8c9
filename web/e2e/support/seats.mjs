// Steps on the event page, over the hook that the canvas leaves for tests (`window.frontrow`).
import assert from "node:assert/strict";

export async function signIn(page, { email, password }) {
  await page.getByTestId("sign-in-open").first().click();
  await fillSignIn(page, { email, password });
}

export async function fillSignIn(page, { email, password }) {
  await page.getByTestId("email").fill(email);
  await page.getByTestId("password").fill(password);
  await page.getByTestId("sign-in-submit").click();
  await page.getByTestId("account-menu").waitFor();
}

/** A page of somebody who is signed in already: the login travels as its cookie. */
export async function openAs(stage, account, options, url) {
  const page = await stage.openPage(url, options);
  const login = await page.request.post("/api/v1/auth/login", { data: account });
  assert(login.ok(), `signing ${account.email} in: ${login.status()}`);
  return page;
}

export async function openEvent(page, id) {
  await page.goto(`/events/${id}`);
  await waitUntilLive(page);
}

export async function waitUntilLive(page) {
  await page.locator('[data-testid="connection-state"][data-state="live"]').waitFor();
  await page.waitForFunction(() => window.frontrow?.loaded());
}

/** Free in all of these browsers, and alone in its place: real plans do stack seats. */
export async function freeSeat(...pages) {
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

export async function clickSeat(page, seat) {
  const { x, y } = await page.evaluate((id) => window.frontrow.seatScreenPosition(id), seat);
  await page.mouse.click(x, y);
}

export function waitForState(page, seat, state) {
  const isState = ([id, wanted]) => window.frontrow.seatState(id) === wanted;
  return page.waitForFunction(isState, [seat, state], { polling: 20 });
}

export function mine(page) {
  return page.evaluate(() => window.frontrow.mine());
}

export function waitForMine(page, seat, wanted) {
  const isMine = ([id, yes]) => window.frontrow.mine().includes(id) === yes;
  return page.waitForFunction(isMine, [seat, wanted], { polling: 20 });
}

/** What the page shows of every seat, for comparison with the server's word. */
export function states(page) {
  return page.evaluate(() => {
    const { seats, seatState } = window.frontrow;
    return Object.fromEntries(seats().map((seat) => [seat, seatState(seat)]));
  });
}

/** The server's word, from the public state: two bits a seat. */
export async function serverStates(api, eventId, seats) {
  const { states: packed } = await api.get(`/events/${eventId}/state`);
  const bytes = Buffer.from(packed, "base64");
  return Object.fromEntries(
    seats.map((seat, ordinal) => [seat, (bytes[ordinal >> 2] >> ((ordinal & 3) * 2)) & 3]),
  );
}
