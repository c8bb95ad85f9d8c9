// The seat numbers inside of free seats, once these are large enough to read them.
import { type Box, toScreen } from "./camera";
import { inkOn, legible } from "./palette";
import { type Ink, inPixels, type Scene, setFont } from "./scene";
import { colorOf, isDimmed, isFree } from "./seat-faces";

/** Only seats in `area`, in plan units. Other states need the room for their own sign. */
export function drawNumbers(ink: Ink, scene: Scene, area: Box): void {
  const { layout, faces, palette, camera, pitchPx } = scene;
  inPixels(ink, scene);
  setFont(ink, { size: Math.min(Math.round(pitchPx * 0.36 * 2) / 2, 16), weight: 600 });
  const inks = faces.colors.map((color) => inkOn(legible(color, palette)));
  layout.grid.forEachIn(area, (seat) => {
    const face = faces.ids[seat] ?? 0;
    if (!isFree(face) || isDimmed(face)) return;
    const { x, y } = toScreen(camera, { x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });
    ink.fillStyle = inks[colorOf(face)] ?? palette.ink;
    ink.fillText(layout.seats[seat]?.number ?? "", x, y);
  });
}
