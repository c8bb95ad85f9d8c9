// The names of the sections as pictures, for lying across seats that are dots: made once for a
// theme, and put on whole pixels, so that any part of one can be drawn again exactly.
import { type Box, grow, overlaps, toScreen } from "./camera";
import { BESIDE_PX } from "./draw-names";
import type { Palette } from "./palette";
import { type Ink, openInk, type Scene, setFont, write } from "./scene";

const SIZE = 13;
const WEIGHT = 600;

export class NamePlates {
  private readonly plates = new Map<string, HTMLCanvasElement>();
  private palette: Palette | undefined;
  private ratio = 0;

  /** Only names that reach into `area`, in plan units. */
  draw(ink: Ink, scene: Scene, area: Box): void {
    if (scene.pitchPx >= BESIDE_PX) return;
    const { camera, ratio, layout } = scene;
    this.renew(scene);
    ink.setTransform(1, 0, 0, 1, 0, 0);
    for (const { name, middle, box, seats } of layout.sections) {
      if (seats === 0 || !overlaps(box, grow(area, layout.pitch * 2))) continue;
      const plate = this.plateOf(name);
      if ((box.maxX - box.minX) * camera.scale * ratio < plate.width) continue;
      const { x, y } = toScreen(camera, middle);
      ink.drawImage(
        plate,
        Math.round(x * ratio - plate.width / 2),
        Math.round(y * ratio - plate.height / 2),
      );
    }
  }

  private renew({ palette, ratio }: Scene): void {
    if (palette === this.palette && ratio === this.ratio) return;
    this.plates.clear();
    this.palette = palette;
    this.ratio = ratio;
  }

  private plateOf(name: string): HTMLCanvasElement {
    const known = this.plates.get(name);
    if (known) return known;
    const plate = this.draft(name);
    this.plates.set(name, plate);
    return plate;
  }

  private draft(name: string): HTMLCanvasElement {
    const ink = openInk(document.createElement("canvas"));
    const { ratio, palette } = this;
    const style = { size: SIZE * ratio, weight: WEIGHT };
    setFont(ink, style);
    ink.canvas.width = Math.ceil(ink.measureText(name).width + style.size * 0.6);
    ink.canvas.height = Math.ceil(style.size * 1.6);
    const { width, height } = ink.canvas;
    if (palette) {
      const colors = { color: palette.ink, halo: palette.section };
      write(ink, name, width / 2, height / 2, { ...style, ...colors });
    }
    return ink.canvas;
  }
}
