// Geometry of the map, on the real hall: what is found under a point, where it is drawn.
import { describe, expect, it } from "vitest";
import { fitCamera, panCamera, toPlan, toScreen, zoomCamera } from "./camera";
import { loadHall } from "./hall.fixture";
import { compileLayout } from "./map-layout";
import { nextSeat } from "./next-seat";
import { contrast, DARK, LIGHT, legible } from "./palette";

const plan = loadHall();
const layout = compileLayout(plan);
const ordinalOf = (seat: string) => plan.seats.findIndex((each) => each.seat === seat);
const placeOf = (seat: number) => ({ x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });

describe("the layout", () => {
  it("knows every seat of the hall, its pitch and its category", () => {
    expect(layout.count).toBe(1252);
    expect(layout.pitch).toBe(25);
    expect(placeOf(ordinalOf("D-14-1"))).toEqual({ x: -25, y: 0 });
    expect(layout.colors[layout.categories[ordinalOf("D-14-1")] ?? 0]).toBe("#1D3557");
  });

  it("encloses seats, areas and section names", () => {
    const { minX, minY, maxX, maxY } = layout.bounds;
    expect([minX, minY, maxX, maxY]).toEqual([-37.5, -62.5, 2387.5, 1212.5]);
  });

  it("puts no row label on a seat", () => {
    expect(layout.rowLabels.length).toBeGreaterThan(60);
    for (const { x, y } of layout.rowLabels) {
      expect(layout.grid.nearest(x, y, layout.radius)).toBe(-1);
    }
  });

  it("survives a plan with no seats, and one with a seat far away", () => {
    const empty = compileLayout({ ...plan, seats: [], areas: [] });
    expect(empty.grid.nearest(0, 0, 100)).toBe(-1);
    const seats = plan.seats.slice(0, 2).map((seat, index) => ({ ...seat, x: index * 1e9 }));
    const far = compileLayout({ ...plan, seats });
    expect(far.grid.nearest(1e9, 0, 100)).toBe(1);
  });
});

describe("the hit test", () => {
  it("agrees with a search through all seats", () => {
    const reach = layout.pitch * 0.6;
    for (let step = 0; step < 2_000; step++) {
      const point = { x: (step * 379) % 2500, y: (step * 211) % 1300 };
      const distances = plan.seats.map(({ x, y }) => Math.hypot(x - point.x, y - point.y));
      const shortest = Math.min(...distances);
      const found = layout.grid.nearest(point.x, point.y, reach);
      if (shortest > reach) expect(found).toBe(-1);
      else expect(distances[found]).toBeCloseTo(shortest);
    }
  });

  it("prefers the free one of two seats in the same place", () => {
    // The plan of this hall really does stack these two.
    const [lower, upper] = [ordinalOf("E-14-28"), ordinalOf("F-14-1")];
    expect(placeOf(lower)).toEqual(placeOf(upper));
    const { x, y } = placeOf(lower);
    expect(layout.grid.nearest(x, y, 15, (seat) => seat === lower)).toBe(lower);
    expect(layout.grid.nearest(x, y, 15, (seat) => seat === upper)).toBe(upper);
  });
});

describe("the camera", () => {
  const view = { width: 800, height: 600 };
  const camera = fitCamera(layout.bounds, view, 10);

  it("fits the whole hall into the view", () => {
    for (let seat = 0; seat < layout.count; seat++) {
      const { x, y } = toScreen(camera, placeOf(seat));
      expect(x > 0 && x < view.width && y > 0 && y < view.height).toBe(true);
    }
  });

  it("keeps the point under the pointer while zooming, within its limits", () => {
    const at = { x: 123, y: 456 };
    const before = toPlan(camera, at);
    const after = toPlan(zoomCamera(camera, at, 3, 0.1), at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
    expect(zoomCamera(camera, at, 1e9, 0.1).scale).toBe(4);
    expect(zoomCamera(camera, at, 1e-9, 0.1).scale).toBe(0.1);
  });

  it("never loses the hall", () => {
    const panned = panCamera(camera, 1e6, -1e6, layout.bounds, view);
    expect(toScreen(panned, { x: layout.bounds.minX, y: 0 }).x).toBeLessThan(view.width);
    expect(toScreen(panned, { x: 0, y: layout.bounds.maxY }).y).toBeGreaterThan(0);
  });
});

describe("arrow keys", () => {
  it("walk along a row, over its aisle, and to the row behind", () => {
    const step = (seat: string, key: string) => {
      const from = ordinalOf(seat);
      return plan.seats[nextSeat(layout, placeOf(from), from, key)]?.seat;
    };
    expect(step("D-13-1", "ArrowRight")).toBe("D-13-2");
    expect(step("D-13-2", "ArrowRight")).toBe("D-13-3");
    expect(step("D-14-2", "ArrowLeft")).toBe("D-14-1");
    expect(step("D-14-1", "ArrowLeft")).toBeUndefined();
    expect(step("D-14-2", "ArrowDown")).toMatch(/^D-13-/);
  });
});

describe("colours", () => {
  const parts = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

  it.each([LIGHT, DARK])("of every category can be seen on the ground", (palette) => {
    for (const color of layout.colors) {
      const seen = legible(color, palette);
      expect(contrast(parts(seen), parts(palette.ground))).toBeGreaterThanOrEqual(2.95);
    }
  });

  it("stay as they are where they already can, and never break on nonsense", () => {
    expect(legible("#1d3557", LIGHT)).toBe("#1d3557");
    expect(legible("url(x)", LIGHT)).toBe(LIGHT.muted);
  });
});
