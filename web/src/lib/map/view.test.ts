// The camera, and what a hand does to it: nothing jumps, nothing gets lost, limits hold.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  betweenCameras,
  type Camera,
  fitCamera,
  panCamera,
  pinchCamera,
  toPlan,
  toScreen,
  zoomCamera,
} from "./camera";
import { loadHall } from "./hall.fixture";
import { canPick, lodAt } from "./lod";
import { compileLayout } from "./map-layout";
import { MapView } from "./map-view";

const layout = compileLayout(loadHall());
const size = { width: 800, height: 600 };
const limits = { min: 0.1, max: 4 };
const camera = fitCamera(layout.bounds, size, 10, 4);
const anyAt = fc.record({
  x: fc.integer({ min: 0, max: 800 }),
  y: fc.integer({ min: 0, max: 600 }),
});
const anyFactor = fc.double({ min: 0.05, max: 20, noNaN: true });

describe("the camera", () => {
  it("fits the whole hall into the view", () => {
    for (const { x, y } of layout.seats) {
      const at = toScreen(camera, { x, y });
      expect(at.x > 0 && at.x < size.width && at.y > 0 && at.y < size.height).toBe(true);
    }
  });

  it("keeps the point under the pointer while zooming, whatever the limits do", () => {
    fc.assert(
      fc.property(anyAt, anyFactor, (at, factor) => {
        const before = toPlan(camera, at);
        const zoomed = zoomCamera(camera, at, factor, limits);
        expect(toScreen(zoomed, before).x).toBeCloseTo(at.x);
        expect(toScreen(zoomed, before).y).toBeCloseTo(at.y);
        expect(zoomed.scale).toBeGreaterThanOrEqual(limits.min);
        expect(zoomed.scale).toBeLessThanOrEqual(limits.max);
      }),
    );
  });

  it("keeps what is between two fingers between them", () => {
    fc.assert(
      fc.property(anyAt, anyAt, anyFactor, (from, to, factor) => {
        const held = toPlan(camera, from);
        const pinched = toScreen(pinchCamera(camera, from, to, factor, limits), held);
        expect(pinched.x).toBeCloseTo(to.x);
        expect(pinched.y).toBeCloseTo(to.y);
      }),
    );
  });

  it("never loses the hall", () => {
    const panned = panCamera(camera, 1e6, -1e6, layout.bounds, size);
    expect(toScreen(panned, { x: layout.bounds.minX, y: 0 }).x).toBeLessThan(size.width);
    expect(toScreen(panned, { x: 0, y: layout.bounds.maxY }).y).toBeGreaterThan(0);
  });

  it("flies from one place to the other, around one point that stands still", () => {
    const to = zoomCamera(camera, { x: 100, y: 500 }, 5, limits);
    expect(betweenCameras(camera, to, 0)).toEqual(camera);
    expect(betweenCameras(camera, to, 1).x).toBeCloseTo(to.x);
    const fixed = toPlan(camera, { x: 100, y: 500 });
    for (const part of [0.2, 0.5, 0.9]) {
      const at = toScreen(betweenCameras(camera, to, part), fixed);
      expect([at.x, at.y].map(Math.round)).toEqual([100, 500]);
    }
    const aside = { ...camera, x: camera.x + 100 };
    expect(betweenCameras(camera, aside, 0.5).x).toBeCloseTo(camera.x + 50);
  });
});

