// One wish, one key: over repetitions, reloads and lost answers, and no longer than that.
import { expect, it } from "vitest";
import { ApiProblem } from "../api/problem";
import { isFinal, type KeyStore, WishKeys, wishKeys } from "./wish-keys";

function tab(): KeyStore {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

function counter() {
  let next = 0;
  return () => `key-${++next}`;
}

it("repeats a wish under its key, also after a reload", () => {
  const store = tab();
  const key = new WishKeys(store, counter()).keyFor("order", { seats: ["A-1"] });
  const reloaded = new WishKeys(store, () => "another");
  expect(reloaded.keyFor("order", { seats: ["A-1"] })).toBe(key);
  expect(reloaded.pending("order")).toEqual({ seats: ["A-1"] });
});

it("takes a new key for another wish, and for the same one after the final word", () => {
  const keys = new WishKeys(tab(), counter());
  expect(keys.keyFor("pay", "card_declined")).toBe("key-1");
  expect(keys.keyFor("pay", "card_ok")).toBe("key-2");
  keys.settle("pay");
  expect(keys.pending("pay")).toBeUndefined();
  expect(keys.keyFor("pay", "card_ok")).toBe("key-3");
});

it("keeps the wishes of two orders apart", () => {
  const keys = new WishKeys(tab(), counter());
  keys.keyFor("pay 1", "card_ok");
  expect(keys.keyFor("pay 2", "card_ok")).toBe("key-2");
  keys.settle("pay 2");
  expect(keys.pending("pay 1")).toBe("card_ok");
});

it.each([
  [0, "network", false],
  [401, "unauthorized", false],
  [429, "rate_limited", false],
  [503, "unavailable", false],
  [409, "idempotency_in_flight", false],
  [402, "payment_declined", true],
  [409, "seats_lost", true],
  [422, "orphan_seats", true],
])("knows whether %i %s is the last word: %s", (status, code, final) => {
  expect(isFinal(new ApiProblem(status, code, ""))).toBe(final);
});

it("works where the browser keeps nothing, with keys that the server takes", () => {
  const key = wishKeys.keyFor("test", 1);
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(wishKeys.keyFor("test", 1)).toBe(key);
  wishKeys.settle("test");
});
