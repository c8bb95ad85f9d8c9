// What is compiled from a plan, on the real hall and on halls that nobody would draw.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadHall } from "./hall.fixture";
import { anyPlan } from "./halls.fixture";
import { sectionAt } from "./hit";
import { compileLayout } from "./map-layout";
import { contains } from "./outline";

const plan = loadHall();
const layout = compileLayout(plan);
const ordinalOf = (seat: string) => plan.seats.findIndex((each) => each.seat === seat);
const placeOf = (seat: number) => ({ x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });

describe("the real hall", () => {
  it("has every seat with its pitch and its category", () => {
    expect(layout.count).toBe(1252);
    expect(layout.pitch).toBe(25);
    expect(placeOf(ordinalOf("D-14-1"))).toEqual({ x: -25, y: 0 });
    expect(layout.colors[layout.categories[ordinalOf("D-14-1")] ?? 0]).toBe("#1D3557");
  });

  it("is enclosed with its areas and names", () => {
    const { minX, minY, maxX, maxY } = layout.bounds;
    for (const { box } of layout.sections.filter(({ seats }) => seats > 0)) {
      expect(box.minX >= minX && box.maxX <= maxX && box.maxY <= maxY).toBe(true);
      expect(box.minY - layout.pitch).toBeGreaterThanOrEqual(minY);
    }
  });

  it("has no row label and no name on a seat", () => {
    expect(layout.rowLabels.length).toBeGreaterThan(60);
    for (const { x, y } of layout.rowLabels) {
      expect(layout.grid.nearest(x, y, layout.radius)).toBe(-1);
    }
    const named = layout.sections.flatMap(({ nameAt }) => nameAt ?? []);
    expect(named).toHaveLength(6);
    for (const { x, y } of named) expect(layout.grid.nearest(x, y, layout.radius)).toBe(-1);
  });

  it("finds the section of a seat by its shape", () => {
    for (const seat of ["A-1-1", "B-5-3", "C-9-2", "E-10-4"].map(ordinalOf)) {
      if (seat >= 0) expect(sectionAt(layout, placeOf(seat))).toBe(layout.sectionOf[seat]);
    }
    expect(sectionAt(layout, { x: -500, y: 0 })).toBe(-1);
  });
});

describe("any plan", () => {
  it("has every seat in its section's shape, its row and its section", () => {
    fc.assert(
      fc.property(anyPlan, (any) => {
        const compiled = compileLayout(any);
        any.seats.forEach(({ section, row, x, y }, ordinal) => {
          const shape = compiled.sections[compiled.sectionOf[ordinal] ?? 0];
          expect(shape?.id).toBe(section);
          expect(contains(shape?.outline ?? [], { x, y })).toBe(true);
          const inRow = [...compiled.rows.of(compiled.rowOf[ordinal] ?? 0)];
          const same = any.seats.flatMap((seat, at) =>
            seat.row === row && seat.section === section ? [at] : [],
          );
          expect(inRow).toEqual(same);
        });
      }),
    );
  });

  it("survives without seats, and with a seat far away", () => {
    const empty = compileLayout({ ...plan, seats: [], areas: [] });
    expect(empty.grid.nearest(0, 0, 100)).toBe(-1);
    const seats = plan.seats.slice(0, 2).map((seat, index) => ({ ...seat, x: index * 1e9 }));
    const far = compileLayout({ ...plan, seats });
    expect(far.grid.nearest(1e9, 0, 100)).toBe(1);
  });
});
