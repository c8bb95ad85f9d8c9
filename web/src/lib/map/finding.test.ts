// Finding seats by place and by key, against a search through all of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Point } from "./camera";
import { loadHall } from "./hall.fixture";
import { anyPlan, anyPoint } from "./halls.fixture";
import { compileLayout, type MapLayout } from "./map-layout";
import { nextSeat, rowEnd, sectionStep } from "./next-seat";

const plan = loadHall();
const layout = compileLayout(plan);
const ordinalOf = (seat: string) => plan.seats.findIndex((each) => each.seat === seat);
const placeOf = ({ xs, ys }: MapLayout, seat: number) => ({ x: xs[seat] ?? 0, y: ys[seat] ?? 0 });
const nameOf = (seat: number) => plan.seats[seat]?.seat;

describe("the grid", () => {
  it("finds what a search through all seats finds", () => {
    fc.assert(
      fc.property(
        anyPlan,
        anyPoint,
        fc.double({ min: 1, max: 300, noNaN: true }),
        (any, at, reach) => {
          const compiled = compileLayout(any);
          const distances = any.seats.map(({ x, y }) => Math.hypot(x - at.x, y - at.y));
          const shortest = Math.min(...distances);
          const found = compiled.grid.nearest(at.x, at.y, reach);
          if (shortest > reach + 1e-9) expect(found).toBe(-1);
          else if (shortest < reach - 1e-9) expect(distances[found]).toBeCloseTo(shortest);
        },
      ),
    );
  });

  it("visits every seat in a box once, and none far outside", () => {
    fc.assert(
      fc.property(anyPlan, anyPoint, anyPoint, (any, a, b) => {
        const compiled = compileLayout(any);
        const [minX, maxX] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
        const [minY, maxY] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
        const visited: number[] = [];
        compiled.grid.forEachIn({ minX, minY, maxX, maxY }, (seat) => void visited.push(seat));
        expect(new Set(visited).size).toBe(visited.length);
        any.seats.forEach(({ x, y }, seat) => {
          const inside = x >= minX && x <= maxX && y >= minY && y <= maxY;
          if (inside) expect(visited).toContain(seat);
        });
      }),
    );
  });

  it("prefers the free one of two seats in the same place", () => {
    // The plan of this hall really does stack these two.
    const [lower, upper] = [ordinalOf("E-14-28"), ordinalOf("F-14-1")];
    const { x, y } = placeOf(layout, lower);
    expect(placeOf(layout, upper)).toEqual({ x, y });
    expect(layout.grid.nearest(x, y, 15, (seat) => seat === lower)).toBe(lower);
    expect(layout.grid.nearest(x, y, 15, (seat) => seat === upper)).toBe(upper);
  });
});

/** Looks at every seat, as the definition says. */
function nextOfAll(
  { count, xs, ys }: MapLayout,
  from: Point,
  current: number,
  key: string,
): number {
  const ways: Record<string, Point> = {
    ArrowLeft: { x: -1, y: 0 },
    ArrowRight: { x: 1, y: 0 },
    ArrowUp: { x: 0, y: -1 },
    ArrowDown: { x: 0, y: 1 },
  };
  const way = ways[key] ?? { x: 0, y: 0 };
  const costs = Array.from({ length: count }, (_, seat) => {
    const [x, y] = [(xs[seat] ?? 0) - from.x, (ys[seat] ?? 0) - from.y];
    const ahead = x * way.x + y * way.y;
    const cost = ahead + 3 * (Math.abs(x * way.y) + Math.abs(y * way.x));
    return ahead > 0 && seat !== current ? cost : Number.POSITIVE_INFINITY;
  });
  const least = Math.min(...costs);
  return least === Number.POSITIVE_INFINITY ? -1 : costs.indexOf(least);
}

describe("arrow keys", () => {
  const anyKey = fc.constantFrom("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown");

  it("lead where a search through all seats leads", () => {
    fc.assert(
      fc.property(anyPlan, anyPoint, anyKey, (any, from, key) => {
        const compiled = compileLayout(any);
        expect(nextSeat(compiled, from, -1, key)).toBe(nextOfAll(compiled, from, -1, key));
        any.seats.slice(0, 5).forEach((seat, ordinal) => {
          const next = nextSeat(compiled, seat, ordinal, key);
          expect(next).toBe(nextOfAll(compiled, seat, ordinal, key));
        });
      }),
    );
  });

  it("walk along a row, over its aisle, and to the row behind", () => {
    const step = (seat: string, key: string) => {
      const from = ordinalOf(seat);
      return nameOf(nextSeat(layout, placeOf(layout, from), from, key));
    };
    expect(step("D-13-1", "ArrowRight")).toBe("D-13-2");
    expect(step("D-13-2", "ArrowRight")).toBe("D-13-3");
    expect(step("D-14-2", "ArrowLeft")).toBe("D-14-1");
    expect(step("D-14-1", "ArrowLeft")).toBeUndefined();
    expect(step("D-14-2", "ArrowDown")).toMatch(/^D-13-/);
  });

  it("does not look at a hundred thousand seats for a step", () => {
    const seats = Array.from({ length: 100_000 }, (_, seat) => ({
      ...plan.seats[0],
      seat: `s${seat}`,
      x: (seat % 400) * 25,
      y: Math.floor(seat / 400) * 25,
    })) as typeof plan.seats;
    const large = compileLayout({ ...plan, seats });
    let visited = 0;
    const forEachIn = large.grid.forEachIn.bind(large.grid);
    large.grid.forEachIn = (box, visit) =>
      forEachIn(box, (seat) => {
        visited += 1;
        visit(seat);
      });
    expect(nextSeat(large, placeOf(large, 50_200), 50_200, "ArrowDown")).toBe(50_600);
    expect(visited).toBeLessThan(200);
  });
});

describe("other keys", () => {
  it("lead to the ends of a row, in its own section", () => {
    expect(nameOf(rowEnd(layout, ordinalOf("D-13-4"), "Home"))).toBe("D-13-1");
    expect(nameOf(rowEnd(layout, ordinalOf("D-13-4"), "End"))).toMatch(/^D-13-/);
    const end = rowEnd(layout, ordinalOf("D-13-4"), "End");
    expect(layout.rowOf[end + 1]).not.toBe(layout.rowOf[end]);
  });

  it("lead from section to section, around, past those without seats", () => {
    const sections = [{ id: "empty", name: "Empty" }, ...plan.sections];
    const odd = compileLayout({ ...plan, sections });
    const seen: string[] = [];
    let seat = -1;
    for (let step = 0; step < 7; step++) {
      seat = sectionStep(odd, seat, "PageDown");
      seen.push(odd.sections[odd.sectionOf[seat] ?? 0]?.id ?? "");
    }
    expect(new Set(seen)).toEqual(new Set(plan.sections.map(({ id }) => id)));
    expect(seen[6]).toBe(seen[0]);
    expect(odd.sectionOf[sectionStep(odd, seat, "PageUp")]).toBe(6);
    expect(sectionStep(compileLayout({ ...plan, seats: [] }), -1, "PageDown")).toBe(-1);
  });
});
