// One shape for every look of a seat, used by the map and by its legend. Draws into any 2D
// context; must never decide what a seat's look is.
import type { SeatLook } from "../live/seat-store";
import type { Palette } from "./palette";

type Ink = CanvasRenderingContext2D;

/** How a seat is drawn: a free one that is meant for people with a wheelchair has a shape of its own. */
export type SeatShape = SeatLook | "accessible";

const TURN = Math.PI * 2;

/** `available` is the colour of the seat's category, already legible on the ground. */
export function drawSeat(
  ink: Ink,
  look: SeatShape,
  x: number,
  y: number,
  radius: number,
  available: string,
  palette: Palette,
): void {
  switch (look) {
    case 0: // a filled disc
      ink.fillStyle = available;
      return disc(ink, x, y, radius);
    case "accessible": // a diamond
      ink.fillStyle = available;
      return diamond(ink, x, y, radius * 1.2);
    case 1: // a ring around a dot: somebody is deciding
      ink.strokeStyle = palette.held;
      ink.fillStyle = palette.held;
      ring(ink, x, y, radius * 0.82, radius * 0.3);
      return disc(ink, x, y, radius * 0.28);
    case 2: // a cross: gone
      ink.strokeStyle = palette.sold;
      return cross(ink, x, y, radius * 0.48, radius * 0.22);
    case 3: // a flat bar: not for sale
      ink.fillStyle = palette.sold;
      return void ink.fillRect(x - radius * 0.75, y - radius * 0.2, radius * 1.5, radius * 0.4);
    case "mine": // a square with a tick
      ink.fillStyle = palette.mine;
      square(ink, x, y, radius);
      ink.strokeStyle = palette.onMine;
      return tick(ink, x, y, radius);
    case "holding": // a dashed square that is already tinted: on its way to being mine
      return pendingSquare(ink, x, y, radius, palette.mine, 0.45);
    case "releasing": // the same, empty: on its way back
      return pendingSquare(ink, x, y, radius, palette.mine, 0.1);
  }
}

export function disc(ink: Ink, x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.arc(x, y, radius, 0, TURN);
  ink.fill();
}

export function ring(ink: Ink, x: number, y: number, radius: number, width: number): void {
  ink.lineWidth = width;
  ink.beginPath();
  ink.arc(x, y, radius, 0, TURN);
  ink.stroke();
}

function cross(ink: Ink, x: number, y: number, reach: number, width: number): void {
  ink.lineWidth = width;
  ink.beginPath();
  ink.moveTo(x - reach, y - reach);
  ink.lineTo(x + reach, y + reach);
  ink.moveTo(x + reach, y - reach);
  ink.lineTo(x - reach, y + reach);
  ink.stroke();
}

export function diamond(ink: Ink, x: number, y: number, reach: number): void {
  ink.beginPath();
  ink.moveTo(x, y - reach);
  ink.lineTo(x + reach, y);
  ink.lineTo(x, y + reach);
  ink.lineTo(x - reach, y);
  ink.fill();
}

function square(ink: Ink, x: number, y: number, reach: number): void {
  ink.beginPath();
  ink.roundRect(x - reach, y - reach, reach * 2, reach * 2, reach * 0.35);
  ink.fill();
}

function tick(ink: Ink, x: number, y: number, radius: number): void {
  ink.lineWidth = radius * 0.3;
  ink.beginPath();
  ink.moveTo(x - radius * 0.5, y + radius * 0.02);
  ink.lineTo(x - radius * 0.12, y + radius * 0.42);
  ink.lineTo(x + radius * 0.55, y - radius * 0.4);
  ink.stroke();
}

function pendingSquare(
  ink: Ink,
  x: number,
  y: number,
  radius: number,
  color: string,
  fill: number,
): void {
  ink.fillStyle = color;
  ink.globalAlpha = fill;
  square(ink, x, y, radius * 0.95);
  ink.globalAlpha = 1;
  ink.strokeStyle = color;
  ink.lineWidth = radius * 0.25;
  ink.setLineDash([radius * 0.5, radius * 0.35]);
  ink.strokeRect(x - radius * 0.95, y - radius * 0.95, radius * 1.9, radius * 1.9);
  ink.setLineDash([]);
}
