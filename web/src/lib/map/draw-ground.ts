// What lies under the seats: the ground, the sections' surfaces, areas, names and row labels. Drawn
// the same for the same camera, because a part of it is later copied back under changed seats.
import type { PlanArea } from "../api/types";
import { areaBox } from "./boxes";
import { grow, overlaps, toScreen } from "./camera";
import { drawNamesBeside } from "./draw-names";
import { legible, mix, type Palette } from "./palette";
import { drawnBox, type Ink, inPixels, inPlan, type Scene, write } from "./scene";

const READABLE_PX = 8;

export function drawGround(ink: Ink, scene: Scene): void {
  clearGround(ink, scene);
  inPlan(ink, scene);
  drawSurfaces(ink, scene);
  drawAreas(ink, scene);
  inPixels(ink, scene);
  drawNamesBeside(ink, scene);
  drawRowLabels(ink, scene);
}

export function clearGround(ink: Ink, { palette }: Scene): void {
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = palette.ground;
  ink.fillRect(0, 0, ink.canvas.width, ink.canvas.height);
}

function drawSurfaces(ink: Ink, scene: Scene): void {
  const { layout, palette, shapes, camera } = scene;
  const visible = drawnBox(scene);
  ink.lineWidth = 1 / camera.scale;
  ink.fillStyle = palette.section;
  ink.strokeStyle = palette.line;
  layout.sections.forEach(({ box, seats }, index) => {
    const shape = shapes[index];
    if (!shape || seats === 0 || !overlaps(box, visible)) return;
    ink.fill(shape);
    ink.stroke(shape);
  });
}

export function drawAreas(ink: Ink, scene: Scene): void {
  const visible = drawnBox(scene);
  for (const area of scene.layout.areas) {
    const box = areaBox(area);
    // A turned area reaches further than its box; its diagonal is always enough.
    const turned = area.rotation ? Math.hypot(box.maxX - box.minX, box.maxY - box.minY) : 0;
    if (area.text || overlaps(grow(box, turned), visible)) drawArea(ink, area, scene);
  }
}

function drawArea(ink: Ink, area: PlanArea, { palette, camera }: Scene): void {
  ink.save();
  ink.translate(area.x, area.y);
  ink.rotate(((area.rotation ?? 0) * Math.PI) / 180);
  ink.translate(-area.x, -area.y);
  if (area.shape !== "text") {
    ink.fillStyle = surface(area.color, palette.section, palette, 0.88);
    ink.strokeStyle = surface(area.border_color, palette.line, palette, 0.7);
    ink.lineWidth = 1.5 / camera.scale;
    ink.beginPath();
    traceArea(ink, area);
    ink.fill();
    ink.stroke();
  }
  if (area.text && (area.text.size ?? 16) * camera.scale >= READABLE_PX) {
    const { x, y, size = 16, color } = area.text;
    const words = isDark(palette) || !color ? legible(color ?? palette.ink, palette) : color;
    write(ink, area.text.text, x, y, { size, color: words, weight: 600 });
  }
  ink.restore();
}

/** The organizer chose colours for a white page; in the dark a hint of them is left. */
function surface(
  color: string | undefined,
  usual: string,
  palette: Palette,
  share: number,
): string {
  if (!color) return usual;
  return isDark(palette) ? mix(color, palette.ground, share) : color;
}

function isDark({ ground, ink }: Palette): boolean {
  return ground < ink;
}

function traceArea(ink: Ink, area: PlanArea): void {
  const { x, y } = area;
  if (area.shape === "rectangle") {
    ink.roundRect(x, y, area.width ?? 0, area.height ?? 0, 4);
  } else if (area.shape === "polygon") {
    for (const [px, py] of area.points ?? []) ink.lineTo(px, py);
    ink.closePath();
  } else if (area.shape !== "text") {
    const radiusX = area.radius ?? area.radius_x ?? 0;
    ink.ellipse(x, y, radiusX, area.radius ?? area.radius_y ?? 0, 0, 0, Math.PI * 2);
  }
}

function drawRowLabels(ink: Ink, scene: Scene): void {
  const { layout, palette, camera, pitchPx } = scene;
  const size = Math.min(pitchPx * 0.5, 14);
  if (size < READABLE_PX) return;
  const { minX, minY, maxX, maxY } = drawnBox(scene);
  for (const label of layout.rowLabels) {
    if (label.x < minX || label.x > maxX || label.y < minY || label.y > maxY) continue;
    const { x, y } = toScreen(camera, label);
    write(ink, label.text, x, y, { size, color: palette.muted });
  }
}
