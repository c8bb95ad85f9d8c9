// What is said about the cart: seats that left it, seats that were kept longer, refusals.
import { describe, expect, it } from "vitest";
import type { MySeat } from "../../lib/live/seat-store";
import { firstDeadline, hasOwnTime } from "./cart-times";
import { departures } from "./departures";
import { extension } from "./extension";
import { asksForSignIn, expiredText, refusalText } from "./refusal-text";

const seat = (ordinal: number, expiresAt: number): MySeat => ({
  seat: `s${ordinal}`,
  ordinal,
  expiresAt,
});

describe("seats that left the cart", () => {
  const before = [seat(0, 1_000), seat(1, 90_000), seat(2, 90_000), seat(3, 90_000)];
  const change = { before, after: [], lost: [], lookBefore: () => "mine" as const, nowMs: 1_100 };

  it("had no time left, or went for another reason", () => {
    expect(departures(change)).toEqual({ expired: [0], gone: [1, 2, 3] });
  });

  it("are not mentioned when I gave them back, or when the server says it lost them", () => {
    const lookBefore = (ordinal: number) => (ordinal === 1 ? "releasing" : "mine");
    const after = [seat(3, 90_000)];
    expect(departures({ ...change, lookBefore, lost: ["s2"], after })).toEqual({
      expired: [0],
      gone: [],
    });
  });

  it("are named", () => {
    expect(expiredText(["Row 1, seat 2"])).toContain("Row 1, seat 2. The seat is free");
    expect(expiredText(["a", "b"])).toContain("a; b. The seats are free");
  });
});

describe("keeping seats longer", () => {
  it("says for how long", () => {
    expect(extension([600_000, 599_500], 600_000)).toEqual({
      text: "Your seats are kept for another 10 minutes.",
      capped: false,
    });
  });

  it("says when the limit was reached, for one seat or for all", () => {
    expect(extension([200_000, 600_000], 600_000)).toMatchObject({ capped: false });
    expect(extension([200_000, 600_000], 600_000).text).toContain("3 minutes");
    expect(extension([200_000, 210_000], 600_000)).toMatchObject({ capped: true });
    expect(extension([200_000], 600_000).text).toContain("limit");
  });
});

it("shows a time of its own only for a seat that was taken later", () => {
  const mine = [seat(0, 10_000), seat(1, 11_500), seat(2, 70_000)];
  expect(firstDeadline(mine)).toBe(10_000);
  expect(mine.map((each) => hasOwnTime(each, 10_000))).toEqual([false, false, true]);
  expect(firstDeadline([])).toBeUndefined();
});

it("never shows a code, and sends strangers to the sign-in", () => {
  const codes = ["seat_taken", "seat_limit", "not_held", "recovering", "timeout", "something_new"];
  for (const code of codes) expect(refusalText({ code }, "Row 1, seat 2", 8)).not.toContain("_");
  expect(asksForSignIn({ code: "unauthorized" })).toBe(true);
  expect(asksForSignIn({ code: "seat_taken", status: 409 })).toBe(false);
});
