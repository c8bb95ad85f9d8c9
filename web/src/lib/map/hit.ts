// What lies under a point of the plan. Pure.
import type { Point } from "./camera";
import type { MapLayout } from "./map-layout";
import { contains } from "./outline";

/** The seat whose place it is, or -1; of stacked ones the one that `prefer` names. */
export function seatAt(layout: MapLayout, at: Point, prefer: (seat: number) => boolean): number {
  return layout.grid.nearest(at.x, at.y, layout.pitch * 0.6, prefer);
}

/** The index of the section whose shape it is, or -1. Shapes may overlap: the smallest one wins. */
export function sectionAt({ sections }: MapLayout, at: Point): number {
  let best = -1;
  sections.forEach(({ box, outline, seats }, index) => {
    const inBox = at.x >= box.minX && at.x <= box.maxX && at.y >= box.minY && at.y <= box.maxY;
    if (!inBox || seats === 0 || !contains(outline, at)) return;
    if (best < 0 || seats < (sections[best]?.seats ?? 0)) best = index;
  });
  return best;
}
