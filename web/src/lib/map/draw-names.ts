// The names of the sections beside them, where there is room. They lie on the ground: nothing is
// ever drawn over them.
import { clamp, grow, overlaps, toScreen } from "./camera";
import { drawnBox, type Ink, type Scene, write } from "./scene";

/** Below this a name would be wider than the room that was found for it; it lies across instead. */
export const BESIDE_PX = 5.5;

export function drawNamesBeside(ink: Ink, scene: Scene): void {
  const { layout, palette, camera, pitchPx } = scene;
  if (pitchPx < BESIDE_PX) return;
  const visible = drawnBox(scene);
  const size = clamp(pitchPx * 0.9, 11, 20);
  for (const { name, nameAt, box } of layout.sections) {
    if (!nameAt || !overlaps(grow(box, layout.pitch * 2), visible)) continue;
    const { x, y } = toScreen(camera, nameAt);
    write(ink, name, x, y, { size, color: palette.ink, weight: 600 });
  }
}
