// What a refused order means for the cart on the screen, and in which words.
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import type { Cart } from "../../lib/api/types";
import {
  cartProblem,
  lostSeats,
  lostWords,
  orphanWords,
  reachedCap,
  soonestMs,
} from "./cart-problem";

const eur = (amount: number) => ({ amount, currency: "EUR" });

function cart(...names: string[]): Cart {
  const seats = names.map((seat) => ({
    seat,
    category: "Stalls",
    price: eur(100),
    current_price: eur(100),
    expires_in_ms: 1,
  }));
  return { event_id: "1", seats, total: eur(100 * names.length), orphans: [] };
}

const refusal = (code: string, fields = {}) => new ApiProblem(409, code, "the detail", fields);

describe("a refused order", () => {
  it("names both totals when the price has changed", () => {
    const problem = cartProblem(refusal("price_changed", { total: eur(120) }), cart("A-1"));
    expect(problem).toEqual({ kind: "price", before: eur(100), now: eur(120) });
  });

  it("names the seats that are lost or left alone", () => {
    expect(cartProblem(refusal("seats_lost", { seats: ["A-1"] }))).toEqual({
      kind: "lost",
      seats: ["A-1"],
    });
    expect(cartProblem(refusal("orphan_seats", { seats: ["A-3"] }))).toEqual({
      kind: "orphans",
      seats: ["A-3"],
    });
  });

  it("takes an empty cart for the loss of all that was on the screen", () => {
    const problem = cartProblem(refusal("empty_cart"), cart("A-1", "A-2"));
    expect(problem).toEqual({ kind: "lost", seats: ["A-1", "A-2"] });
  });

  it("has words for everything else, and for answers that are not as they should be", () => {
    expect(cartProblem(refusal("not_on_sale"))).toMatchObject({ kind: "words" });
    expect(cartProblem(refusal("price_changed", { total: "120" }), cart("A-1"))).toEqual({
      kind: "words",
      text: "The detail.",
    });
    expect(cartProblem(refusal("seats_lost", { seats: "A-1" }))).toEqual({
      kind: "lost",
      seats: [],
    });
  });
});

describe("the sums about a cart", () => {
  it("finds what was lost between two readings", () => {
    expect(lostSeats(cart("A-1", "A-2"), cart("A-2"))).toEqual(["A-1"]);
    expect(lostSeats(undefined, cart("A-2"))).toEqual([]);
  });

  it("knows the soonest end, and the server's cap", () => {
    const seats = [
      { seat: "A-1", expires_in_ms: 9_000 },
      { seat: "A-2", expires_in_ms: 5_000 },
    ];
    expect(soonestMs(seats)).toBe(5_000);
    expect(soonestMs([])).toBeUndefined();
    expect(reachedCap(seats, 5_500)).toBe(false);
    expect(reachedCap(seats, 9_000)).toBe(true);
    expect(reachedCap([], 9_000)).toBe(false);
  });

  it("speaks of one seat and of several", () => {
    expect(lostWords(["A-1"])).toContain("A-1 is not yours any more");
    expect(lostWords(["A-1", "A-2"])).toContain("A-1 and A-2 are not yours any more");
    expect(lostWords([])).toContain("Some of your seats");
    expect(orphanWords(["A-3"])).toContain("seat A-3 alone");
    expect(orphanWords(["A-3", "B-1"])).toContain("seats A-3 and B-1 alone");
  });
});
