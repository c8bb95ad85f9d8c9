// One seat as the map draws it, for legends and cards. Drawn with the map's own code, so that the
// two cannot drift apart.
import { useEffect, useRef } from "react";
import { legible } from "../../lib/map/palette";
import { drawSeat, type SeatShape } from "../../lib/map/seat-shapes";
import { usePalette } from "../../lib/map/use-palette";

const SIZE = 20;

/** `color` is the category's; only a free seat has it. */
export function SeatSample({ look, color = "" }: { look: SeatShape; color?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();

  useEffect(() => {
    const ink = canvas.current?.getContext("2d");
    if (!ink) return;
    ink.setTransform(2, 0, 0, 2, 0, 0);
    ink.clearRect(0, 0, SIZE, SIZE);
    drawSeat(ink, look, SIZE / 2, SIZE / 2, SIZE * 0.38, legible(color, palette), palette);
  }, [look, color, palette]);

  return (
    <canvas
      ref={canvas}
      width={SIZE * 2}
      height={SIZE * 2}
      aria-hidden
      className="size-5 shrink-0"
    />
  );
}
