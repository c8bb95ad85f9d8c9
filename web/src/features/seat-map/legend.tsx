// What the colours and shapes on the map mean. Draws its samples with the map's own code, so that
// the two cannot drift apart.
import { useEffect, useRef } from "react";
import type { Category, Plan } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import type { SeatLook } from "../../lib/live/seat-store";
import { legible } from "../../lib/map/palette";
import { drawSeat } from "../../lib/map/seat-shapes";
import { usePalette } from "./use-palette";

const STATES: [SeatLook, string][] = [
  ["mine", "Mine"],
  ["holding", "On its way"],
  [1, "Held by others"],
  [2, "Sold"],
  [3, "Not for sale"],
];

export function Legend({ categories, plan }: { categories: Category[]; plan: Plan }) {
  const colors = new Map(plan.categories.map(({ id, color }) => [id, color]));
  return (
    <section
      aria-labelledby="legend-title"
      className="rounded-2xl border border-line bg-surface p-5 text-sm"
    >
      <h2 id="legend-title" className="text-base font-semibold">
        Prices
      </h2>
      <ul className="mt-3 space-y-1.5">
        {categories.map(({ id, name, color, price }) => (
          <li key={id} className="flex items-center gap-2.5">
            <Sample look={0} color={color ?? colors.get(id) ?? ""} />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-muted tabular-nums">{price ? formatMoney(price) : "–"}</span>
          </li>
        ))}
      </ul>
      <ul className="mt-4 grid grid-cols-2 gap-x-3 gap-y-1.5 border-t border-line pt-4">
        {STATES.map(([look, words]) => (
          <li key={words} className="flex items-center gap-2.5">
            <Sample look={look} color="" />
            {words}
          </li>
        ))}
      </ul>
    </section>
  );
}

const SIZE = 20;

function Sample({ look, color }: { look: SeatLook; color: string }) {
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
