// The reader of the cart on a moved time: one request for a choice that has settled, and no answer
// that belongs to another choice.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Cart } from "../../lib/api/types";
import { CartReader } from "./cart-reader";

const ORDINALS = new Map([
  ["A-1", 0],
  ["A-2", 1],
  ["A-3", 2],
]);
const euros = (amount: number) => ({ amount, currency: "EUR" });
let answer: (cart: Cart) => void;
let fail: (error: Error) => void;
const read = vi.fn(
  () => new Promise<Cart>((resolve, reject) => ([answer, fail] = [resolve, reject])),
);
let reader: CartReader;

const seats = (...names: string[]) => names.map((seat) => ({ seat }));
const cartOf = (seat: string, orphans: string[] = []) =>
  ({ seats: [{ seat, price: euros(5) }], orphans }) as unknown as Cart;

beforeEach(() => {
  vi.useFakeTimers();
  read.mockClear();
  reader = new CartReader({ read, ordinalOf: (seat) => ORDINALS.get(seat) });
});

afterEach(() => {
  reader.stop();
  vi.useRealTimers();
});

it("asks once for a choice that has settled", async () => {
  reader.follow(seats("A-1"));
  vi.advanceTimersByTime(300);
  reader.follow(seats("A-1", "A-3"));
  reader.follow(seats("A-1", "A-3"));
  await vi.advanceTimersByTimeAsync(500);
  expect(read).toHaveBeenCalledOnce();
  answer(cartOf("A-1", ["A-2", "unknown"]));
  await vi.advanceTimersByTimeAsync(0);
  expect(reader.getSnapshot().orphans).toEqual([1]);
  expect(reader.getSnapshot().prices.get("A-1")).toEqual(euros(5));
});

it("forgets an answer for another choice, and a hint about it", async () => {
  reader.follow(seats("A-1"));
  await vi.advanceTimersByTimeAsync(500);
  reader.follow(seats("A-2"));
  answer(cartOf("A-1", ["A-3"]));
  await vi.advanceTimersByTimeAsync(0);
  expect(reader.getSnapshot().orphans).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  answer(cartOf("A-2", ["A-3"]));
  await vi.advanceTimersByTimeAsync(0);
  expect(reader.getSnapshot().orphans).toEqual([2]);
  reader.follow(seats("A-2", "A-3"));
  expect(reader.getSnapshot().orphans).toEqual([]);
});

it("asks for nothing when nothing is mine, and survives a failure", async () => {
  reader.follow(seats("A-1"));
  await vi.advanceTimersByTimeAsync(500);
  fail(new Error("offline"));
  await vi.advanceTimersByTimeAsync(0);
  reader.follow([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(read).toHaveBeenCalledOnce();
  expect(reader.getSnapshot().prices.size).toBe(0);
});
