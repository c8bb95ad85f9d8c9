// Which seats a filter lets through.
import { describe, expect, it } from "vitest";
import { isFiltering, NO_FILTERS, readAmount, seatTest, toggleCategory } from "./filters";
import { ordinal, smallHall } from "./small-hall.fixture";

const hall = smallHall();
const passing = (filters: Partial<typeof NO_FILTERS>) => {
  const passes = seatTest({ ...NO_FILTERS, ...filters }, hall);
  return hall.plan.seats.filter((_, index) => passes?.(index) ?? true).map(({ seat }) => seat);
};

describe("a filter", () => {
  it("asks nothing of a seat while there is nothing to ask", () => {
    expect(seatTest(NO_FILTERS, hall)).toBeUndefined();
    expect(isFiltering(toggleCategory(NO_FILTERS, "back"))).toBe(true);
    expect(isFiltering(toggleCategory(toggleCategory(NO_FILTERS, "back"), "back"))).toBe(false);
  });

  it("leaves out categories that are switched off", () => {
    const seats = passing({ without: new Set(["front"]) });
    expect(seats).toHaveLength(10);
    expect(seats.every((seat) => /^[AB]-2/.test(seat))).toBe(true);
  });

  it("goes by price, both ends included, and then wants a price", () => {
    expect(passing({ fromAmount: 2500, toAmount: 2500 })).toHaveLength(5);
    expect(passing({ fromAmount: 2501 })).toHaveLength(10);
    expect(passing({ toAmount: 2499 })).toEqual([]);
    expect(passing({ fromAmount: 0 })).not.toContain("B-2-1");
  });

  it("finds accessible seats, within the other filters", () => {
    expect(passing({ accessibleOnly: true })).toEqual(["A-1-5", "A-2-5"]);
    expect(passing({ accessibleOnly: true, toAmount: 3000 })).toEqual(["A-2-5"]);
  });
});

it("reads typed prices, with a comma too, and ignores nonsense", () => {
  expect(readAmount("12,50", 2)).toBe(1250);
  expect(readAmount(" 40 ", 2)).toBe(4000);
  expect(readAmount("500", 0)).toBe(500);
  for (const typed of ["", "  ", "many", "-3"]) expect(readAmount(typed, 2)).toBeUndefined();
});

it("sorts categories by price, those without one last, and names seats", () => {
  expect(hall.categories.map(({ id }) => id)).toEqual(["back", "front", "box"]);
  expect(hall.nameOf(ordinal(hall, "A-2-3"))).toBe("Stalls, row 2, seat 3");
  expect(hall.aboutOf(ordinal(hall, "A-2-5"))).toBe("Back, €25.00, accessible");
});
