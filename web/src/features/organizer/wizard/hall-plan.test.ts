// Halls drawn from a few numbers: every seat once, nobody on anybody's lap.
import { describe, expect, it } from "vitest";
import { previewPlan } from "../../../lib/plan-preview";
import { drawHall, type HallWish, MAX_SEATS, seatsOf } from "./hall-plan";

const wish = (changes: Partial<HallWish> = {}): HallWish => ({
  name: "Hall",
  sections: 3,
  tiers: 1,
  rows: 10,
  seats: 12,
  arc: 0,
  categories: 2,
  ...changes,
});

const WISHES = [
  wish(),
  wish({ sections: 1, rows: 1, seats: 1, categories: 6 }),
  wish({ arc: 120, tiers: 3 }),
  wish({ arc: 270, sections: 2, seats: 4 }),
  wish({ arc: 5, sections: 40, rows: 3, seats: 3 }),
  wish({ arc: 200, sections: 50, tiers: 2, rows: 5, seats: 20 }),
];

const seatsIn = (wished: HallWish) => previewPlan(drawHall(wished)).plan.seats;

describe("a drawn hall", () => {
  it("has every seat once and is a sound plan", () => {
    for (const wished of WISHES) {
      const { plan, problems } = previewPlan(drawHall(wished));
      expect(problems).toEqual([]);
      expect(plan.seats).toHaveLength(seatsOf(wished));
      expect(new Set(plan.seats.map(({ seat }) => seat)).size).toBe(seatsOf(wished));
      expect(plan.sections).toHaveLength(wished.sections * wished.tiers);
    }
  });

  it("keeps seats apart", () => {
    for (const wished of WISHES) expect(closest(seatsIn(wished))).toBeGreaterThan(20);
  });

  it("lies within its size, the stage too", () => {
    for (const wished of WISHES) {
      const drawn = drawHall(wished);
      const { plan } = previewPlan(drawn);
      const [stage] = plan.areas;
      for (const { x, y } of [...plan.seats, stage ?? { x: -1, y: -1 }]) {
        expect(x > 0 && x < drawn.size.width).toBe(true);
        expect(y > 0 && y < drawn.size.height).toBe(true);
      }
    }
  });

  it("leaves the stage free", () => {
    for (const wished of WISHES) {
      const { plan } = previewPlan(drawHall(wished));
      const { x: left = 0, y: top = 0, width = 0, height = 0 } = plan.areas[0] ?? {};
      const onStage = ({ x, y }: { x: number; y: number }) =>
        x > left - 12 && x < left + width + 12 && y > top - 12 && y < top + height + 12;
      expect(plan.seats.filter(onStage)).toEqual([]);
    }
  });

  it("prices the front before the back, every category with seats", () => {
    const seats = seatsIn(wish({ tiers: 2, categories: 3 }));
    const back = (category: string) =>
      Math.max(...seats.filter((seat) => seat.category === category).map(({ y }) => y));
    expect(back("Category 1")).toBeLessThan(back("Category 2"));
    expect(back("Category 2")).toBeLessThan(back("Category 3"));
    expect(drawHall(wish({ rows: 2, categories: 6 })).categories).toHaveLength(2);
  });

  it("names blocks as people do", () => {
    expect(seatsIn(wish())[0]?.seat).toBe("A-1-1");
    expect(seatsIn(wish({ tiers: 2 })).at(-1)?.seat).toBe("203-10-12");
  });

  it("bends the ends of a row towards the stage", () => {
    const row = seatsIn(wish({ arc: 90 })).filter(({ row }) => row === "1");
    const middle = row[Math.floor(row.length / 2)];
    expect(row[0]?.y).toBeLessThan((middle?.y ?? 0) - 25);
  });

  it("can be as large as the server takes, in a body that it takes", () => {
    const arena = wish({ sections: 50, tiers: 4, rows: 25, seats: 20, arc: 200 });
    expect(seatsOf(arena)).toBe(MAX_SEATS);
    const drawn = drawHall(arena);
    expect(previewPlan(drawn).plan.seats).toHaveLength(MAX_SEATS);
    expect(JSON.stringify(drawn).length).toBeLessThan(20 * 1024 * 1024);
  });
});

/** The smallest distance of two seats, found in a grid of cells of their usual distance. */
function closest(seats: { x: number; y: number }[]): number {
  const cell = (x: number, y: number) => `${x},${y}`;
  const cells = new Map<string, { x: number; y: number }[]>();
  let found = Number.POSITIVE_INFINITY;
  for (const seat of seats) {
    const [column, line] = [Math.floor(seat.x / 25), Math.floor(seat.y / 25)];
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        for (const other of cells.get(cell(column + dx, line + dy)) ?? []) {
          found = Math.min(found, Math.hypot(seat.x - other.x, seat.y - other.y));
        }
      }
    }
    cells.set(cell(column, line), [...(cells.get(cell(column, line)) ?? []), seat]);
  }
  return found;
}
