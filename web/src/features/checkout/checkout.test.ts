// From the cart to the order against a fake server and a fake clock: one order for one wish, nothing
// bought that was not on the screen, losses named.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import { ApiProblem } from "../../lib/api/problem";
import type { Cart } from "../../lib/api/types";
import { wishKeys as keys } from "../../lib/purchase/wish-keys";
import { Checkout } from "./checkout";

const MINUTE_MS = 60_000;
const eur = (amount: number) => ({ amount, currency: "EUR" });

function cartOf(seats: Record<string, number>, price = 100): Cart {
  const held = Object.entries(seats).map(([seat, expires_in_ms]) => ({
    seat,
    category: "Stalls",
    price: eur(price),
    current_price: eur(price),
    expires_in_ms,
  }));
  return { event_id: "e1", seats: held, total: eur(price * held.length), orphans: [] };
}

const get = vi.fn<(path: string, params?: object) => Promise<unknown>>();
const post = vi.fn<(path: string, body?: object, key?: string) => Promise<unknown>>();
const api = { get, post } as unknown as ApiClient;
let cart: Cart;
let checkout: Checkout;

beforeEach(() => {
  vi.useFakeTimers();
  cart = cartOf({ "A-1": 10 * MINUTE_MS, "A-2": 2 * MINUTE_MS });
  get.mockReset().mockImplementation(async (path) => (path === "/cart" ? cart : { items: [] }));
  post.mockReset().mockResolvedValue({ id: "o1" });
  checkout = new Checkout({ api, keys, eventId: "e1" });
});
afterEach(() => {
  checkout.stop();
  keys.settle("order e1");
  vi.useRealTimers();
});

const ordered = () => post.mock.calls.filter(([path]) => path === "/orders");

it("orders what is on the screen, once for a double click", async () => {
  await checkout.start();
  await Promise.all([checkout.place(), checkout.place()]);
  expect(ordered()).toHaveLength(1);
  expect(ordered()[0]?.[1]).toEqual({ event_id: "e1", seats: ["A-1", "A-2"], total: 200 });
  expect(checkout.getSnapshot().placed).toBe("o1");
});

it("asks again under the same key after a lost answer, after a reload too", async () => {
  post.mockRejectedValueOnce(new ApiProblem(0, "network", ""));
  await checkout.start();
  await checkout.place();
  expect(checkout.getSnapshot()).toMatchObject({ problem: { kind: "words" } });
  expect(checkout.getSnapshot().busy).toBeUndefined();
  const reloaded = new Checkout({ api, keys, eventId: "e1" });
  await reloaded.load();
  await reloaded.place();
  expect(ordered()[1]).toEqual(ordered()[0]);
  expect(reloaded.getSnapshot().placed).toBe("o1");
});

it("shows a new price with the cart it belongs to, and orders only when asked again", async () => {
  await checkout.start();
  cart = cartOf({ "A-1": MINUTE_MS, "A-2": MINUTE_MS }, 120);
  post.mockRejectedValueOnce(new ApiProblem(409, "price_changed", "", { total: eur(240) }));
  await checkout.place();
  const { problem, cart: shown } = checkout.getSnapshot();
  expect(problem).toEqual({ kind: "price", before: eur(200), now: eur(240) });
  expect(shown?.total).toEqual(eur(240));
  expect(ordered()).toHaveLength(1);
  await checkout.place();
  expect(ordered()[1]?.[1]).toMatchObject({ total: 240 });
  expect(ordered()[1]?.[2]).not.toBe(ordered()[0]?.[2]);
});

it("names lost seats and goes on with the rest", async () => {
  await checkout.start();
  cart = cartOf({ "A-1": MINUTE_MS });
  post.mockRejectedValueOnce(new ApiProblem(409, "seats_lost", "", { seats: ["A-2"] }));
  await checkout.place();
  expect(checkout.getSnapshot().problem).toEqual({ kind: "lost", seats: ["A-2"] });
  checkout.acknowledge();
  await checkout.place();
  expect(ordered()[1]?.[1]).toMatchObject({ seats: ["A-1"], total: 100 });
});

it("asks the server when the first seat's time is over, and not before", async () => {
  await checkout.start();
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS - 1);
  expect(get).toHaveBeenCalledOnce();
  cart = cartOf({ "A-1": 8 * MINUTE_MS });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(checkout.getSnapshot().problem).toEqual({ kind: "lost", seats: ["A-2"] });
});

it("stops asking once the page is left", async () => {
  await checkout.start();
  checkout.stop();
  await vi.advanceTimersByTimeAsync(30 * MINUTE_MS);
  expect(get).toHaveBeenCalledOnce();
});

it("keeps the seats longer, and says when that is all", async () => {
  await checkout.start();
  const extended = (ms: number) => ({
    seats: ["A-1", "A-2"].map((seat) => ({ seat, expires_in_ms: ms })),
  });
  post.mockResolvedValueOnce(extended(10 * MINUTE_MS));
  await checkout.extend(10 * MINUTE_MS);
  expect(checkout.getSnapshot().capped).toBe(false);
  expect(checkout.getSnapshot().expiresAt).toBe(performance.now() + 10 * MINUTE_MS);
  post.mockResolvedValueOnce(extended(3 * MINUTE_MS));
  await checkout.extend(10 * MINUTE_MS);
  expect(checkout.getSnapshot().capped).toBe(true);
});

it("finds the order that a reload has left behind", async () => {
  cart = cartOf({});
  get.mockImplementation(async (path) =>
    path === "/cart"
      ? cart
      : {
          items: [
            { id: "other", event_id: "e2" },
            { id: "o9", event_id: "e1" },
          ],
        },
  );
  await checkout.start();
  expect(checkout.getSnapshot().openOrder).toBe("o9");
  expect(get.mock.calls[1]).toEqual(["/orders", { status: "awaiting_payment" }, undefined]);
});
