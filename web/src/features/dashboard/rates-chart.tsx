// What happens to seats, a point a second, for a quarter of an hour. The table below the chart has
// the same numbers by the minute, for those who read instead of look.
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { byMinute } from "../../lib/admin-live/points";
import { useIsDark } from "../../lib/theme";
import { chartData, chartOptions, readColors, SERIES } from "./chart-options";
import { useShown } from "./dashboard-context";
import { formatClock, formatNumber } from "./numbers";
import { Panel } from "./panel";

const HEIGHT_PX = 224;
const WINDOW_S = 900;

export function RatesChart() {
  return (
    <Panel title="Rates" aside={<Legend />}>
      <Chart />
      <ByMinute />
    </Panel>
  );
}

/** Says which line is which, and what the last minute brought. */
function Legend() {
  const lastMinute = useShown(({ stats }) => stats?.last_minute);
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted tabular-nums">
      {SERIES.map(({ key, words, color, dash }) => (
        <li key={key} className="flex items-center gap-1">
          <svg aria-hidden="true" viewBox="0 0 20 8" className="h-2 w-5">
            <path
              d="M0 4h20"
              stroke={`var(${color})`}
              strokeWidth="2"
              strokeDasharray={dash.join()}
            />
          </svg>
          {words} <span className="font-semibold text-ink">{lastMinute?.[key] ?? "–"}</span>
        </li>
      ))}
      <li>in the last minute</li>
    </ul>
  );
}

function Chart() {
  const points = useShown((state) => state.points);
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const newest = useRef(points);
  const [at, setAt] = useState<number>();
  const read = (index: number) => chart.current?.data[index]?.[at ?? -1];
  const isDark = useIsDark();
  newest.current = points;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme is another set of colours
  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const size = { width: parent.clientWidth, height: HEIGHT_PX };
    const options = chartOptions(size, readColors(parent), setAt);
    const created = new uPlot(options, chartData(newest.current), parent);
    chart.current = created;
    const watcher = new ResizeObserver(() =>
      created.setSize({ width: parent.clientWidth, height: HEIGHT_PX }),
    );
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      created.destroy();
      chart.current = undefined;
    };
  }, [isDark]);

  useEffect(() => {
    const last = points.at(-1);
    if (!chart.current || !last) return;
    const max = last.ts_ms / 1000;
    chart.current.batch(() => {
      chart.current?.setData(chartData(points), false);
      chart.current?.setScale("x", { min: max - WINDOW_S, max });
    });
  }, [points]);

  return (
    <>
      <div
        ref={place}
        role="img"
        aria-label="Chart: holds, releases, expiries, sales and refused holds a minute over the last 15 minutes. The table below has the numbers."
        className="min-w-0 overflow-hidden"
        style={{ height: HEIGHT_PX }}
      />
      <p aria-hidden className="h-5 truncate text-xs text-muted tabular-nums">
        {at === undefined
          ? "Seats a minute, mean of 30 seconds. Point at the chart to read a second."
          : [
              formatClock((read(0) ?? 0) * 1000),
              ...SERIES.map(({ words }, line) => `${words} ${read(line + 1) ?? "–"}`),
            ].join(" · ")}
      </p>
    </>
  );
}

function ByMinute() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="mt-1 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-6 w-fit text-xs text-muted">The same as a table, by minute</summary>
      {isOpen && <MinuteTable />}
    </details>
  );
}

function MinuteTable() {
  const points = useShown((state) => state.points);
  const minutes = useMemo(() => byMinute(points), [points]);
  return (
    <table className="mt-1 w-full max-w-xl text-right text-xs tabular-nums">
      <thead className="text-muted">
        <tr>
          <th scope="col" className="text-left font-medium">
            From
          </th>
          {SERIES.map(({ key, words }) => (
            <th key={key} scope="col" className="font-medium">
              {words}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {minutes.map((sums) => (
          <tr key={sums.ts_ms} className="border-t border-line">
            <th scope="row" className="text-left font-medium">
              {formatClock(sums.ts_ms)}
            </th>
            {SERIES.map(({ key }) => (
              <td key={key}>{formatNumber(sums[key])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
