// The seat map on a canvas: camera, input, drawing when something changed. Plain TypeScript without
// React; must never hold or release a seat itself, it only says which one was picked.
import type { SeatLook } from "../live/seat-store";
import {
  type Camera,
  fitCamera,
  type Point,
  panCamera,
  type Size,
  toPlan,
  toScreen,
  visibleBox,
  zoomCamera,
} from "./camera";
import { drawMap } from "./draw-map";
import { listenToGestures } from "./gestures";
import type { MapLayout } from "./map-layout";
import { nextSeat } from "./next-seat";
import { LIGHT, type Palette } from "./palette";

interface Options {
  canvas: HTMLCanvasElement;
  layout: MapLayout;
  look: (ordinal: number) => SeatLook;
  onPick: (ordinal: number) => void;
  /** The seat under the pointer or the keyboard (-1: none) and its place in CSS pixels. */
  onFocus: (ordinal: number, at: Point) => void;
}

const MARGIN_PX = 12;
/** A finger needs this much room for a seat; a tap on a smaller one zooms in instead. */
const TOUCH_PITCH_PX = 20;
/** Beyond this many backing pixels a phone stutters and the eye sees no difference. */
const MAX_PIXEL_RATIO = 2;

export class SeatMapEngine {
  private readonly options: Options;
  private readonly ink: CanvasRenderingContext2D;
  private palette: Palette = LIGHT;
  private view: Size = { width: 1, height: 1 };
  private camera: Camera = { scale: 1, x: 0, y: 0 };
  private focus = -1;
  /** Until the visitor moves the map, it stays fitted through every resize. */
  private fitted = true;
  private frame: number | undefined;
  private readonly stopListening: () => void;
  private readonly resizes: ResizeObserver;

  constructor(options: Options) {
    this.options = options;
    const ink = options.canvas.getContext("2d");
    if (!ink) throw new Error("this browser has no 2D canvas");
    this.ink = ink;
    this.stopListening = listenToGestures(options.canvas, {
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (at, factor) => this.zoom(at, factor),
      tap: (at, pointerType) => this.tap(at, pointerType),
      hover: (at) => this.setFocus(at ? this.hit(at) : -1),
      key: (key) => this.key(key),
    });
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(options.canvas);
    this.resize();
  }

  destroy(): void {
    this.stopListening();
    this.resizes.disconnect();
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.invalidate();
  }

  /** Something that is drawn has changed. However often this is called, one frame is one drawing. */
  invalidate(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  fit(): void {
    this.fitted = true;
    this.camera = fitCamera(this.options.layout.bounds, this.view, MARGIN_PX);
    this.invalidate();
  }

  zoomBy(factor: number): void {
    this.zoom({ x: this.view.width / 2, y: this.view.height / 2 }, factor);
  }

  /** Relative to the canvas, in CSS pixels. */
  positionOf(ordinal: number): Point {
    return toScreen(this.camera, this.place(ordinal));
  }

  private place(ordinal: number): Point {
    const { xs, ys } = this.options.layout;
    return { x: xs[ordinal] ?? 0, y: ys[ordinal] ?? 0 };
  }

  private hit(at: Point): number {
    const { layout, look } = this.options;
    const point = toPlan(this.camera, at);
    return layout.grid.nearest(point.x, point.y, layout.pitch * 0.6, (seat) => look(seat) === 0);
  }

  private tap(at: Point, pointerType: string): void {
    const pitchPx = this.options.layout.pitch * this.camera.scale;
    if (pointerType === "touch" && pitchPx < TOUCH_PITCH_PX) {
      this.zoom(at, (TOUCH_PITCH_PX * 1.2) / pitchPx);
      return;
    }
    const seat = this.hit(at);
    if (seat >= 0) this.options.onPick(seat);
  }

  /** Arrows walk from seat to seat, Enter picks. Answers whether the key was used. */
  private key(key: string): boolean {
    if (key === "+" || key === "=") this.zoomBy(1.4);
    else if (key === "-") this.zoomBy(1 / 1.4);
    else if (key === "0") this.fit();
    else if ((key === "Enter" || key === " ") && this.focus >= 0) this.options.onPick(this.focus);
    else if (key.startsWith("Arrow")) this.walk(key);
    else return false;
    return true;
  }

  private walk(key: string): void {
    const { layout } = this.options;
    const middle = toPlan(this.camera, { x: this.view.width / 2, y: this.view.height / 2 });
    const from = this.focus >= 0 ? this.place(this.focus) : middle;
    const seat = nextSeat(layout, from, this.focus, key);
    if (seat < 0) return;
    this.setFocus(seat);
    const { x, y } = this.positionOf(seat);
    const { width, height } = this.view;
    const outside = x < 0 || y < 0 || x > width || y > height;
    if (outside) this.pan(width / 2 - x, height / 2 - y);
  }

  private setFocus(seat: number): void {
    if (seat === this.focus) return;
    this.focus = seat;
    this.options.canvas.style.cursor = seat >= 0 ? "pointer" : "grab";
    this.options.onFocus(seat, seat >= 0 ? this.positionOf(seat) : { x: 0, y: 0 });
    this.invalidate();
  }

  private pan(dx: number, dy: number): void {
    this.fitted = false;
    this.camera = panCamera(this.camera, dx, dy, this.options.layout.bounds, this.view);
    this.setFocusPlace();
    this.invalidate();
  }

  private zoom(at: Point, factor: number): void {
    this.fitted = false;
    const { bounds } = this.options.layout;
    const smallest = fitCamera(bounds, this.view, MARGIN_PX).scale * 0.8;
    this.camera = zoomCamera(this.camera, at, factor, smallest);
    this.pan(0, 0);
  }

  /** The tooltip follows its seat when the map moves below it. */
  private setFocusPlace(): void {
    if (this.focus >= 0) this.options.onFocus(this.focus, this.positionOf(this.focus));
  }

  private resize(): void {
    const { canvas } = this.options;
    this.view = { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1 };
    const ratio = this.pixelRatio();
    canvas.width = Math.round(this.view.width * ratio);
    canvas.height = Math.round(this.view.height * ratio);
    if (this.fitted) this.fit();
    // Setting the size has cleared the canvas; waiting for a frame would flash.
    this.draw();
  }

  private pixelRatio(): number {
    return Math.min(window.devicePixelRatio || 1, MAX_PIXEL_RATIO);
  }

  private draw(): void {
    const { ink, palette, camera, view } = this;
    const { layout, look } = this.options;
    const ratio = this.pixelRatio();
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.fillStyle = palette.ground;
    ink.fillRect(0, 0, ink.canvas.width, ink.canvas.height);
    const scale = camera.scale * ratio;
    ink.setTransform(scale, 0, 0, scale, camera.x * ratio, camera.y * ratio);
    const visible = visibleBox(camera, view, layout.pitch);
    drawMap(ink, { layout, palette, look, visible, scale: camera.scale, focus: this.focus });
  }
}
