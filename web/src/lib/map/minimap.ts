// The whole hall on a small canvas, with a rectangle around what the map shows. A click or a drag
// moves the map there. Must never show seat states: it is for finding one's way.
import { type Camera, fitCamera, type Point, type Size, toPlan, toScreen } from "./camera";
import { drawAreas } from "./draw-ground";
import { pixelRatio } from "./map-painter";
import { mix, type Palette } from "./palette";
import { type Ink, inPixels, inPlan, openInk, type Scene } from "./scene";

const MARGIN_PX = 4;

export class Minimap {
  private readonly canvas: HTMLCanvasElement;
  private readonly ink: Ink;
  private readonly hall = openInk(document.createElement("canvas"));
  private drawnFor: Palette | undefined;
  private camera: Camera = { scale: 1, x: 0, y: 0 };
  private readonly listeners = new AbortController();

  /** `moveTo` is called with the point of the plan that was clicked or dragged to. */
  constructor(canvas: HTMLCanvasElement, moveTo: (point: Point) => void) {
    this.canvas = canvas;
    this.ink = openInk(canvas);
    const { signal } = this.listeners;
    const follow = (event: PointerEvent) => {
      if (event.buttons !== 1) return;
      const corner = canvas.getBoundingClientRect();
      const at = { x: event.clientX - corner.left, y: event.clientY - corner.top };
      moveTo(toPlan(this.camera, at));
    };
    const press = (event: PointerEvent) => {
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    };
    canvas.addEventListener("pointerdown", press, { signal });
    canvas.addEventListener("pointermove", follow, { signal });
  }

  destroy(): void {
    this.listeners.abort();
  }

  /** `map` is the large map's scene; a canvas that is not shown costs nothing. */
  draw(map: Scene): void {
    const view: Size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
    if (view.width === 0 || view.height === 0) return;
    const ratio = pixelRatio(view.width, view.height);
    this.camera = fitCamera(map.layout.bounds, view, MARGIN_PX, Number.POSITIVE_INFINITY);
    const scene: Scene = { ...map, camera: this.camera, view, ratio, pitchPx: 0, lod: 0 };
    this.drawHall(scene);
    const { width, height } = this.canvas;
    this.ink.setTransform(1, 0, 0, 1, 0, 0);
    this.ink.clearRect(0, 0, width, height);
    this.ink.drawImage(this.hall.canvas, 0, 0);
    inPlan(this.ink, scene);
    this.drawOwn(scene);
    inPixels(this.ink, scene);
    this.drawFrame(map);
  }

  /** What never changes while the map is moved. */
  private drawHall(scene: Scene): void {
    const { view, ratio, palette, layout, shapes } = scene;
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    const same = this.canvas.width === width && this.canvas.height === height;
    if (same && this.drawnFor === palette) return;
    this.drawnFor = palette;
    for (const canvas of [this.canvas, this.hall.canvas]) {
      canvas.width = width;
      canvas.height = height;
    }
    inPlan(this.hall, scene);
    drawAreas(this.hall, scene);
    this.hall.fillStyle = mix(palette.section, palette.muted, 0.5);
    layout.sections.forEach(({ seats }, index) => {
      const shape = shapes[index];
      if (shape && seats > 0) this.hall.fill(shape);
    });
  }

  private drawOwn({ layout, faces, palette }: Scene): void {
    this.ink.fillStyle = palette.mine;
    const reach = Math.max(layout.radius, 2.5 / this.camera.scale);
    for (const seat of faces.own) {
      const [x, y] = [layout.xs[seat] ?? 0, layout.ys[seat] ?? 0];
      this.ink.fillRect(x - reach, y - reach, reach * 2, reach * 2);
    }
  }

  private drawFrame({ camera, view, palette }: Scene): void {
    const corner = toScreen(this.camera, toPlan(camera, { x: 0, y: 0 }));
    const share = this.camera.scale / camera.scale;
    this.ink.strokeStyle = palette.focus;
    this.ink.lineWidth = 2;
    this.ink.strokeRect(corner.x, corner.y, view.width * share, view.height * share);
  }
}
