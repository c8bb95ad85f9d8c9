// What "choose for me" says: together or split, and what else there is.
import { describe, expect, it } from "vitest";
import { countFree, heldText, neighbours, offers, tooFewText } from "./best-seats";
import { ordinal, smallHall } from "./small-hall.fixture";

const hall = smallHall();
const seats = (...names: string[]) => names.map((name) => ordinal(hall, name));

describe("the words", () => {
  it("say side by side only when it is so", () => {
    expect(heldText(hall, seats("A-1-4", "A-1-2", "A-1-3"))).toBe(
      "Held for you, side by side: Stalls, row 1, seats 2 to 4.",
    );
    expect(heldText(hall, seats("A-1-1", "A-1-2", "A-2-1"))).toBe(
      "No 3 seats side by side were free. Held for you in 2 groups: Stalls, row 1, seats 1 and 2; Stalls, row 2, seat 1.",
    );
    expect(heldText(hall, seats("B-2-5"))).toBe("Held for you: Balcony, row 2, seat 5.");
  });

  it("see the gap within a row", () => {
    expect(neighbours(hall, seats("A-1-1", "A-1-2", "A-1-4"))).toHaveLength(2);
  });
});

describe("too few", () => {
  const free = new Set(seats("A-1-1", "A-1-2", "B-1-1", "B-1-2", "B-2-1"));
  const count = (scope: { category?: string; section?: string }) =>
    countFree(hall, (seat) => free.has(seat), scope);
  const labels = (wish: Parameters<typeof offers>[1]) =>
    offers(hall, wish, count).map(({ label }) => label);

  it("counts what is free in a category, a section, and both", () => {
    expect(count({})).toBe(5);
    expect(count({ category: "front", section: "B" })).toBe(2);
  });

  it("offers wider first, then fewer", () => {
    expect(labels({ quantity: 3, category: "front", section: "B" })).toEqual([
      "Take 3 of Front anywhere",
      "Take 3 in Balcony",
      "Take 2 of Front in Balcony",
    ]);
    expect(labels({ quantity: 5, section: "A" })).toEqual(["Take 5 anywhere", "Take 2 in Stalls"]);
    expect(labels({ quantity: 8 })).toEqual(["Take 5 anywhere"]);
  });

  it("offers nothing where there is nothing", () => {
    expect(offers(hall, { quantity: 2, category: "back" }, () => 0)).toEqual([]);
  });

  it("says how many there are", () => {
    expect(tooFewText(hall, { quantity: 3, category: "box" }, 1)).toBe(
      "Only 1 seat is free of Box anywhere.",
    );
    expect(tooFewText(hall, { quantity: 3, section: "A" }, 0)).toBe("Nothing is free in Stalls.");
  });
});
