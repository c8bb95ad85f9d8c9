// Listens to a canvas: pointers, wheel and keys, in CSS pixels from its corner. Knows nothing of
// seats.
import type { Point } from "./camera";
import { type PointerSample, Pointers, type PointerTarget } from "./pointers";

export interface GestureTarget extends PointerTarget {
  zoom(at: Point, factor: number): void;
  /** Answers whether the key was used. */
  key(key: string): boolean;
  blur(): void;
}

/** Returns the function that takes the listeners off again. */
export function listenToGestures(canvas: HTMLCanvasElement, target: GestureTarget): () => void {
  const pointers = new Pointers(target);
  const listeners = new AbortController();
  const { signal } = listeners;
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ) => canvas.addEventListener(name, listener, { signal, passive: name !== "wheel" });

  on("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (event.button === 0) pointers.press(sampleOf(event, canvas));
  });
  on("pointermove", (event) => pointers.move(sampleOf(event, canvas)));
  on("pointerup", (event) => pointers.release(sampleOf(event, canvas)));
  on("pointercancel", (event) => pointers.cancel(event.pointerId));
  on("lostpointercapture", (event) => pointers.cancel(event.pointerId));
  on("pointerleave", () => target.hover(undefined));
  on("blur", () => target.blur());
  on("wheel", (event) => {
    event.preventDefault();
    target.zoom(placeOf(event, canvas), wheelFactor(event));
  });
  canvas.addEventListener(
    "keydown",
    (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && target.key(event.key)) event.preventDefault();
    },
    { signal },
  );
  return () => listeners.abort();
}

/** Mice count in lines, track pads in pixels, and a pinch on a track pad is a wheel with Ctrl. */
function wheelFactor({ deltaMode, deltaY, ctrlKey }: WheelEvent): number {
  const delta = deltaMode === 1 ? deltaY * 16 : deltaY;
  return Math.exp(-delta * (ctrlKey ? 0.01 : 0.0015));
}

function sampleOf(event: PointerEvent, canvas: HTMLCanvasElement): PointerSample {
  const { pointerId: id, pointerType: type, timeStamp: timeMs } = event;
  return { id, type, timeMs, at: placeOf(event, canvas) };
}

function placeOf(event: MouseEvent, canvas: HTMLCanvasElement): Point {
  const corner = canvas.getBoundingClientRect();
  return { x: event.clientX - corner.left, y: event.clientY - corner.top };
}
