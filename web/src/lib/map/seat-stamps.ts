// The picture of every kind of seat at one zoom, as plain pixels: made once for a zoom step and a
// theme, then copied thousands of times. Must never know where a seat is.

import { HOLLOW_PX, SHAPE_PX } from "./lod";
import { legible, type Palette } from "./palette";
import { drawDot } from "./seat-dots";
import { colorOf, type FaceId, isDimmed, type SeatFaces, shapeOf } from "./seat-faces";
import { drawSeat } from "./seat-shapes";

export interface StampStyle {
  palette: Palette;
  /** In CSS pixels: decides the shapes. */
  pitchPx: number;
  /** In pixels of the canvas. */
  radius: number;
  /** Of the buffer that the stamps go to. */
  width: number;
}

/** The pixels of one face that are not empty, for one place within a pixel. */
export interface Stamp {
  colors: Int32Array;
  /** From the stamp's corner, in the buffer and as columns and rows. */
  offsets: Int32Array;
  columns: Uint8Array;
  rows: Uint8Array;
}

/** The largest look reaches this many radii from the middle. */
const REACH = 1.25;
const DIMMED_ALPHA = 0.2;
/** Small seats are drawn at quarters of a pixel: rounded to whole ones, curved rows would wobble. */
const FINE_BELOW = 6;

export class SeatStamps {
  /** A stamp is a square of this many pixels; its middle is `half` pixels from the corner. */
  size = 1;
  half = 0;
  /** A stamp exists for every `1 / 2^phaseBits` of a pixel, in both directions. */
  phaseBits = 0;
  private style: StampStyle | undefined;
  private readonly faces: SeatFaces;
  private stamps: (Stamp[] | undefined)[] = [];
  private readonly canvas = document.createElement("canvas");
  private readonly ink: CanvasRenderingContext2D;

  constructor(faces: SeatFaces) {
    this.faces = faces;
    const ink = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!ink) throw new Error("this browser has no 2D canvas");
    this.ink = ink;
  }

  /** Throws the old pictures away if they do not fit any more. */
  use(style: StampStyle): void {
    const next = { ...style, radius: zoomStep(style.radius) };
    if (this.style && isSame(this.style, next)) return;
    this.style = next;
    this.stamps = [];
    this.phaseBits = next.radius < FINE_BELOW ? 2 : 1;
    this.half = Math.ceil(next.radius * REACH) + 1;
    this.size = this.half * 2 + 1;
  }

  /** By phase: `y << phaseBits | x`. */
  of(face: FaceId): Stamp[] {
    this.stamps[face] ??= this.draw(face);
    return this.stamps[face] as Stamp[];
  }

  private draw(face: FaceId): Stamp[] {
    const { canvas, ink, size, half } = this;
    const phases = 1 << this.phaseBits;
    const count = phases * phases;
    // Setting the size also clears. One below the other: then each stamp is one run of pixels.
    canvas.width = size;
    canvas.height = size * count;
    ink.globalAlpha = isDimmed(face) ? DIMMED_ALPHA : 1;
    for (let phase = 0; phase < count; phase++) {
      const x = half + (phase % phases) / phases;
      const y = half + Math.floor(phase / phases) / phases;
      this.drawOne(face, x, y + phase * size);
    }
    const pixels = new Int32Array(ink.getImageData(0, 0, size, size * count).data.buffer);
    return Array.from({ length: count }, (_, phase) => {
      return this.cut(pixels.subarray(phase * size * size, (phase + 1) * size * size));
    });
  }

  /** Runs for every new stamp of a zoom, up to some hundred times in a frame: hence the loops. */
  private cut(pixels: Int32Array): Stamp {
    const { size } = this;
    const width = this.style?.width ?? 0;
    let count = 0;
    for (let at = 0; at < pixels.length; at++) if (pixels[at] !== 0) count += 1;
    const stamp = {
      colors: new Int32Array(count),
      offsets: new Int32Array(count),
      columns: new Uint8Array(count),
      rows: new Uint8Array(count),
    };
    for (let at = 0, to = 0; at < pixels.length; at++) {
      const color = pixels[at] as number;
      if (color === 0) continue;
      const row = Math.floor(at / size);
      stamp.colors[to] = color;
      stamp.offsets[to] = row * width + at - row * size;
      stamp.columns[to] = at - row * size;
      stamp.rows[to] = row;
      to += 1;
    }
    return stamp;
  }

  private drawOne(face: FaceId, x: number, y: number): void {
    if (!this.style) return;
    const { palette, radius, pitchPx } = this.style;
    const shape = shapeOf(face);
    const colorIndex = colorOf(face);
    const color = legible(this.faces.colors[colorIndex] ?? "", palette);
    const inks = this.faces.isTint(colorIndex)
      ? { ...palette, held: color, sold: color, mine: color }
      : palette;
    if (pitchPx >= SHAPE_PX) return drawSeat(this.ink, shape, x, y, radius, color, inks);
    drawDot(this.ink, shape, { x, y, radius, color, solid: pitchPx < HOLLOW_PX }, inks);
  }
}

function isSame(a: StampStyle, b: StampStyle): boolean {
  const sameSize = a.radius === b.radius && a.width === b.width;
  return sameSize && a.palette === b.palette && shapesAt(a.pitchPx) === shapesAt(b.pitchPx);
}

/** Steps of at most three per cent: nobody sees them, and a slow zoom reuses its stamps. */
function zoomStep(radius: number): number {
  const step = radius < 4 ? 0.125 : radius < 16 ? 0.25 : 0.5;
  return Math.max(step, Math.round(radius / step) * step);
}

function shapesAt(pitchPx: number): number {
  if (pitchPx < HOLLOW_PX) return 0;
  return pitchPx < SHAPE_PX ? 1 : 2;
}
