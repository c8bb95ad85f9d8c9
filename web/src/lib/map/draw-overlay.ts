// What lies over the seats and comes and goes without drawing them again: the ring of the pointer
// and the keyboard, my seats' outline, a conflict's flash.
import { type Point, toScreen } from "./camera";
import { type Ink, inPixels, inPlan, type Scene } from "./scene";

export interface Marks {
  /** The seat under the pointer or the keyboard, or -1; and the section under the pointer. */
  focus: number;
  section: number;
  /** Seats to point at, and how strongly, from 1 down to 0. */
  flash: Iterable<number>;
  flashStrength: number;
}

const TURN = Math.PI * 2;
/** A seat of mine is found at a glance however small it is. */
const OWN_MARK_PX = 4.5;

/** Answers whether anything was drawn: an empty overlay need not be cleared again. */
export function drawOverlay(ink: Ink, scene: Scene, marks: Marks): boolean {
  let drawn = drawHoveredSection(ink, scene, marks.section);
  inPixels(ink, scene);
  for (const seat of scene.faces.own) {
    drawOwn(ink, scene, placeOf(scene, seat));
    drawn = true;
  }
  for (const seat of marks.flash) {
    drawFlash(ink, scene, placeOf(scene, seat), marks.flashStrength);
    drawn = true;
  }
  if (marks.focus < 0) return drawn;
  drawFocus(ink, scene, placeOf(scene, marks.focus));
  return true;
}

function drawHoveredSection(ink: Ink, scene: Scene, section: number): boolean {
  const shape = scene.shapes[section];
  if (!shape) return false;
  inPlan(ink, scene);
  ink.lineWidth = 2 / scene.camera.scale;
  ink.strokeStyle = scene.palette.focus;
  ink.stroke(shape);
  return true;
}

function drawOwn(ink: Ink, { palette, layout, camera, lod }: Scene, { x, y }: Point): void {
  const radius = layout.radius * camera.scale;
  if (lod < 2) {
    ink.fillStyle = palette.mine;
    circle(ink, x, y, Math.max(OWN_MARK_PX, radius * 1.2));
    ink.fill();
    outline(ink, palette.ground, 1.5);
    return;
  }
  // Neighbours of mine share an edge instead of crossing each other's outline.
  const reach = Math.max((layout.pitch * camera.scale) / 2 - 0.5, radius + 1.5);
  ink.beginPath();
  ink.roundRect(x - reach, y - reach, reach * 2, reach * 2, reach * 0.35);
  outline(ink, palette.mine, 1.5);
}

/** Two rings, light and dark: one of them is seen on whatever lies below. */
function drawFocus(ink: Ink, { palette, layout, camera }: Scene, { x, y }: Point): void {
  const reach = Math.max(layout.radius * camera.scale * 1.2, 3) + 2.5;
  circle(ink, x, y, reach);
  outline(ink, palette.ground, 5);
  outline(ink, palette.focus, 2.5);
}

function drawFlash(ink: Ink, scene: Scene, { x, y }: Point, strength: number): void {
  const reach = Math.max(scene.layout.radius * scene.camera.scale, 4);
  ink.globalAlpha = Math.min(1, strength * 2);
  circle(ink, x, y, reach * (1.3 + (1 - strength) * 0.9) + 2);
  outline(ink, scene.palette.conflict, 3);
  ink.globalAlpha = 1;
}

function circle(ink: Ink, x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.arc(x, y, radius, 0, TURN);
}

function outline(ink: Ink, color: string, width: number): void {
  ink.lineWidth = width;
  ink.strokeStyle = color;
  ink.stroke();
}

function placeOf({ layout, camera }: Scene, seat: number): Point {
  return toScreen(camera, { x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });
}
