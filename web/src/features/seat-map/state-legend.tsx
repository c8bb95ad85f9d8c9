// What the shapes on the map mean. The colours are the prices' and are explained there.
import type { SeatShape } from "../../lib/map/seat-shapes";
import { usePalette } from "../../lib/map/use-palette";
import { SeatSample } from "./seat-sample";

const STATES: [SeatShape, string][] = [
  [0, "Free"],
  ["mine", "Yours"],
  ["holding", "On its way"],
  [1, "Held by others"],
  [2, "Sold"],
  [3, "Not for sale"],
];

const WITH_ACCESSIBLE = STATES.toSpliced(1, 0, ["accessible", "Free, for wheelchairs"]);

/** `accessible`: whether the hall has seats for wheelchairs. */
export function StateLegend({ accessible }: { accessible: boolean }) {
  const palette = usePalette();
  const states = accessible ? WITH_ACCESSIBLE : STATES;
  return (
    <ul
      aria-label="What the shapes mean"
      className="flex flex-[1_1_16rem] flex-wrap gap-x-4 gap-y-1 px-3 py-2 text-sm text-muted"
    >
      {states.map(([look, words]) => (
        <li key={words} className="flex items-center gap-1.5">
          <SeatSample look={look} color={palette.free} />
          {words}
        </li>
      ))}
    </ul>
  );
}
