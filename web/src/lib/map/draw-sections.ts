// The map from far: sections as shapes whose colour tells how much of them is free, and says it in
// words where there is room. Must never be the only way to learn that: the page has a list as well.
import { formatCount } from "../format/format";
import { overlaps, toScreen } from "./camera";
import { clearGround, drawAreas } from "./draw-ground";
import { widthAt } from "./outline";
import { inkOn, mix, type Palette } from "./palette";
import {
  drawnBox,
  type Ink,
  inPixels,
  inPlan,
  type Scene,
  setFont,
  type TextStyle,
  write,
} from "./scene";
import type { MapSection } from "./sections";

const SIZES_PX = [13, 11.5, 10];
/** Between letters and the edge of the shape. */
const PADDING_PX = 2;

export function drawSections(ink: Ink, scene: Scene): void {
  clearGround(ink, scene);
  inPlan(ink, scene);
  drawAreas(ink, scene);
  const visible = drawnBox(scene);
  scene.layout.sections.forEach((section, index) => {
    if (section.seats === 0 || !overlaps(section.box, visible)) return;
    const fill = fillOf(section, index, scene);
    inPlan(ink, scene);
    drawShape(ink, scene.shapes[index], fill, scene);
    inPixels(ink, scene);
    label(ink, section, scene.faces.free[index] ?? 0, fill, scene);
  });
}

function drawShape(ink: Ink, shape: Path2D | undefined, fill: string, scene: Scene): void {
  if (!shape) return;
  ink.fillStyle = fill;
  ink.fill(shape);
  ink.lineWidth = 1 / scene.camera.scale;
  ink.strokeStyle = mix(fill, scene.palette.ink, 0.22);
  ink.stroke(shape);
}

function fillOf({ id }: MapSection, index: number, scene: Scene): string {
  const tint = scene.sectionTint?.(id);
  if (tint !== undefined) return tint;
  const { faces, palette } = scene;
  const shown = faces.shown[index] ?? 0;
  // Nothing here passes the filter.
  if (shown === 0) return palette.ground;
  return shareColor((faces.free[index] ?? 0) / shown, palette);
}

/** From nothing free to all free; a single free seat is already more than none. */
export function shareColor(share: number, { section, free }: Palette): string {
  return share === 0 ? section : mix(section, free, 0.12 + 0.68 * share);
}

/** Name and number on one line or two, in the largest letters that fit; at least the name. */
function label(ink: Ink, section: MapSection, free: number, fill: string, scene: Scene): void {
  const { name, middle } = section;
  const { x, y } = toScreen(scene.camera, middle);
  const color = inkOn(fill);
  const words = `${formatCount(free)} free`;
  for (const size of SIZES_PX) {
    const bold = { size, color, weight: 600 };
    const plain = { size, color, weight: 400 };
    const fits = (text: string, style: TextStyle, downPx: number) =>
      widthOf(ink, text, style) <= roomAt(section, downPx, size, scene);
    const step = size * 0.6;
    if (fits(`${name} · ${words}`, bold, 0)) return write(ink, `${name} · ${words}`, x, y, bold);
    if (fits(name, bold, -step) && fits(words, plain, step)) {
      write(ink, name, x, y - step, bold);
      return write(ink, words, x, y + step, plain);
    }
    if (size === SIZES_PX.at(-1) && fits(name, bold, 0)) write(ink, name, x, y, bold);
  }
}

/** For a line of letters whose middle is `downPx` below the section's. */
function roomAt({ middle, outline }: MapSection, downPx: number, size: number, scene: Scene) {
  const { scale } = scene.camera;
  const widths = [-0.35, 0.35].map((edge) => {
    return widthAt(outline, { x: middle.x, y: middle.y + (downPx + edge * size) / scale });
  });
  return Math.min(...widths) * scale - PADDING_PX;
}

function widthOf(ink: Ink, words: string, style: TextStyle): number {
  setFont(ink, style);
  return ink.measureText(words).width;
}
