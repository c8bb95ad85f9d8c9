// The pixels of all seats in view: stamps copied into one buffer, which then goes to the canvas in
// one piece. Must give the same pixels whether everything or only a few boxes are drawn.
import type { Box, Camera } from "./camera";
import type { MapLayout } from "./map-layout";
import { type PixelBox, shelve } from "./pixel-boxes";
import { type Ink, openInk } from "./scene";
import { isOnTop, type SeatFaces } from "./seat-faces";
import { SeatStamps, type Stamp, type StampStyle } from "./seat-stamps";

export class SeatRaster {
  private readonly canvas = document.createElement("canvas");
  private readonly ink: Ink;
  /** A small canvas for what has changed: the large one would be copied as a whole each time. */
  private readonly cuttings: Ink;
  private readonly layout: MapLayout;
  private readonly faces: SeatFaces;
  private readonly stamps: SeatStamps;
  private image = new ImageData(1, 1);
  private pixels = new Int32Array(this.image.data.buffer);
  /** To pixels of the canvas. */
  private camera: Camera = { scale: 1, x: 0, y: 0 };

  constructor(layout: MapLayout, faces: SeatFaces) {
    this.layout = layout;
    this.faces = faces;
    this.stamps = new SeatStamps(faces);
    this.ink = openInk(this.canvas);
    this.cuttings = openInk(document.createElement("canvas"));
  }

  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = new ImageData(width, height);
    this.pixels = new Int32Array(this.image.data.buffer);
  }

  /** `camera` and the style's radius are in pixels of the canvas. */
  drawAll(camera: Camera, style: Omit<StampStyle, "width">): void {
    this.camera = camera;
    this.stamps.use({ ...style, width: this.canvas.width });
    this.pixels.fill(0);
    this.paint(this.everything);
  }

  get everything(): PixelBox {
    return { left: 0, top: 0, right: this.canvas.width, bottom: this.canvas.height };
  }

  /** A canvas with all that has been drawn. */
  show(): HTMLCanvasElement {
    this.ink.putImageData(this.image, 0, 0);
    return this.canvas;
  }

  /** Draws the seats in these boxes anew, with the camera of the last full drawing. */
  drawBoxes(boxes: PixelBox[]): void {
    for (const box of boxes) {
      this.clear(box);
      this.paint(box);
    }
  }

  /** A small canvas with the pixels of these boxes, and where on it each of them is. */
  cutOut(boxes: PixelBox[]): { canvas: HTMLCanvasElement; places: { x: number; y: number }[] } {
    const { size, places } = shelve(boxes);
    if (this.cuttings.canvas.width < size.width) this.cuttings.canvas.width = size.width;
    if (this.cuttings.canvas.height < size.height) this.cuttings.canvas.height = size.height;
    const image = new ImageData(size.width, size.height);
    const pixels = new Int32Array(image.data.buffer);
    boxes.forEach(({ left, top, right, bottom }, index) => {
      const { x, y } = places[index] ?? { x: 0, y: 0 };
      for (let row = 0; row < bottom - top; row++) {
        const from = (top + row) * this.canvas.width + left;
        pixels.set(this.pixels.subarray(from, from + right - left), (y + row) * size.width + x);
      }
    });
    this.cuttings.putImageData(image, 0, 0);
    return { canvas: this.cuttings.canvas, places };
  }

  /** The pixels that any look of a seat may touch, as far as they are in view. */
  boxOf(seat: number): PixelBox | undefined {
    const { half } = this.stamps;
    const { scale, x, y } = this.camera;
    const middleX = Math.floor((this.layout.xs[seat] ?? 0) * scale + x);
    const middleY = Math.floor((this.layout.ys[seat] ?? 0) * scale + y);
    const box = {
      left: Math.max(0, middleX - half),
      top: Math.max(0, middleY - half),
      right: Math.min(this.canvas.width, middleX + half + 2),
      bottom: Math.min(this.canvas.height, middleY + half + 2),
    };
    return box.left < box.right && box.top < box.bottom ? box : undefined;
  }

  /** In plan units: where a seat may be that touches these pixels. */
  planBox({ left, top, right, bottom }: PixelBox): Box {
    const { scale, x, y } = this.camera;
    const reach = this.stamps.half + 1;
    return {
      minX: (left - reach - x) / scale,
      minY: (top - reach - y) / scale,
      maxX: (right + reach - x) / scale,
      maxY: (bottom + reach - y) / scale,
    };
  }

  private clear({ left, top, right, bottom }: PixelBox): void {
    const { width } = this.canvas;
    for (let y = top; y < bottom; y++) this.pixels.fill(0, y * width + left, y * width + right);
  }

  /** Always in the same order, because of two equally opaque pixels the last one stays. */
  private paint(box: PixelBox): void {
    const onTop: number[] = [];
    const { ids } = this.faces;
    this.layout.grid.forEachIn(this.planBox(box), (seat) => {
      const face = ids[seat] ?? 0;
      if (isOnTop(face)) onTop.push(seat);
      else this.stamp(seat, face, box);
    });
    for (const seat of onTop) this.stamp(seat, ids[seat] ?? 0, box);
  }

  private stamp(seat: number, face: number, box: PixelBox): void {
    const { size, half, phaseBits } = this.stamps;
    const { scale, x, y } = this.camera;
    const phases = 1 << phaseBits;
    // The place in the stamps' own fractions of a pixel.
    const atX = Math.floor(((this.layout.xs[seat] as number) * scale + x) * phases + 0.5);
    const atY = Math.floor(((this.layout.ys[seat] as number) * scale + y) * phases + 0.5);
    const left = (atX >> phaseBits) - half;
    const top = (atY >> phaseBits) - half;
    if (left >= box.right || top >= box.bottom) return;
    if (left + size <= box.left || top + size <= box.top) return;
    const inside = left >= box.left && left + size <= box.right;
    const whole = inside && top >= box.top && top + size <= box.bottom;
    const phase = ((atY & (phases - 1)) << phaseBits) | (atX & (phases - 1));
    const stamp = this.stamps.of(face)[phase] as Stamp;
    if (whole) this.put(stamp, top * this.canvas.width + left);
    else this.putPart(stamp, left, top, box);
  }

  /**
   * Seats hardly ever overlap. Where they do the more opaque pixel wins, of equal ones the later:
   * mine. Tens of thousands of these in a frame: keep it short.
   */
  private put({ colors, offsets }: Stamp, corner: number): void {
    const { pixels } = this;
    for (let at = 0; at < colors.length; at++) {
      const to = corner + (offsets[at] as number);
      const below = pixels[to] as number;
      const color = colors[at] as number;
      if (below === 0 || color >>> 24 >= below >>> 24) pixels[to] = color;
    }
  }

  /** The same, but nothing outside of the box. */
  private putPart(stamp: Stamp, left: number, top: number, box: PixelBox): void {
    const { pixels } = this;
    const { width } = this.canvas;
    for (let at = 0; at < stamp.colors.length; at++) {
      const x = left + (stamp.columns[at] as number);
      const y = top + (stamp.rows[at] as number);
      if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
      const below = pixels[y * width + x] as number;
      const color = stamp.colors[at] as number;
      if (below === 0 || color >>> 24 >= below >>> 24) pixels[y * width + x] = color;
    }
  }
}
