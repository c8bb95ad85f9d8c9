// Decides when and what to draw: one drawing a frame however much was asked for, only the changed
// seats where nothing else moved, nothing at all in a hidden tab. Must never handle input.
import { Changes } from "./changes";
import { Flash } from "./flash";
import type { MapLayout } from "./map-layout";
import { MapPainter, pixelRatio } from "./map-painter";
import type { MapView } from "./map-view";
import type { Minimap } from "./minimap";
import type { Palette } from "./palette";
import { type Scene, traceOutline } from "./scene";
import type { SeatFaces } from "./seat-faces";
import type { ViewState } from "./seat-map-engine";

interface Parts {
  base: HTMLCanvasElement;
  overlay: HTMLCanvasElement;
  layout: MapLayout;
  faces: SeatFaces;
  view: MapView;
  minimap: Minimap | undefined;
  palette: Palette;
  isCalm: () => boolean;
  onView: ((view: ViewState) => void) | undefined;
}

/** Numbers that change sixty times a second cannot be read; these change five times. */
const COUNTS_EVERY_MS = 200;

export class FrameLoop {
  /** Told after every move of the map, so that what is placed over it can follow. */
  onMoved = () => {};
  readonly marks = { focus: -1, section: -1 };
  sectionTint: Scene["sectionTint"];
  private readonly parts: Parts;
  private readonly painter: MapPainter;
  private readonly changes: Changes;
  private readonly flash: Flash;
  private readonly shapes: Path2D[];
  private readonly resizes: ResizeObserver;
  private readonly listeners = new AbortController();
  private palette: Palette;
  private ratio = 1;
  private frame: number | undefined;
  private lastView: ViewState | undefined;
  private countsDrawnMs = 0;
  private countsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: Parts) {
    const { base, overlay, layout, faces } = parts;
    this.parts = parts;
    this.palette = parts.palette;
    this.painter = new MapPainter(base, overlay, layout, faces);
    this.changes = new Changes(layout.count / 4);
    this.flash = new Flash(parts.isCalm);
    this.shapes = layout.sections.map(({ outline }) => traceOutline(outline));
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(base);
    const { signal } = this.listeners;
    document.addEventListener("visibilitychange", () => this.comeBack(), { signal });
    this.resize();
  }

  destroy(): void {
    this.listeners.abort();
    this.resizes.disconnect();
    clearTimeout(this.countsTimer);
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.redraw();
  }

  seatsChanged(ordinals: Iterable<number> | "all"): void {
    // Nothing is drawn in a hidden tab, so a list of changes would only grow.
    this.changes.addSeats(document.hidden ? "all" : ordinals);
    this.request();
  }

  redraw(): void {
    this.changes.full = true;
    this.changes.overlay = true;
    this.request();
  }

  redrawMarks(): void {
    this.changes.overlay = true;
    this.request();
  }

  flashSeats(seats: Iterable<number>): void {
    this.flash.start(seats);
    this.redrawMarks();
  }

  private request(): void {
    if (document.hidden || this.listeners.signal.aborted) return;
    this.frame ??= requestAnimationFrame((nowMs) => {
      this.frame = undefined;
      this.run(nowMs);
    });
  }

  private run(nowMs: number): void {
    const { view } = this.parts;
    const before = view.camera;
    const moving = view.step(nowMs);
    if (view.camera !== before) this.redraw();
    this.draw(nowMs);
    if (moving) this.redraw();
  }

  private draw(nowMs: number): void {
    const { changes, parts } = this;
    const seats = this.refreshFaces();
    const scene = this.scene();
    if (changes.full) this.drawAll(scene, nowMs);
    else if (seats.length > 0 && scene.lod > 0) this.painter.drawSeats(seats, scene);
    else if (seats.length > 0) this.drawCounts(scene, nowMs);
    if (changes.overlay) this.drawMarks(scene, nowMs);
    if (changes.full || parts.faces.ownChanged) parts.minimap?.draw(scene);
    changes.clear();
    parts.faces.ownChanged = false;
    if (this.flash.seats.size > 0) this.redrawMarks();
  }

  private refreshFaces(): number[] {
    const { changes, parts } = this;
    const { faces } = parts;
    const wasAll = changes.allSeats;
    if (wasAll) faces.refreshAll();
    const changed = changes.takeSeats().filter((seat) => faces.refresh(seat));
    changes.full ||= wasAll;
    changes.overlay ||= wasAll || faces.ownChanged;
    return changed;
  }

  private drawAll(scene: Scene, nowMs: number): void {
    this.painter.drawAll(scene);
    this.countsDrawnMs = nowMs;
    this.tellView(scene);
    this.onMoved();
  }

  private drawCounts(scene: Scene, nowMs: number): void {
    const waitMs = this.countsDrawnMs + COUNTS_EVERY_MS - nowMs;
    if (waitMs <= 0) return this.drawAll(scene, nowMs);
    clearTimeout(this.countsTimer);
    this.countsTimer = setTimeout(() => this.redraw(), waitMs);
  }

  private drawMarks(scene: Scene, nowMs: number): void {
    const flashStrength = this.flash.strength(nowMs);
    this.painter.drawOverlay(scene, { ...this.marks, flash: this.flash.seats, flashStrength });
  }

  private scene(): Scene {
    const { layout, faces, view } = this.parts;
    const { camera, size, pitchPx, lod } = view;
    const { palette, ratio, shapes, sectionTint } = this;
    return { layout, faces, palette, camera, view: size, ratio, pitchPx, lod, shapes, sectionTint };
  }

  private tellView({ lod, camera: { scale } }: Scene): void {
    const { onView, view } = this.parts;
    const { fitted } = view;
    const last = this.lastView;
    if (last?.lod === lod && last.scale === scale && last.fitted === fitted) return;
    this.lastView = { lod, scale, fitted };
    onView?.(this.lastView);
  }

  private resize(): void {
    const { base, view } = this.parts;
    const size = { width: base.clientWidth || 1, height: base.clientHeight || 1 };
    const ratio = pixelRatio(size.width, size.height);
    const same = size.width === view.size.width && size.height === view.size.height;
    if (same && ratio === this.ratio && this.lastView) return;
    this.ratio = ratio;
    this.painter.resize(size, ratio);
    view.resize(size);
    this.redraw();
    // The canvases are empty now; waiting for a frame would flash.
    this.draw(performance.now());
    this.followRatio();
  }

  /** A window that is dragged to another monitor keeps its size and changes its pixels. */
  private followRatio(): void {
    const media = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const { signal } = this.listeners;
    media.addEventListener("change", () => this.resize(), { once: true, signal });
  }

  private comeBack(): void {
    if (document.hidden) return;
    this.changes.addSeats("all");
    this.redraw();
  }
}
