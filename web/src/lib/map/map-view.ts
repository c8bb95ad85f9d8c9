// Where the visitor looks: moves, zooms, flights and the drift after a drag, as steps of one
// camera. Knows no canvas; whoever draws asks it for a step in every frame.
import {
  type Box,
  betweenCameras,
  type Camera,
  clamp,
  fitCamera,
  grow,
  lookAt,
  middleOf,
  type Point,
  panCamera,
  pinchCamera,
  type ScaleLimits,
  type Size,
  toPlan,
  zoomCamera,
} from "./camera";
import { type Lod, lodAt, MAX_PX, SEAT_VIEW_PX, SHAPE_PX } from "./lod";

const MARGIN_PX = 12;
/** A section that is entered shows its seats with their shapes, not as dots. */
const ENTERED_PX = SHAPE_PX + 2;
const FLIGHT_MS = 240;
/** A drift loses two thirds of its speed in this time, and ends when it is slower than that. */
const DRIFT_MS = 160;
const SLOWEST_PX_PER_MS = 0.02;

interface Hall {
  bounds: Box;
  pitch: number;
}

type Motion =
  | { kind: "flight"; from: Camera; to: Camera; startMs: number | undefined }
  | { kind: "drift"; vx: number; vy: number; lastMs: number | undefined };

export class MapView {
  camera: Camera = { scale: 1, x: 0, y: 0 };
  size: Size = { width: 1, height: 1 };
  private readonly hall: Hall;
  private readonly changed: () => void;
  private readonly isCalm: () => boolean;
  private motion: Motion | undefined;
  /** Until the visitor moves the map, it stays fitted through every resize. */
  private untouched = true;

  /** `isCalm`: the visitor asked for less motion, so every flight is a jump. */
  constructor(hall: Hall, changed: () => void, isCalm: () => boolean) {
    this.hall = hall;
    this.changed = changed;
    this.isCalm = isCalm;
  }

  get pitchPx(): number {
    return this.hall.pitch * this.camera.scale;
  }

  /** Where a flight leads, or where the map is. */
  get destination(): Camera {
    return this.motion?.kind === "flight" ? this.motion.to : this.camera;
  }

  get lod(): Lod {
    return lodAt(this.pitchPx);
  }

  /** Everything is in view. */
  get fitted(): boolean {
    const { scale, x, y } = this.camera;
    const { minX, minY, maxX, maxY } = this.hall.bounds;
    const { width, height } = this.size;
    const wide = minX * scale + x >= 0 && maxX * scale + x <= width;
    return wide && minY * scale + y >= 0 && maxY * scale + y <= height;
  }

  /** The middle of the view stays where it is. */
  resize(size: Size): void {
    const { width, height } = this.size;
    this.size = size;
    this.motion = undefined;
    if (this.untouched) this.set(this.fitting());
    else this.move((size.width - width) / 2, (size.height - height) / 2);
  }

  fit(): void {
    this.flyTo(this.fitting());
    this.untouched = true;
  }

  pan(dx: number, dy: number): void {
    this.takeOver();
    this.move(dx, dy);
  }

  pinch(from: Point, to: Point, factor: number): void {
    this.takeOver();
    this.settle(pinchCamera(this.camera, from, to, factor, this.limits()));
  }

  zoomAt(at: Point, factor: number): void {
    this.pinch(at, at, factor);
  }

  /** For buttons and keys: around the middle, as a flight. Presses in a row add up. */
  zoomBy(factor: number, at: Point = this.middle()): void {
    this.flyTo(zoomCamera(this.destination, at, factor, this.limits()));
  }

  /** The map goes on as it was thrown, in pixels per millisecond. */
  drift(vx: number, vy: number): void {
    if (this.isCalm()) return;
    this.motion = { kind: "drift", vx, vy, lastMs: undefined };
    this.changed();
  }