describe("the level of detail", () => {
  it("changes where sections, dots, shapes and numbers become readable", () => {
    expect([0.5, 2.99, 3, 6.9, 7, 23.9, 24, 64].map(lodAt)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it("lets a finger pick only what is 24 pixels wide", () => {
    expect([6.9, 7].map((pitch) => canPick(pitch, "mouse"))).toEqual([false, true]);
    expect([23.9, 24].map((pitch) => canPick(pitch, "touch"))).toEqual([false, true]);
  });
});

describe("the view", () => {
  let calm: boolean;
  let view: MapView;
  const land = () => {
    for (let now = 0; view.step(now); now += 16) if (now > 5_000) throw new Error("it never ends");
  };

  beforeEach(() => {
    calm = false;
    view = new MapView(
      layout,
      () => {},
      () => calm,
    );
    view.resize(size);
  });

  it("stays fitted through every resize until it is moved, and then keeps its middle", () => {
    view.resize({ width: 300, height: 700 });
    expect(view.fitted).toBe(true);
    view.zoomAt(view.middle(), 3);
    expect(view.fitted).toBe(false);
    const before = view.middleOnPlan();
    view.resize({ width: 900, height: 400 });
    expect(view.middleOnPlan().x).toBeCloseTo(before.x);
    expect(view.middleOnPlan().y).toBeCloseTo(before.y);
    view.fit();
    land();
    view.resize(size);
    expect(view.fitted).toBe(true);
  });

  it("lands exactly where a flight leads, within a quarter of a second, and at once if calm", () => {
    view.show({ minX: 100, minY: 100, maxX: 300, maxY: 200 }, 7, 28);
    const to = view.destination;
    expect(view.camera).not.toEqual(to);
    view.step(0);
    expect(view.step(250)).toBe(false);
    expect(view.camera.scale).toBeCloseTo(to.scale);
    expect(view.camera.x).toBeCloseTo(to.x);
    calm = true;
    view.fit();
    expect(view.fitted).toBe(true);
    view.drift(3, 3);
    expect(view.step(0)).toBe(false);
  });

  it("adds up presses of the zoom button", () => {
    const { scale } = view.camera;
    view.zoomBy(1.5);
    view.step(0);
    view.step(50);
    view.zoomBy(1.5);
    land();
    expect(view.camera.scale).toBeCloseTo(scale * 2.25);
  });

  it("drifts on after a throw, slower and slower, until a hand stops it", () => {
    view.zoomAt({ x: 400, y: 300 }, 3);
    view.drift(1, 0);
    const xs = [0, 16, 32, 48].map((now) => {
      view.step(now);
      return view.camera.x;
    });
    const steps = xs.slice(1).map((x, index) => x - (xs[index] ?? 0));
    expect(steps[0]).toBeGreaterThan(steps[1] ?? 0);
    expect(steps[1]).toBeGreaterThan(steps[2] ?? 0);
    expect(steps[2]).toBeGreaterThan(0);
    view.pan(0, 0);
    expect(view.step(64)).toBe(false);
  });

  it("moves no further than needed to reveal a seat", () => {
    view.zoomAt({ x: 400, y: 300 }, 4);
    const before = view.camera;
    view.reveal(view.middleOnPlan(), 50);
    expect(view.destination).toEqual(before);
    view.reveal(toPlan(before, { x: 790, y: 300 }), 50);
    land();
    expect(view.camera.x).toBeCloseTo(before.x - 40);
    expect(view.camera.y).toBeCloseTo(before.y);
  });

  it("enters a section so that its seats have shapes, even one too large for the view", () => {
    const section = layout.sections[0];
    if (!section) throw new Error("the hall has sections");
    view.enter(section.box, { x: 50, y: 50 });
    land();
    expect(view.pitchPx).toBeGreaterThanOrEqual(7);
    const small = new MapView(
      layout,
      () => {},
      () => true,
    );
    small.resize({ width: 120, height: 90 });
    const at = { x: 20, y: 30 };
    const meant = toPlan(small.camera, at);
    small.enter(layout.bounds, at);
    expect(small.pitchPx).toBeGreaterThanOrEqual(7);
    expect(toScreen(small.camera, meant).x).toBeCloseTo(at.x);
  });

  it("never zooms beyond its limits", () => {
    const scales: Camera["scale"][] = [1e9, 1e-9].map((factor) => {
      view.zoomAt({ x: 1, y: 1 }, factor);
      return view.camera.scale;
    });
    expect((scales[0] ?? 0) * layout.pitch).toBeCloseTo(64);
    expect(scales[1]).toBeCloseTo(fitCamera(layout.bounds, size, 12, 9).scale * 0.8);
  });
});
