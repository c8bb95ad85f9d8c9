// Where the map is looked at from: plan units to CSS pixels and back. Pure; every function returns
// a new camera.

export interface Camera {
  /** CSS pixels per plan unit. */
  scale: number;
  /** CSS pixels from the canvas corner to the plan's origin. */
  x: number;
  y: number;
}

export interface Box {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface ScaleLimits {
  min: number;
  max: number;
}

export function fitCamera(box: Box, view: Size, marginPx: number, maxScale: number): Camera {
  const width = Math.max(1, box.maxX - box.minX);
  const height = Math.max(1, box.maxY - box.minY);
  const room = (length: number) => Math.max(1, length - 2 * marginPx);
  const scale = Math.min(room(view.width) / width, room(view.height) / height, maxScale);
  return lookAt(middleOf(box), scale, view);
}

/** The camera that has a point of the plan in the middle of the view. */
export function lookAt(point: Point, scale: number, view: Size): Camera {
  return { scale, x: view.width / 2 - point.x * scale, y: view.height / 2 - point.y * scale };
}

/** Zooms so that the point under `at` stays under it. */
export function zoomCamera(camera: Camera, at: Point, factor: number, limits: ScaleLimits): Camera {
  return pinchCamera(camera, at, at, factor, limits);
}

/** Two fingers: what was between them at `from` is between them at `to`. */
export function pinchCamera(
  camera: Camera,
  from: Point,
  to: Point,
  factor: number,
  limits: ScaleLimits,
): Camera {
  const scale = clamp(camera.scale * factor, limits.min, Math.max(limits.min, limits.max));
  const ratio = scale / camera.scale;
  return { scale, x: to.x - (from.x - camera.x) * ratio, y: to.y - (from.y - camera.y) * ratio };
}

/** Moves, but always leaves a piece of the plan in view: a lost map is hard to find again. */
export function panCamera(camera: Camera, dx: number, dy: number, box: Box, view: Size): Camera {
  const keepPx = 48;
  const between = (value: number, a: number, b: number) =>
    clamp(value, Math.min(a, b), Math.max(a, b));
  const { scale } = camera;
  return {
    scale,
    x: between(camera.x + dx, keepPx - box.maxX * scale, view.width - keepPx - box.minX * scale),
    y: between(camera.y + dy, keepPx - box.maxY * scale, view.height - keepPx - box.minY * scale),
  };
}

/**
 * A step of a flight, `part` from 0 to 1. The scale changes by equal factors, and the place with
 * the scale: one point of the plan then stands still on the screen and nothing seems to swerve.
 */
export function betweenCameras(from: Camera, to: Camera, part: number): Camera {
  const scale = from.scale * (to.scale / from.scale) ** part;
  const zooms = Math.abs(to.scale / from.scale - 1) > 1e-6;
  const share = zooms ? (scale - from.scale) / (to.scale - from.scale) : part;
  return { scale, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

export function toScreen(camera: Camera, point: Point): Point {
  return { x: point.x * camera.scale + camera.x, y: point.y * camera.scale + camera.y };
}

export function toPlan(camera: Camera, point: Point): Point {
  return { x: (point.x - camera.x) / camera.scale, y: (point.y - camera.y) / camera.scale };
}

/** The part of the plan that is in view, and `margin` plan units around it. */
export function visibleBox(camera: Camera, view: Size, margin: number): Box {
  const low = toPlan(camera, { x: 0, y: 0 });
  const high = toPlan(camera, { x: view.width, y: view.height });
  return grow({ minX: low.x, minY: low.y, maxX: high.x, maxY: high.y }, margin);
}

export function grow(box: Box, by: number): Box {
  return { minX: box.minX - by, minY: box.minY - by, maxX: box.maxX + by, maxY: box.maxY + by };
}

export function middleOf(box: Box): Point {
  return { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 };
}

export function overlaps(a: Box, b: Box): boolean {
  return a.minX <= b.maxX && a.maxX >= b.minX && a.minY <= b.maxY && a.maxY >= b.minY;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
