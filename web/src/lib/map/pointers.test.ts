// Fingers and mice as drags, pinches, throws and taps.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Camera, type Point, pinchCamera, toPlan, toScreen } from "./camera";
import { Pointers } from "./pointers";

const target = {
  pan: vi.fn(),
  pinch: vi.fn(),
  throw: vi.fn(),
  tap: vi.fn(() => false),
  doubleTap: vi.fn(),
  hover: vi.fn(),
};
let pointers: Pointers;

const sample = (at: [number, number], timeMs = 0, id = 1, type = "touch") => {
  return { id, at: { x: at[0], y: at[1] }, timeMs, type };
};
const tapAt = (at: [number, number], timeMs: number) => {
  pointers.press(sample(at, timeMs));
  pointers.release(sample(at, timeMs + 20));
};

beforeEach(() => {
  for (const mock of Object.values(target)) mock.mockReset();
  target.tap.mockReturnValue(false);
  pointers = new Pointers(target);
});

describe("one pointer", () => {
  it("taps when it hardly moves, and drags all the way when it does", () => {
    pointers.press(sample([10, 10]));
    pointers.move(sample([13, 13]));
    pointers.release(sample([13, 13]));
    expect(target.tap).toHaveBeenCalledExactlyOnceWith({ x: 13, y: 13 }, "touch");
    pointers.press(sample([10, 10]));
    pointers.move(sample([14, 10]));
    pointers.move(sample([30, 10]));
    pointers.release(sample([30, 10]));
    expect(target.tap).toHaveBeenCalledOnce();
    expect(target.pan.mock.calls).toEqual([[20, 0]]);
  });

  it("throws the map when it is let go on the move, not after resting", () => {
    const drag = (restMs: number) => {
      pointers.press(sample([0, 0], 0));
      for (let step = 1; step <= 10; step++) pointers.move(sample([step * 10, 0], step * 10));
      pointers.release(sample([100, 0], 100 + restMs));
    };
    drag(200);
    expect(target.throw).not.toHaveBeenCalled();
    drag(5);
    expect(target.throw).toHaveBeenCalledOnce();
    expect(target.throw.mock.calls[0]?.[0]).toBeCloseTo(1);
  });

  it("hovers with a mouse, never with a finger", () => {
    pointers.move(sample([5, 5], 0, 1, "mouse"));
    expect(target.hover).toHaveBeenLastCalledWith({ x: 5, y: 5 });
    pointers.move(sample([5, 5], 0, 1, "touch"));
    expect(target.hover).toHaveBeenLastCalledWith(undefined);
  });

  it("is forgotten when the browser takes it away", () => {
    pointers.press(sample([0, 0]));
    pointers.cancel(1);
    pointers.release(sample([0, 0]));
    expect(target.tap).not.toHaveBeenCalled();
  });
});

describe("a double tap", () => {
  it("is two taps on nothing, near and soon", () => {
    tapAt([10, 10], 0);
    tapAt([15, 12], 200);
    expect(target.doubleTap).toHaveBeenCalledExactlyOnceWith({ x: 15, y: 12 });
    tapAt([15, 12], 300);
    expect(target.doubleTap).toHaveBeenCalledOnce();
    tapAt([200, 12], 400);
    tapAt([200, 12], 900);
    expect(target.doubleTap).toHaveBeenCalledOnce();
  });

  it("never has a tap in it that picked a seat", () => {
    target.tap.mockReturnValue(true);
    tapAt([10, 10], 0);
    tapAt([10, 10], 100);
    expect(target.tap).toHaveBeenCalledTimes(2);
    target.tap.mockReturnValue(false);
    tapAt([10, 10], 200);
    expect(target.doubleTap).not.toHaveBeenCalled();
  });
});

describe("two fingers", () => {
  it("keep what was between them between them", () => {
    let camera: Camera = { scale: 1, x: 0, y: 0 };
    const limits = { min: 0.01, max: 100 };
    target.pinch.mockImplementation((from: Point, to: Point, factor: number) => {
      camera = pinchCamera(camera, from, to, factor, limits);
    });
    pointers.press(sample([100, 100], 0, 1));
    pointers.press(sample([200, 100], 0, 2));
    const held = [toPlan(camera, { x: 100, y: 100 }), toPlan(camera, { x: 200, y: 100 })];
    for (const [one, two] of [
      [90, 220],
      [60, 260],
      [50, 300],
    ] as const) {
      pointers.move(sample([one, 100], 0, 1));
      pointers.move(sample([two, 100], 0, 2));
    }
    expect(held.map((point) => Math.round(toScreen(camera, point).x))).toEqual([50, 300]);
    expect(camera.scale).toBeCloseTo(2.5);
    expect(target.pan).not.toHaveBeenCalled();
  });

  it("are neither a tap nor a throw, and the last one goes on dragging", () => {
    pointers.press(sample([100, 100], 0, 1));
    pointers.press(sample([200, 100], 0, 2));
    pointers.move(sample([210, 100], 10, 2));
    pointers.release(sample([210, 100], 20, 2));
    pointers.move(sample([105, 100], 30, 1));
    expect(target.pan).toHaveBeenCalledWith(5, 0);
    pointers.release(sample([105, 100], 40, 1));
    expect(target.tap).not.toHaveBeenCalled();
    expect(target.throw).not.toHaveBeenCalled();
  });
});
