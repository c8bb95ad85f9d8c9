// Pointer, wheel and keyboard input of the canvas as five plain calls. Knows nothing of seats.
import type { Point } from "./camera";

export interface GestureTarget {
  pan(dx: number, dy: number): void;
  zoom(at: Point, factor: number): void;
  tap(at: Point, pointerType: string): void;
  /** Undefined when the pointer has left. */
  hover(at: Point | undefined): void;
  key(key: string): boolean;
}

/** A hand is never quite still: only beyond this a press becomes a drag. */
const DRAG_PX = 6;

/** Returns the function that takes the listeners off again. */
export function listenToGestures(canvas: HTMLCanvasElement, target: GestureTarget): () => void {
  const pointers = new Map<number, Point>();
  let start: Point | undefined;
  let moved = false;

  const place = (event: MouseEvent): Point => {
    const corner = canvas.getBoundingClientRect();
    return { x: event.clientX - corner.left, y: event.clientY - corner.top };
  };

  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    moved = pointers.size > 1;
    start = place(event);
  };

  const move = (event: PointerEvent) => {
    const to = place(event);
    const from = pointers.get(event.pointerId);
    if (!from) return target.hover(event.pointerType === "touch" ? undefined : to);
    if (!moved && start && Math.hypot(to.x - start.x, to.y - start.y) < DRAG_PX) return;
    moved = true;
    target.hover(undefined);
    pinch(pointers, event.pointerId, from, to, target);
    pointers.set(event.pointerId, to);
    target.pan((to.x - from.x) / pointers.size, (to.y - from.y) / pointers.size);
  };

  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (!moved && event.type === "pointerup") target.tap(place(event), event.pointerType);
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    // Mice count in lines, track pads in pixels; both should feel alike.
    const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    target.zoom(place(event), Math.exp(-delta * (event.ctrlKey ? 0.01 : 0.0015)));
  };

  const key = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey && target.key(event.key)) event.preventDefault();
  };

  const listeners = new AbortController();
  const { signal } = listeners;
  canvas.addEventListener("pointerdown", down, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  canvas.addEventListener("pointerup", up, { signal });
  canvas.addEventListener("pointercancel", up, { signal });
  canvas.addEventListener("pointerleave", () => target.hover(undefined), { signal });
  canvas.addEventListener("blur", () => target.hover(undefined), { signal });
  canvas.addEventListener("wheel", wheel, { signal, passive: false });
  canvas.addEventListener("keydown", key, { signal });
  return () => listeners.abort();
}

/** With a second finger down, the change of the distance to it is a zoom around the middle. */
function pinch(
  pointers: Map<number, Point>,
  moving: number,
  from: Point,
  to: Point,
  target: GestureTarget,
): void {
  const other = [...pointers].find(([id]) => id !== moving)?.[1];
  if (!other) return;
  const before = Math.hypot(from.x - other.x, from.y - other.y);
  const after = Math.hypot(to.x - other.x, to.y - other.y);
  const middle = { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 };
  if (before > 0) target.zoom(middle, after / before);
}
