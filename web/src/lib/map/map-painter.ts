// The two canvases of the map: draws a whole frame, or only what changed. Must give the same
// pixels either way; what is to be drawn it is told.
import type { Point, Size } from "./camera";
import { drawGround } from "./draw-ground";
import { drawNumbers } from "./draw-numbers";
import { drawOverlay, type Marks } from "./draw-overlay";
import { drawSections } from "./draw-sections";
import type { MapLayout } from "./map-layout";
import { NamePlates } from "./name-plates";
import type { PixelBox } from "./pixel-boxes";
import { type Ink, openInk, type Scene } from "./scene";
import type { SeatFaces } from "./seat-faces";
import { SeatRaster } from "./seat-raster";

/** Beyond this many pixels a phone stutters, and the eye sees no difference. */
const MAX_PIXEL_RATIO = 2;
const MAX_PIXELS = 4 * 1024 * 1024;
/** Beyond this many boxes, a call for each costs more than copying everything. */
const MOST_BOXES = 64;

export class MapPainter {
  private readonly base: Ink;
  private readonly overlay: Ink;
  private readonly raster: SeatRaster;
  private readonly plates = new NamePlates();
  /** What is under the seats, kept from the first change after the map has moved. */
  private readonly ground: Ink;
  private groundIsCurrent = false;
  private overlayIsEmpty = true;

  constructor(
    base: HTMLCanvasElement,
    overlay: HTMLCanvasElement,
    layout: MapLayout,
    faces: SeatFaces,
  ) {
    this.base = openInk(base, { alpha: false });
    this.overlay = openInk(overlay);
    this.ground = openInk(document.createElement("canvas"), { alpha: false });
    this.raster = new SeatRaster(layout, faces);
  }

  /** `ratio`: pixels of the canvas per CSS pixel. */
  resize({ width, height }: Size, ratio: number): void {
    for (const { canvas } of [this.base, this.overlay, this.ground]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.raster.resize(this.base.canvas.width, this.base.canvas.height);
    this.overlayIsEmpty = true;
    this.groundIsCurrent = false;
  }

  drawAll(scene: Scene): void {
    this.groundIsCurrent = false;
    if (scene.lod === 0) return drawSections(this.base, scene);
    drawGround(this.base, scene);
    const { camera, ratio, palette, pitchPx, layout } = scene;
    const { scale, x, y } = camera;
    const deviceCamera = { scale: scale * ratio, x: x * ratio, y: y * ratio };
    this.raster.drawAll(deviceCamera, { palette, pitchPx, radius: layout.radius * scale * ratio });
    this.base.setTransform(1, 0, 0, 1, 0, 0);
    this.base.drawImage(this.raster.show(), 0, 0);
    this.letter(scene, this.raster.everything);
  }

  /** Only these seats have changed since the last frame, and the camera has not. */
  drawSeats(seats: number[], scene: Scene): void {
    const boxes = seats.map((seat) => this.raster.boxOf(seat)).filter((box) => box !== undefined);
    if (boxes.length === 0) return;
    if (!this.groundIsCurrent) drawGround(this.ground, scene);
    this.groundIsCurrent = true;
    this.raster.drawBoxes(boxes);
    if (boxes.length > MOST_BOXES) this.showAll(scene);
    else this.showBoxes(boxes, scene);
  }

  private showAll(scene: Scene): void {
    this.base.setTransform(1, 0, 0, 1, 0, 0);
    this.base.drawImage(this.ground.canvas, 0, 0);
    this.base.drawImage(this.raster.show(), 0, 0);
    this.letter(scene, this.raster.everything);
  }

  /** Box by box: where two overlap, letters must not be written twice on top of each other. */
  private showBoxes(boxes: PixelBox[], scene: Scene): void {
    const { canvas, places } = this.raster.cutOut(boxes);
    boxes.forEach((box, index) => {
      const { left, top, right, bottom } = box;
      this.base.save();
      this.base.setTransform(1, 0, 0, 1, 0, 0);
      this.base.beginPath();
      this.base.rect(left, top, right - left, bottom - top);
      this.base.clip();
      copy(this.base, this.ground.canvas, { x: left, y: top }, box);
      copy(this.base, canvas, places[index] ?? { x: 0, y: 0 }, box);
      this.letter(scene, box);
      this.base.restore();
    });
  }

  /** What is written on the seats in a box. */
  private letter(scene: Scene, box: PixelBox): void {
    const area = this.raster.planBox(box);
    this.plates.draw(this.base, scene, area);
    if (scene.lod === 3) drawNumbers(this.base, scene, area);
  }

  drawOverlay(scene: Scene, marks: Marks): void {
    const { canvas } = this.overlay;
    this.overlay.setTransform(1, 0, 0, 1, 0, 0);
    if (!this.overlayIsEmpty) this.overlay.clearRect(0, 0, canvas.width, canvas.height);
    this.overlayIsEmpty = !drawOverlay(this.overlay, scene, marks);
  }
}

export function pixelRatio(width: number, height: number): number {
  const most = Math.sqrt(MAX_PIXELS / Math.max(1, width * height));
  return Math.min(window.devicePixelRatio || 1, MAX_PIXEL_RATIO, most);
}

function copy(to: Ink, from: HTMLCanvasElement, { x, y }: Point, box: PixelBox): void {
  const { left, top, right, bottom } = box;
  to.drawImage(from, x, y, right - left, bottom - top, left, top, right - left, bottom - top);
}
