// What decides how a seat is drawn and what is drawn anew: faces, counts, lists of changes, boxes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SeatLook } from "../live/seat-store";
import { Changes } from "./changes";
import { Flash } from "./flash";
import { anyPlan } from "./halls.fixture";
import { compileLayout } from "./map-layout";
import { type PixelBox, shelve } from "./pixel-boxes";
import { colorOf, isDimmed, isFree, isOnTop, SeatFaces, shapeOf } from "./seat-faces";

const anyLook = fc.constantFrom<SeatLook>(0, 1, 2, 3, "mine", "holding", "releasing");
const anyChange = fc.record({ seat: fc.nat({ max: 59 }), look: anyLook });

describe("the faces of seats", () => {
  it("are the same after single changes as after looking at every seat", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyChange), fc.nat({ max: 3 }), (plan, changes, dimmedBy) => {
        const layout = compileLayout(plan);
        const looks = plan.seats.map((): SeatLook => 0);
        const faces = new SeatFaces(layout, (seat) => looks[seat] ?? 0);
        faces.dimmed = (seat) => dimmedBy > 0 && seat % (dimmedBy + 1) === 0;
        faces.refreshAll();
        for (const { seat, look } of changes) {
          if (seat >= looks.length) continue;
          const before = looks[seat];
          looks[seat] = look;
          if (before === look) expect(faces.refresh(seat)).toBe(false);
          else faces.refresh(seat);
        }
        const fresh = new SeatFaces(layout, (seat) => looks[seat] ?? 0);
        fresh.dimmed = faces.dimmed;
        fresh.refreshAll();
        expect(faces.ids).toEqual(fresh.ids);
        expect(faces.free).toEqual(fresh.free);
        expect(faces.shown).toEqual(fresh.shown);
        expect(new Set(faces.own)).toEqual(new Set(fresh.own));
        expect([...faces.ids].map(shapeOf)).toEqual(looks);
      }),
    );
  });

  it("never dim what is mine, and take a tint for any look", () => {
    const plan = fc.sample(anyPlan, { numRuns: 50, seed: 1 }).find(({ seats }) => seats.length > 3);
    if (!plan) throw new Error("no plan has seats");
    const looks: SeatLook[] = ["mine", 1];
    const faces = new SeatFaces(compileLayout(plan), (seat) => looks[seat] ?? 0);
    faces.dimmed = () => true;
    faces.tint = (seat) => (seat === 1 ? "#ff0000" : undefined);
    faces.refreshAll();
    expect([...faces.ids].slice(0, 3).map(isDimmed)).toEqual([false, true, true]);
    expect(faces.colors[colorOf(faces.ids[1] ?? 0)]).toBe("#ff0000");
    expect(faces.isTint(colorOf(faces.ids[1] ?? 0))).toBe(true);
    expect(faces.isTint(colorOf(faces.ids[2] ?? 0))).toBe(false);
    faces.tint = (seat) => `#${seat.toString(16).padStart(6, "0")}`;
    faces.refreshAll();
    expect(faces.colors[colorOf(faces.ids[2] ?? 0)]).toBe("#000002");
  });
});

describe("a list of changes", () => {
  it("names each seat once, and gives up when there are too many", () => {
    const changes = new Changes(3);
    changes.addSeats([1, 2]);
    changes.addSeats([2, 1]);
    expect(changes.takeSeats()).toEqual([1, 2]);
    expect(changes.takeSeats()).toEqual([]);
    changes.addSeats([1, 2, 3, 4]);
    expect(changes.allSeats).toBe(true);
    changes.addSeats([5]);
    expect(changes.takeSeats()).toEqual([]);
    changes.clear();
    expect(changes.allSeats || changes.full || changes.overlay).toBe(false);
  });
});

describe("boxes on a shelf", () => {
  const anyBox = fc
    .tuple(
      fc.nat(2_000),
      fc.nat(2_000),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 90 }),
    )
    .map(([left, top, width, height]): PixelBox => {
      return { left, top, right: left + width, bottom: top + height };
    });

  it("lie inside of it and on nothing else", () => {
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 64 }), (boxes) => {
        const { size, places } = shelve(boxes);
        const laid = boxes.map(({ left, top, right, bottom }, index) => {
          const { x, y } = places[index] ?? { x: -1, y: -1 };
          return { x, y, toX: x + right - left, toY: y + bottom - top };
        });
        laid.forEach((a, index) => {
          expect(a.x >= 0 && a.y >= 0 && a.toX <= size.width && a.toY <= size.height).toBe(true);
          for (const b of laid.slice(index + 1)) {
            const apart = a.toX <= b.x || b.toX <= a.x || a.toY <= b.y || b.toY <= a.y;
            expect(apart).toBe(true);
          }
        });
      }),
    );
  });
});

describe("a flash", () => {
  it("pulses twice and ends by itself; stands still for somebody who wants calm", () => {
    let calm = false;
    const flash = new Flash(() => calm);
    flash.start([3, 4]);
    const strengths = [100, 400, 800, 1_200].map((now) => flash.strength(now));
    expect(strengths[1]).toBeLessThan(strengths[0] ?? 0);
    expect(strengths[2]).toBeGreaterThan(strengths[1] ?? 1);
    expect([...flash.seats]).toEqual([3, 4]);
    flash.strength(1_300);
    expect(flash.seats.size).toBe(0);
    calm = true;
    flash.start([5]);
    expect([0, 300, 900].map((now) => flash.strength(now))).toEqual([1, 1, 1]);
  });
});

describe("seats for people with a wheelchair", () => {
  it("have a shape of their own while they are free, and the usual one when they are not", () => {
    const seat = (seat: string, x: number, accessible?: true) => {
      const place = { section: "a", row: "1", number: seat, category: "x", x, y: 0 };
      return { seat, ...place, ...(accessible && { accessible }) };
    };
    const layout = compileLayout({
      name: "two",
      seats: [seat("1", 0), seat("2", 25, true)],
      sections: [{ id: "a", name: "A" }],
      categories: [{ id: "x", name: "X", color: "#0072b2" }],
      areas: [],
    });
    const looks: SeatLook[] = [0, 0];
    const faces = new SeatFaces(layout, (ordinal) => looks[ordinal] ?? 0);
    expect([...faces.ids].map(shapeOf)).toEqual([0, "accessible"]);
    expect([...faces.ids].map(isFree)).toEqual([true, true]);
    expect([...faces.ids].map(isOnTop)).toEqual([false, false]);
    expect(faces.free[0]).toBe(2);
    looks[1] = 2;
    faces.refresh(1);
    expect([...faces.ids].map(shapeOf)).toEqual([0, 2]);
    faces.dimmed = () => true;
    looks[1] = 0;
    faces.refreshAll();
    expect([...faces.ids].map(isDimmed)).toEqual([true, true]);
  });
});
