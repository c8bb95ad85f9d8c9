// The simpler shapes of seats that are only a few pixels wide. Still told apart without colour:
// free is a full disc, held is hollow, sold is small, blocked is flat, mine is a square, and
// a free one for wheelchairs a diamond.
import type { Palette } from "./palette";
import { diamond, disc, ring, type SeatShape } from "./seat-shapes";

/** A smaller disc would be a shade, not a dot. In pixels of the canvas. */
const SMALLEST = 0.9;

type Ink = CanvasRenderingContext2D;

export interface Dot {
  x: number;
  y: number;
  radius: number;
  /** Of the category, or the tint. */
  color: string;
  /** Too small to be hollow: then held is a small disc of its own colour. */
  solid: boolean;
}

export function drawDot(ink: Ink, look: SeatShape, dot: Dot, palette: Palette): void {
  const { x, y, radius } = dot;
  ink.fillStyle = dotColor(look, dot.color, palette);
  ink.strokeStyle = ink.fillStyle;
  if (look === 0) return disc(ink, x, y, radius);
  if (look === "accessible") return diamond(ink, x, y, radius * 1.2);
  if (look === 1 && dot.solid) return disc(ink, x, y, radius * 0.8);
  if (look === 1) return ring(ink, x, y, radius * 0.78, radius * 0.42);
  if (look === 2) return disc(ink, x, y, Math.max(radius * 0.5, SMALLEST));
  if (look === 3) return bar(ink, x, y, radius * 0.75, Math.max(radius * 0.28, SMALLEST * 0.6));
  if (look === "mine") return bar(ink, x, y, radius, radius);
  const inner = look === "holding" ? radius * 0.7 : radius * 0.8;
  ink.lineWidth = look === "holding" ? radius * 0.6 : radius * 0.4;
  ink.strokeRect(x - inner, y - inner, inner * 2, inner * 2);
}

function bar(ink: Ink, x: number, y: number, halfWidth: number, halfHeight: number): void {
  ink.fillRect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2);
}

function dotColor(look: SeatShape, color: string, palette: Palette): string {
  if (look === 0 || look === "accessible") return color;
  if (look === 1) return palette.held;
  return look === 2 || look === 3 ? palette.sold : palette.mine;
}
