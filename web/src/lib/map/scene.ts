// What one frame shows, and the few strokes that every layer of it shares. Must never keep state
// between frames.
import { type Box, type Camera, type Point, type Size, visibleBox } from "./camera";
import type { Lod } from "./lod";
import type { MapLayout } from "./map-layout";
import type { Palette } from "./palette";
import type { SeatFaces } from "./seat-faces";

export type Ink = CanvasRenderingContext2D;

export function openInk(
  canvas: HTMLCanvasElement,
  settings?: CanvasRenderingContext2DSettings,
): Ink {
  const ink = canvas.getContext("2d", settings);
  if (!ink) throw new Error("this browser has no 2D canvas");
  return ink;
}

export interface Scene {
  layout: MapLayout;
  faces: SeatFaces;
  palette: Palette;
  /** To CSS pixels. */
  camera: Camera;
  view: Size;
  /** Pixels of the canvas per CSS pixel. */
  ratio: number;
  pitchPx: number;
  lod: Lod;
  /** The shape of every section, in plan units. */
  shapes: Path2D[];
  /** A colour for a section instead of its share of free seats. */
  sectionTint: ((sectionId: string) => string | undefined) | undefined;
}

export interface TextStyle {
  /** In the units of the context. */
  size: number;
  color: string;
  weight?: number;
  /** The colour around the letters, for words that lie on something. */
  halo?: string;
}

/** The page's own letters, as `styles.css` names them: a canvas does not inherit them. */
const FONT = '"Figtree Variable", system-ui, sans-serif';

export function write(ink: Ink, words: string, x: number, y: number, style: TextStyle): void {
  setFont(ink, style);
  if (style.halo) {
    ink.strokeStyle = style.halo;
    ink.lineWidth = style.size * 0.35;
    ink.lineJoin = "round";
    ink.strokeText(words, x, y);
  }
  ink.fillStyle = style.color;
  ink.fillText(words, x, y);
}

export function setFont(ink: Ink, { size, weight = 400 }: { size: number; weight?: number }): void {
  ink.font = `${weight} ${size}px ${FONT}`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
}

/** From now on the context counts in CSS pixels. */
export function inPixels(ink: Ink, { ratio }: Scene): void {
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** From now on the context counts in plan units. */
export function inPlan(ink: Ink, { camera, ratio }: Scene): void {
  const scale = camera.scale * ratio;
  ink.setTransform(scale, 0, 0, scale, camera.x * ratio, camera.y * ratio);
}

/** The part of the plan that is drawn, with room for what reaches into the view from outside. */
export function drawnBox({ camera, view, layout }: Scene): Box {
  return visibleBox(camera, view, layout.pitch);
}

export function traceOutline(outline: Point[]): Path2D {
  const path = new Path2D();
  for (const { x, y } of outline) path.lineTo(x, y);
  path.closePath();
  return path;
}
