// Fingers and mice as drags, pinches, throws and taps. Pure: it is told where a pointer is and
// when; it never touches an element or a clock.
import type { Point } from "./camera";

export interface PointerTarget {
  pan(dx: number, dy: number): void;
  /** What was between two fingers at `from` is now at `to`, `factor` times as large. */
  pinch(from: Point, to: Point, factor: number): void;
  /** A drag ended while still moving; pixels per millisecond. */
  throw(vx: number, vy: number): void;
  /** Answers whether the tap hit something. */
  tap(at: Point, pointerType: string): boolean;
  doubleTap(at: Point): void;
  /** Undefined when the pointer has left. */
  hover(at: Point | undefined): void;
}

export interface PointerSample {
  id: number;
  at: Point;
  timeMs: number;
  type: string;
}

/** A hand is never quite still: only beyond this a press becomes a drag. */
const DRAG_PX = 6;
/** How far back the speed of a throw is measured, and the slowest that counts. */
const THROW_MS = 80;
const THROW_PX_PER_MS = 0.15;
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_PX = 28;

export class Pointers {
  private readonly target: PointerTarget;
  private readonly down = new Map<number, Point>();
  private start: Point | undefined;
  private moved = false;
  private trail: PointerSample[] = [];
  /** The last tap that hit nothing: a second one makes a double tap. */
  private idleTap: PointerSample | undefined;

  constructor(target: PointerTarget) {
    this.target = target;
  }

  press(sample: PointerSample): void {
    this.down.set(sample.id, sample.at);
    this.moved = this.down.size > 1;
    this.start = sample.at;
    this.trail = [sample];
  }

  move(sample: PointerSample): void {
    const { id, at, type } = sample;
    const from = this.down.get(id);
    if (!from) return this.target.hover(type === "touch" ? undefined : at);
    if (!this.moved && this.start && distance(at, this.start) < DRAG_PX) return;
    this.moved = true;
    this.target.hover(undefined);
    this.down.set(id, at);
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    if (other) return this.pinch(from, at, other);
    this.trail = [...this.trail.filter((old) => sample.timeMs - old.timeMs <= THROW_MS), sample];
    this.target.pan(at.x - from.x, at.y - from.y);
  }

  private pinch(from: Point, to: Point, other: Point): void {
    const before = distance(from, other);
    const factor = before > 0 ? distance(to, other) / before : 1;
    this.target.pinch(middle(from, other), middle(to, other), factor || 1);
  }

  release(sample: PointerSample): void {
    if (!this.down.delete(sample.id) || this.down.size > 0) {
      // One of two fingers was lifted: what the other one does from here on is a new drag.
      this.trail = [];
      return;
    }
    if (this.moved) this.throw(sample);
    else this.tap(sample);
  }

  cancel(id: number): void {
    this.down.delete(id);
    this.trail = [];
  }

  private throw({ timeMs }: PointerSample): void {
    const recent = this.trail.filter((old) => timeMs - old.timeMs <= THROW_MS);
    const [first, last] = [recent[0], recent.at(-1)];
    if (!first || !last || last.timeMs <= first.timeMs) return;
    const passed = last.timeMs - first.timeMs;
    const [vx, vy] = [(last.at.x - first.at.x) / passed, (last.at.y - first.at.y) / passed];
    if (Math.hypot(vx, vy) >= THROW_PX_PER_MS) this.target.throw(vx, vy);
  }

  /** A tap that picks a seat never becomes half of a double tap: the second one would undo it. */
  private tap(sample: PointerSample): void {
    const { at, timeMs, type } = sample;
    const before = this.idleTap;
    this.idleTap = undefined;
    const near = before && distance(before.at, at) <= DOUBLE_TAP_PX;
    if (this.target.tap(at, type)) return;
    if (near && timeMs - before.timeMs <= DOUBLE_TAP_MS) this.target.doubleTap(at);
    else this.idleTap = sample;
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
