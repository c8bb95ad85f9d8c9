// Draws one frame of the map. Works in plan units (the context is already transformed), so line
// widths and text sizes scale with the hall. Must never keep state between frames.
import type { PlanArea } from "../api/types";
import type { SeatLook } from "../live/seat-store";
import type { Box } from "./camera";
import type { MapLayout } from "./map-layout";
import { legible, type Palette } from "./palette";
import { drawSeat } from "./seat-shapes";

export interface Scene {
  layout: MapLayout;
  palette: Palette;
  look: (ordinal: number) => SeatLook;
  visible: Box;
  /** CSS pixels per plan unit: below a few pixels text is noise. */
  scale: number;
  /** The seat under the pointer or the keyboard, or -1. */
  focus: number;
}

const FONT = "system-ui, sans-serif";
const READABLE_PX = 7;

export function drawMap(ink: CanvasRenderingContext2D, scene: Scene): void {
  drawSections(ink, scene);
  for (const area of scene.layout.areas) drawArea(ink, area, scene);
  drawRowLabels(ink, scene);
  drawSeats(ink, scene);
  drawSectionNames(ink, scene);
  drawFocus(ink, scene);
}

function drawSections(ink: CanvasRenderingContext2D, { layout, palette, scale }: Scene): void {
  ink.lineWidth = 1 / scale;
  for (const { box } of layout.sections) {
    ink.fillStyle = palette.section;
    ink.strokeStyle = palette.line;
    ink.beginPath();
    const { minX, minY } = box;
    ink.roundRect(minX, minY, box.maxX - minX, box.maxY - minY, layout.pitch / 2);
    ink.fill();
    ink.stroke();
  }
}

/**
 * Above the section; but where a seat is only a few pixels wide there is no room above, so the name
 * lies across the section, with a halo.
 */
function drawSectionNames(ink: CanvasRenderingContext2D, { layout, palette, scale }: Scene): void {
  const size = Math.min(Math.max(layout.pitch, 12 / scale), 20 / scale);
  const across = layout.pitch * scale < 6;
  for (const { name, box } of layout.sections) {
    const x = (box.minX + box.maxX) / 2;
    const y = across ? (box.minY + box.maxY) / 2 : box.minY - size * 0.75;
    if (across) halo(ink, name, x, y, size, palette.section);
    text(ink, name, x, y, size, palette.ink, 600);
  }
}

function drawArea(ink: CanvasRenderingContext2D, area: PlanArea, { palette, scale }: Scene): void {
  ink.save();
  ink.translate(area.x, area.y);
  ink.rotate(((area.rotation ?? 0) * Math.PI) / 180);
  ink.translate(-area.x, -area.y);
  ink.fillStyle = area.color ?? palette.section;
  ink.strokeStyle = area.border_color ?? palette.line;
  ink.lineWidth = 2 / scale;
  ink.beginPath();
  traceArea(ink, area);
  if (area.shape !== "text") {
    ink.fill();
    ink.stroke();
  }
  if (area.text) {
    const { x, y, size = 16, color } = area.text;
    text(ink, area.text.text, x, y, size, color ?? palette.ink, 500);
  }
  ink.restore();
}

function traceArea(ink: CanvasRenderingContext2D, area: PlanArea): void {
  const { x, y } = area;
  if (area.shape === "rectangle") {
    ink.rect(x, y, area.width ?? 0, area.height ?? 0);
  } else if (area.shape === "polygon") {
    for (const [px, py] of area.points ?? []) ink.lineTo(px, py);
    ink.closePath();
  } else if (area.shape !== "text") {
    const radiusX = area.radius ?? area.radius_x ?? 0;
    ink.ellipse(x, y, radiusX, area.radius ?? area.radius_y ?? 0, 0, 0, Math.PI * 2);
  }
}

function drawRowLabels(ink: CanvasRenderingContext2D, { layout, palette, scale }: Scene): void {
  const size = Math.min(layout.pitch * 0.5, 15 / scale);
  if (size * scale < READABLE_PX) return;
  for (const label of layout.rowLabels)
    text(ink, label.text, label.x, label.y, size, palette.muted);
}

/** Mine and pending come last: they are a little larger and must not be cut by a neighbour. */
function drawSeats(ink: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, palette, look } = scene;
  const colors = layout.colors.map((color) => legible(color, palette));
  const draw = (seat: number, seatLook: SeatLook) => {
    const color = colors[layout.categories[seat] ?? 0] ?? palette.muted;
    const [x, y] = [layout.xs[seat] ?? 0, layout.ys[seat] ?? 0];
    drawSeat(ink, seatLook, x, y, layout.radius, color, palette);
  };
  const onTop: number[] = [];
  layout.grid.forEachIn(scene.visible, (seat) => {
    const seatLook = look(seat);
    if (typeof seatLook === "string") onTop.push(seat);
    else draw(seat, seatLook);
  });
  for (const seat of onTop) draw(seat, look(seat));
}

function drawFocus(ink: CanvasRenderingContext2D, { layout, palette, scale, focus }: Scene): void {
  if (focus < 0) return;
  ink.strokeStyle = palette.ink;
  ink.lineWidth = 2 / scale;
  ink.beginPath();
  const reach = layout.radius * 1.2 + 2 / scale;
  ink.arc(layout.xs[focus] ?? 0, layout.ys[focus] ?? 0, reach, 0, Math.PI * 2);
  ink.stroke();
}

function text(
  ink: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  size: number,
  color: string,
  weight = 400,
): void {
  setFont(ink, size, weight);
  ink.fillStyle = color;
  ink.fillText(words, x, y);
}

function halo(
  ink: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  size: number,
  color: string,
): void {
  setFont(ink, size, 600);
  ink.strokeStyle = color;
  ink.lineWidth = size * 0.4;
  ink.lineJoin = "round";
  ink.strokeText(words, x, y);
}

function setFont(ink: CanvasRenderingContext2D, size: number, weight: number): void {
  ink.font = `${weight} ${size}px ${FONT}`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
}
