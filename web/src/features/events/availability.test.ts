// The words for what is left.
import { expect, it } from "vitest";
import { availability, lowestPrice } from "./availability";

const of = (available: number, held: number, total = 200) =>
  availability({ seats_total: total, counts: { available, held, sold: 0, blocked: 0 } });

it("says how many are free", () => {
  expect(of(1_000, 5, 1_252)).toEqual({
    words: "1,000 of 1,252 free",
    mark: undefined,
    freeShare: 1_000 / 1_252,
  });
});

it("marks a tenth, or ten seats, as few", () => {
  expect(of(20, 0).mark).toBe("few_left");
  expect(of(21, 0).mark).toBeUndefined();
  expect(of(10, 0, 20).mark).toBe("few_left");
});

it("is sold out only when nothing can come back", () => {
  expect(of(0, 0).mark).toBe("sold_out");
  expect(of(0, 3)).toMatchObject({ mark: "few_left", words: "All taken, 3 may come back" });
});

it("does not guess while the counts are not known", () => {
  const unknown = availability({ seats_total: 1_252, counts: null });
  expect(unknown).toEqual({ words: "1,252 seats", mark: undefined, freeShare: undefined });
});

it("finds the lowest price", () => {
  expect(lowestPrice({ prices: { a: 900, b: 250 }, currency: "EUR" })?.amount).toBe(250);
  expect(lowestPrice({ prices: {}, currency: "EUR" })).toBeUndefined();
});
