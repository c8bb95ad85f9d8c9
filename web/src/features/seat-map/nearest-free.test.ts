// The nearest seat against looking at all of them, in the real hall, and the cases with no answer.
import { expect, it } from "vitest";
import { loadHall } from "../../lib/map/hall.fixture";
import { compileLayout } from "../../lib/map/map-layout";
import { nearestSeat } from "./nearest-free";
import { ordinal, smallHall } from "./small-hall.fixture";

it("is the next one in the row, then across the aisle, and never the seat itself", () => {
  const hall = smallHall();
  const from = ordinal(hall, "A-1-5");
  const only = (...names: string[]) => {
    const wanted = names.map((name) => ordinal(hall, name));
    return hall.plan.seats[nearestSeat(hall.layout, from, (seat) => wanted.includes(seat))]?.seat;
  };
  expect(only("A-1-5", "A-1-3", "A-1-4", "B-1-1")).toBe("A-1-4");
  expect(only("A-1-1", "B-1-1")).toBe("A-1-1");
  expect(only("B-2-5")).toBe("B-2-5");
  expect(only("A-1-5")).toBeUndefined();
});

it("is as near as the nearest of all", () => {
  const layout = compileLayout(loadHall());
  const away = (a: number, b: number) =>
    Math.hypot(
      (layout.xs[a] ?? 0) - (layout.xs[b] ?? 0),
      (layout.ys[a] ?? 0) - (layout.ys[b] ?? 0),
    );
  for (let from = 0; from < layout.count; from += 97) {
    const passes = (seat: number) => (seat * 7 + from) % 41 === 0;
    const all = Array.from({ length: layout.count }, (_, seat) => seat);
    const best = all
      .filter((seat) => seat !== from && passes(seat))
      .map((seat) => away(from, seat));
    expect(away(from, nearestSeat(layout, from, passes))).toBe(Math.min(...best));
  }
});
