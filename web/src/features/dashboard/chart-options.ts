// How the chart of rates looks: one line a kind of news, told apart by colour and by dashes.
import type uPlot from "uplot";
import { type Point, type RateKey, rolling } from "../../lib/admin-live/points";

interface Series {
  key: RateKey;
  words: string;
  /** A design token. */
  color: string;
  dash: number[];
}

export const SERIES: readonly Series[] = [
  { key: "holds", words: "Holds", color: "--color-data-held", dash: [] },
  { key: "releases", words: "Releases", color: "--color-data-free", dash: [6, 3] },
  { key: "expiries", words: "Expiries", color: "--color-data-other", dash: [2, 2] },
  { key: "sales", words: "Sales", color: "--color-data-mine", dash: [] },
  { key: "conflicts", words: "Refused", color: "--color-danger", dash: [8, 2, 2, 2] },
];

/** A single second is too short for a rate: a line through those would be a comb. */
const MEAN_OVER_S = 30;

/** Seats a minute, one value a second; null where that second is not known. */
export function perMinute(points: readonly Point[], key: RateKey): (number | null)[] {
  const sums = rolling(points, key, MEAN_OVER_S);
  return points.map((point, at) =>
    point[key] === null ? null : ((sums[at] ?? 0) * 60) / MEAN_OVER_S,
  );
}

/** Seconds first, then one column for each line. */
export function chartData(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map(({ ts_ms }) => ts_ms / 1000),
    ...SERIES.map(({ key }) => perMinute(points, key)),
  ];
}

/** A canvas does not know the page's variables, so each colour is asked of an element that does. */
export function readColors(parent: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${token})`;
    parent.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** At least this high, so that a single hold does not look like a rush. */
const LEAST_TOP = 12;

export function chartOptions(
  size: { width: number; height: number },
  color: (token: string) => string,
  onPoint: (index: number | undefined) => void,
): uPlot.Options {
  const line = { stroke: color("--color-line"), width: 1 };
  const axis = {
    stroke: color("--color-muted"),
    grid: line,
    ticks: line,
    font: '12px "Figtree Variable", system-ui, sans-serif',
  };
  return {
    ...size,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(LEAST_TOP, high ?? 0)] } },
    axes: [
      { ...axis, values: "{HH}:{mm}", space: 70, size: 28 },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], size: 40 },
    ],
    series: [
      {},
      ...SERIES.map(({ key, color: token, dash }) => ({
        label: key,
        stroke: color(token),
        width: 1.5,
        dash,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? undefined)] },
  };
}