  /** The box fills the view, with seats from `lowPx` to `highPx` between neighbours. */
  show(box: Box, lowPx: number, highPx: number): void {
    const room = grow(box, this.hall.pitch);
    const fitting = fitCamera(room, this.size, MARGIN_PX, highPx / this.hall.pitch);
    const scale = Math.max(fitting.scale, lowPx / this.hall.pitch);
    this.flyTo(lookAt(middleOf(box), scale, this.size));
  }

  /** To the whole box if its seats can then be told apart, else to them around the point. */
  enter(box: Box, at: Point): void {
    const fitting = fitCamera(grow(box, this.hall.pitch), this.size, MARGIN_PX, Infinity);
    const pitchPx = fitting.scale * this.hall.pitch;
    if (pitchPx >= ENTERED_PX) this.show(box, ENTERED_PX, SEAT_VIEW_PX);
    else this.zoomBy((ENTERED_PX * 1.2) / this.pitchPx, at);
  }

  /** To a place where single seats can be picked. */
  zoomToSeats(at: Point): void {
    this.zoomBy(SEAT_VIEW_PX / this.pitchPx, at);
  }

  /** At once, because the minimap is being dragged. */
  centre(point: Point): void {
    this.takeOver();
    this.settle(lookAt(point, this.camera.scale, this.size));
  }

  /** Brings a point at least this far inside of the view, with no more movement than needed. */
  reveal(point: Point, marginPx: number): void {
    const { scale, x, y } = this.destination;
    const into = (value: number, length: number) => {
      const margin = Math.min(marginPx, length / 2);
      return clamp(value, margin, length - margin) - value;
    };
    const dx = into(point.x * scale + x, this.size.width);
    const dy = into(point.y * scale + y, this.size.height);
    if (dx !== 0 || dy !== 0) this.flyTo({ scale, x: x + dx, y: y + dy });
  }

  flyTo(camera: Camera): void {
    this.takeOver();
    const to = panCamera(camera, 0, 0, this.hall.bounds, this.size);
    if (this.isCalm()) return this.set(to);
    this.motion = { kind: "flight", from: this.camera, to, startMs: undefined };
    this.changed();
  }

  /** Goes on with a flight or a drift; answers whether there is more to come. */
  step(nowMs: number): boolean {
    const { motion } = this;
    if (motion?.kind === "flight") {
      motion.startMs ??= nowMs;
      const part = Math.min(1, (nowMs - motion.startMs) / FLIGHT_MS);
      this.camera = betweenCameras(motion.from, motion.to, 1 - (1 - part) ** 3);
      if (part === 1) this.motion = undefined;
    } else if (motion) {
      const passed = nowMs - (motion.lastMs ?? nowMs);
      motion.lastMs = nowMs;
      const [dx, dy] = [motion.vx * passed, motion.vy * passed];
      this.camera = panCamera(this.camera, dx, dy, this.hall.bounds, this.size);
      const left = Math.exp(-passed / DRIFT_MS);
      motion.vx *= left;
      motion.vy *= left;
      if (Math.hypot(motion.vx, motion.vy) < SLOWEST_PX_PER_MS) this.motion = undefined;
    }
    return this.motion !== undefined;
  }

  middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  middleOnPlan(): Point {
    return toPlan(this.camera, this.middle());
  }

  private fitting(): Camera {
    return fitCamera(this.hall.bounds, this.size, MARGIN_PX, MAX_PX / this.hall.pitch);
  }

  private limits(): ScaleLimits {
    const fit = this.fitting().scale;
    return { min: fit * 0.8, max: Math.max(fit, MAX_PX / this.hall.pitch) };
  }

  /** A hand on the map ends whatever it was doing. */
  private takeOver(): void {
    this.untouched = false;
    this.motion = undefined;
  }

  private move(dx: number, dy: number): void {
    this.set(panCamera(this.camera, dx, dy, this.hall.bounds, this.size));
  }

  private settle(camera: Camera): void {
    this.set(panCamera(camera, 0, 0, this.hall.bounds, this.size));
  }

  private set(camera: Camera): void {
    this.camera = camera;
    this.changed();
  }
}
