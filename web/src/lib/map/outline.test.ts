// Shapes around points: hulls against their definition, curved rows, widths.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, convexHull, sectionOutline, signedArea, simplify, widthAt } from "./outline";

const anyPoints = fc.array(
  fc.record({ x: fc.integer({ min: -50, max: 50 }), y: fc.integer({ min: -50, max: 50 }) }),
  { minLength: 1, maxLength: 40 },
);

describe("the convex hull", () => {
  it("turns one way only, is made of the points, and leaves none outside", () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const hull = convexHull(points);
        for (const corner of hull) expect(points).toContainEqual(corner);
        if (hull.length < 3) return;
        hull.forEach((a, index) => {
          const b = hull[(index + 1) % hull.length] ?? a;
          for (const { x, y } of points) {
            expect((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)).toBeGreaterThanOrEqual(0);
          }
        });
      }),
    );
  });
});

/** A quarter of a ring: ten rows of twenty seats, a unit apart. */
const ring = Array.from({ length: 10 }, (_, row) =>
  Array.from({ length: 20 }, (_, seat) => {
    const angle = (seat / 19) * (Math.PI / 2);
    return { x: Math.cos(angle) * (20 + row), y: Math.sin(angle) * (20 + row) };
  }),
);

describe("the outline of a section", () => {
  it("follows curved rows on their inner side too, however they are numbered", () => {
    const snake = ring.map((row, index) => (index % 2 === 0 ? row : [...row].reverse()));
    for (const rows of [ring, snake]) {
      const outline = sectionOutline(rows, 0.8);
      for (const seat of rows.flat()) expect(contains(outline, seat)).toBe(true);
      // The middle of the chord is inside of the hull, but no seat is near.
      expect(contains(outline, { x: 12, y: 12 })).toBe(false);
      const area = (Math.PI / 4) * (29.8 ** 2 - 19.2 ** 2) + 10 * 1.6;
      expect(Math.abs(signedArea(outline)) / area).toBeCloseTo(1, 1);
      expect(outline.length).toBeLessThan(40);
    }
  });

  it("is the hull with room around it for straight rows, one row, one seat", () => {
    const straight = [0, 1, 2].map((y) => [0, 1, 2, 3].map((x) => ({ x, y })));
    for (const rows of [straight, straight.slice(0, 1), [[{ x: 5, y: 5 }]]]) {
      const outline = sectionOutline(rows, 0.5);
      expect(outline).toEqual(convexHull(outline).slice(0));
      for (const { x, y } of rows.flat()) {
        for (const [dx, dy] of [
          [0.4, 0],
          [-0.4, 0],
          [0, 0.4],
          [0, -0.4],
        ] as const) {
          expect(contains(outline, { x: x + dx, y: y + dy })).toBe(true);
        }
      }
    }
  });

  it("gives up on rows that would cross themselves", () => {
    const bow = (up: number) => [0, 1, 2].map((x) => ({ x: x * 10, y: up + (x === 1 ? 8 : 0) }));
    const rows = [bow(0), bow(50), bow(20)];
    const outline = sectionOutline(rows, 1);
    for (const seat of rows.flat()) expect(contains(outline, seat)).toBe(true);
  });
});

it("keeps what is far from the straight line, and nothing else", () => {
  const line = [0, 1, 2, 3, 4].map((x) => ({ x, y: x === 2 ? 1 : 0 }));
  expect(simplify(line, 0.5).map(({ x }) => x)).toEqual([0, 2, 4]);
  expect(simplify(line, 2).map(({ x }) => x)).toEqual([0, 4]);
});

it("measures how much room there is on both sides of a point", () => {
  const square = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ];
  expect(widthAt(square, { x: 5, y: 5 })).toBe(10);
  expect(widthAt(square, { x: 8, y: 5 })).toBe(4);
  expect(widthAt(square, { x: 5, y: 20 })).toBe(0);
});
