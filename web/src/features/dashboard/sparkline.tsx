// A quarter of an hour as one small line. Decoration: the number above it is what is read out. Gaps
// stay gaps, and time is to scale: what is missing at the left was not seen.
import { memo } from "react";
import { KEPT_POINTS } from "../../lib/admin-live/points";

interface Props {
  /** One value a second, the newest last. */
  values: readonly (number | null)[];
  color: string;
}

const [WIDTH, HEIGHT, PAD] = [120, 26, 2];

export const Sparkline = memo(({ values, color }: Props) => (
  <svg
    aria-hidden="true"
    viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    preserveAspectRatio="none"
    className="h-6.5 w-full"
  >
    <path
      d={linePath(values)}
      fill="none"
      stroke={color}
      strokeWidth="1.5"
      vectorEffect="non-scaling-stroke"
      strokeLinejoin="round"
    />
  </svg>
));

function linePath(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  // A number that never moved is a line in the middle, not one at the floor.
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : HEIGHT - PAD - ((value - low) / (high - low)) * (HEIGHT - 2 * PAD);
  const x = (at: number) => WIDTH - ((values.length - 1 - at) / (KEPT_POINTS - 1)) * WIDTH;
  let path = "";
  let isDown = false;
  values.forEach((value, at) => {
    if (value !== null) path += `${isDown ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = value !== null;
  });
  return path;
}
