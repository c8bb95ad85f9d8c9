// The seat map on its canvases: what a page can ask of it. Plain TypeScript without React; must
// never hold or release a seat itself, it only says which one was picked.
import type { SeatLook } from "../live/seat-store";
import { boundsOf } from "./boxes";
import type { Point } from "./camera";
import { FrameLoop } from "./frame-loop";
import { listenToGestures } from "./gestures";
import { type Lod, NUMBER_PX, SEAT_VIEW_PX, SHAPE_PX } from "./lod";
import type { MapLayout } from "./map-layout";
import { MapView } from "./map-view";
import { Minimap } from "./minimap";
import { LIGHT, type Palette } from "./palette";
import { SeatFaces } from "./seat-faces";
import { type Mode, Steering } from "./steering";

export interface ViewState {
  lod: Lod;
  /** CSS pixels per plan unit. */
  scale: number;
  /** Everything is in view: a minimap would show the same. */
  fitted: boolean;
}

export interface EngineOptions {
  base: HTMLCanvasElement;
  /** Lies exactly over `base`. */
  overlay: HTMLCanvasElement;
  minimap?: HTMLCanvasElement | undefined;
  layout: MapLayout;
  /** Light unless something else is given. */
  palette?: Palette | undefined;
  look: (ordinal: number) => SeatLook;
  onPick: (ordinal: number) => void;
  /** The seat under the pointer or the keyboard (-1: none) and its place in CSS pixels. */
  onFocus: (ordinal: number, at: Point) => void;
  onView?: ((view: ViewState) => void) | undefined;
  mode?: Mode | undefined;
}

export class SeatMapEngine {
  /** For measuring and testing; a page uses the methods below. */
  readonly view: MapView;
  private readonly layout: MapLayout;
  private readonly faces: SeatFaces;
  private readonly frames: FrameLoop;
  private readonly steering: Steering;
  private readonly minimap: Minimap | undefined;
  private readonly stopListening: () => void;

  constructor(options: EngineOptions) {
    const { base, overlay, layout, minimap, palette = LIGHT, mode = "pick", onView } = options;
    this.layout = layout;
    overlay.style.pointerEvents = "none";
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    const isCalm = () => calm.matches;
    const faces = new SeatFaces(layout, options.look);
    const view = new MapView(layout, () => this.frames?.redraw(), isCalm);
    this.faces = faces;
    this.view = view;
    this.minimap = minimap && new Minimap(minimap, (point) => view.centre(point));
    const shared = { base, overlay, layout, faces, view, palette, isCalm, onView };
    const frames = new FrameLoop({ ...shared, minimap: this.minimap });
    this.frames = frames;
    this.steering = new Steering({ ...options, layout, faces, view, frames, mode });
    frames.onMoved = () => this.steering.follow();
    this.stopListening = listenToGestures(base, this.steering);
    // What was written before the letters came was written in others.
    void document.fonts.ready.then(() => frames.redraw());
  }

  destroy(): void {
    this.stopListening();
    this.minimap?.destroy();
    this.frames.destroy();
  }

  setPalette(palette: Palette): void {
    this.frames.setPalette(palette);
  }

  /** Seats for which the test is true are faint and cannot be picked. Mine are never dimmed. */
  setDimmed(test: ((ordinal: number) => boolean) | undefined): void {
    this.faces.dimmed = test;
    this.seatsChanged("all");
  }

  /** A `#rrggbb` instead of a seat's usual colour. For new colours call `seatsChanged`. */
  setTint(color: ((ordinal: number) => string | undefined) | undefined): void {
    this.faces.tint = color;
    this.seatsChanged("all");
  }

  /** A `#rrggbb` for a section seen from far, instead of its share of free seats. */
  setSectionTint(color: ((sectionId: string) => string | undefined) | undefined): void {
    this.frames.sectionTint = color;
    this.frames.redraw();
  }

  /** These may look different now. Cheap for seats that do not. */
  seatsChanged(ordinals: Iterable<number> | "all"): void {
    this.frames.seatsChanged(ordinals);
  }

  /** Puts the keyboard's ring on a seat and brings it into view; -1 takes the ring away. */
  focusSeat(ordinal: number): void {
    if (ordinal < 0) this.steering.forget();
    else this.steering.walk(ordinal);
  }

  showSection(sectionId: string): void {
    const section = this.layout.sections.find(({ id }) => id === sectionId);
    if (section && section.seats > 0) this.view.show(section.box, SHAPE_PX, SEAT_VIEW_PX);
  }

  showSeats(ordinals: Iterable<number>): void {
    const { seats, pitch } = this.layout;
    const places = Array.from(ordinals, (ordinal) => seats[ordinal]).filter((seat) => !!seat);
    if (places.length === 0) return;
    const { minX, minY, maxX, maxY } = boundsOf(places);
    const room = pitch * 2;
    const box = { minX: minX - room, minY: minY - room, maxX: maxX + room, maxY: maxY + room };
    this.view.show(box, SHAPE_PX, NUMBER_PX);
  }

  /** Points to seats for a moment: somebody else was faster. */
  flash(ordinals: Iterable<number>): void {
    this.frames.flashSeats(ordinals);
  }

  fit(): void {
    this.view.fit();
  }

  zoomBy(factor: number): void {
    this.view.zoomBy(factor);
  }

  /** Relative to the canvas, in CSS pixels. */
  positionOf(ordinal: number): Point {
    return this.steering.positionOf(ordinal);
  }
}
