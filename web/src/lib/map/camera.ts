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

/** Seats never grow beyond this many pixels per plan unit. */
const MAX_SCALE = 4;

export function fitCamera(box: Box, view: Size, marginPx: number): Camera {
  const width = Math.max(1, box.maxX - box.minX);
  const height = Math.max(1, box.maxY - box.minY);
  const room = (length: number) => Math.max(1, length - 2 * marginPx);
  const scale = Math.min(room(view.width) / width, room(view.height) / height, MAX_SCALE);
  return {
    scale,
    x: view.width / 2 - ((box.minX + box.maxX) / 2) * scale,
    y: view.height / 2 - ((box.minY + box.maxY) / 2) * scale,
  };
}

/** Zooms so that the point under `at` stays under it. */
export function zoomCamera(camera: Camera, at: Point, factor: number, minScale: number): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, minScale), Math.max(MAX_SCALE, minScale));
  const ratio = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * ratio, y: at.y - (at.y - camera.y) * ratio };
}

/** Moves, but always leaves a piece of the plan in view: a lost map is hard to find again. */
export function panCamera(camera: Camera, dx: number, dy: number, box: Box, view: Size): Camera {
  const keepPx = 48;
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high));
  const { scale } = camera;
  return {
    scale,
    x: clamp(camera.x + dx, keepPx - box.maxX * scale, view.width - keepPx - box.minX * scale),
    y: clamp(camera.y + dy, keepPx - box.maxY * scale, view.height - keepPx - box.minY * scale),
  };
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
  return {
    minX: low.x - margin,
    minY: low.y - margin,
    maxX: high.x + margin,
    maxY: high.y + margin,
  };
}
