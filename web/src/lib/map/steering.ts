// What a hand or a keyboard does to the map: which seat is meant, what may be picked, where to
// look. Must never draw, and never decide whether a seat can be had.
import { pointBox } from "./boxes";
import { type Point, toPlan, toScreen } from "./camera";
import type { FrameLoop } from "./frame-loop";
import type { GestureTarget } from "./gestures";
import { seatAt, sectionAt } from "./hit";
import { canPick, SEAT_VIEW_PX, SHAPE_PX } from "./lod";
import type { MapLayout } from "./map-layout";
import type { MapView } from "./map-view";
import { nextSeat, rowEnd, sectionStep } from "./next-seat";
import { isDimmed, isFree, type SeatFaces } from "./seat-faces";

/** `watch`: nothing is bought, so a small seat may be picked with a finger too. */
export type Mode = "pick" | "watch";

interface Parts {
  base: HTMLCanvasElement;
  layout: MapLayout;
  faces: SeatFaces;
  view: MapView;
  frames: FrameLoop;
  mode: Mode;
  onPick: (ordinal: number) => void;
  onFocus: (ordinal: number, at: Point) => void;
}

/** Seats at least this far apart are large enough for the keyboard's ring. */
const READABLE_PX = 12;
/** How far inside of the view the keyboard's seat stays. */
const REVEAL_PX = 56;
const KEY_ZOOM = 1.5;
const DOUBLE_TAP_ZOOM = 2;

export class Steering implements GestureTarget {
  private readonly parts: Parts;
  private focus = -1;
  /** A seat that the keyboard has reached stays meant when the pointer wanders over the ground. */
  private byKeyboard = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  pan(dx: number, dy: number): void {
    this.parts.view.pan(dx, dy);
  }

  pinch(from: Point, to: Point, factor: number): void {
    this.parts.view.pinch(from, to, factor);
  }

  throw(vx: number, vy: number): void {
    this.parts.view.drift(vx, vy);
  }

  zoom(at: Point, factor: number): void {
    this.parts.view.zoomAt(at, factor);
  }

  doubleTap(at: Point): void {
    this.parts.view.zoomBy(DOUBLE_TAP_ZOOM, at);
  }

  /** Picks a seat where it is large enough to be meant; elsewhere a tap comes closer. */
  tap(at: Point, pointerType: string): boolean {
    const { view, mode, onPick } = this.parts;
    const seat = this.seatUnder(at);
    if (canPick(view.pitchPx, mode === "watch" ? "mouse" : pointerType)) {
      if (seat >= 0) onPick(seat);
      return seat >= 0;
    }
    if (view.pitchPx < SHAPE_PX) return this.enterSection(at);
    if (seat >= 0) view.zoomToSeats(at);
    return seat >= 0;
  }

  private enterSection(at: Point): boolean {
    const { view, layout } = this.parts;
    const section = layout.sections[sectionAt(layout, toPlan(view.camera, at))];
    if (section) view.enter(section.box, at);
    return section !== undefined;
  }

  hover(at: Point | undefined): void {
    const { view, layout, frames, base } = this.parts;
    const far = view.pitchPx < SHAPE_PX;
    const section = at && far ? sectionAt(layout, toPlan(view.camera, at)) : -1;
    if (section !== frames.marks.section) {
      frames.marks.section = section;
      frames.redrawMarks();
    }
    const seat = at && !far ? this.seatUnder(at) : -1;
    if (seat >= 0 || !this.byKeyboard) this.setFocus(seat, false);
    base.style.cursor = seat >= 0 ? "pointer" : section >= 0 ? "zoom-in" : "grab";
  }

  blur(): void {
    this.setFocus(-1, false);
  }

  key(key: string): boolean {
    const { view, layout, onPick } = this.parts;
    if (key === "+" || key === "=") view.zoomBy(KEY_ZOOM);
    else if (key === "-") view.zoomBy(1 / KEY_ZOOM);
    else if (key === "0") view.fit();
    else if (key.startsWith("Arrow")) this.walk(nextSeat(layout, this.from(), this.focus, key));
    else if (key === "PageUp" || key === "PageDown")
      this.walk(sectionStep(layout, this.focus, key));
    else if (this.focus < 0) return false;
    else if (key === "Home" || key === "End") this.walk(rowEnd(layout, this.focus, key));
    else if (key === "Enter" || key === " ") onPick(this.focus);
    else if (key === "Escape") this.setFocus(-1, false);
    else return false;
    return true;
  }

  /** Points to a seat as the keyboard does, and brings it into view. */
  walk(seat: number): void {
    if (seat < 0 || seat >= this.parts.layout.count) return;
    const { view, layout } = this.parts;
    this.setFocus(seat, true);
    const { x, y } = this.place(seat);
    const readable = view.destination.scale * layout.pitch >= READABLE_PX;
    if (readable) view.reveal({ x, y }, REVEAL_PX);
    else view.show(pointBox(x, y), READABLE_PX, SEAT_VIEW_PX);
  }

  forget(): void {
    this.setFocus(-1, false);
  }

  /** The map has moved below it: whatever shows the seat's name moves along. */
  follow(): void {
    if (this.focus >= 0) this.parts.onFocus(this.focus, this.positionOf(this.focus));
  }

  positionOf(seat: number): Point {
    return toScreen(this.parts.view.camera, this.place(seat));
  }

  private from(): Point {
    return this.focus >= 0 ? this.place(this.focus) : this.parts.view.middleOnPlan();
  }

  private place(seat: number): Point {
    const { xs, ys } = this.parts.layout;
    return { x: xs[seat] ?? 0, y: ys[seat] ?? 0 };
  }

  private seatUnder(at: Point): number {
    const { view, layout, faces } = this.parts;
    const canBeHad = (seat: number) => {
      const face = faces.ids[seat] ?? 0;
      return isFree(face) && !isDimmed(face);
    };
    const seat = seatAt(layout, toPlan(view.camera, at), canBeHad);
    return seat >= 0 && isDimmed(faces.ids[seat] ?? 0) ? -1 : seat;
  }

  private setFocus(seat: number, byKeyboard: boolean): void {
    this.byKeyboard = byKeyboard && seat >= 0;
    if (seat === this.focus) return;
    this.focus = seat;
    const { onFocus, frames } = this.parts;
    onFocus(seat, seat >= 0 ? this.positionOf(seat) : { x: 0, y: 0 });
    frames.marks.focus = seat;
    frames.redrawMarks();
  }
}
