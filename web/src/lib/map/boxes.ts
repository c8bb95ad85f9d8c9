// Boxes around things of the plan. Pure.
import type { PlanArea } from "../api/types";
import type { Box, Point } from "./camera";

export function pointBox(x: number, y: number): Box {
  return { minX: x, minY: y, maxX: x, maxY: y };
}

/** Around points; the box of none is the origin. A loop, because a hundred thousand may come. */
export function boundsOf(points: Iterable<Point>): Box {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const { x, y } of points) {
    if (x < box.minX) box.minX = x;
    if (x > box.maxX) box.maxX = x;
    if (y < box.minY) box.minY = y;
    if (y > box.maxY) box.maxY = y;
  }
  return box.minX === Infinity ? pointBox(0, 0) : box;
}

export function unite(boxes: Box[]): Box {
  const corners = boxes.flatMap(({ minX, minY, maxX, maxY }) => [
    { x: minX, y: minY },
    { x: maxX, y: maxY },
  ]);
  return boundsOf(corners);
}

/** The rotation is left out: it is only for the view that fits everything, which has a margin. */
export function areaBox(area: PlanArea): Box {
  const { x, y } = area;
  if (area.shape === "polygon") {
    return boundsOf([{ x, y }, ...(area.points ?? []).map(([px, py]) => ({ x: px, y: py }))]);
  }
  if (area.shape === "rectangle") {
    return { minX: x, minY: y, maxX: x + (area.width ?? 0), maxY: y + (area.height ?? 0) };
  }
  const radiusX = area.radius ?? area.radius_x ?? 0;
  const radiusY = area.radius ?? area.radius_y ?? 0;
  return { minX: x - radiusX, minY: y - radiusY, maxX: x + radiusX, maxY: y + radiusY };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
