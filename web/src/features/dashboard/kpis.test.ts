// The tiles' numbers and lines, and the chart's, from points with gaps.
import { describe, expect, it } from "vitest";
import type { Point } from "../../lib/admin-live/points";
import { chartData, perMinute, SERIES } from "./chart-options";
import { changeOf, shareTrend } from "./kpis";

const point = (second: number, change: Partial<Point> = {}): Point => ({
  ts_ms: second * 1000,
  held: 0,
  sold: 0,
  available: null,
  blocked: null,
  kept: null,
  sockets: 0,
  holds: 0,
  releases: 0,
  expiries: 0,
  sales: 0,
  conflicts: 0,
  ...change,
});

describe("a change", () => {
  it("is between the first and the last second that are known", () => {
    const points = [point(1), point(2, { available: 9 }), point(62, { available: 4 }), point(63)];
    expect(changeOf(points, "available")).toEqual({ by: -5, overMs: 60_000 });
    expect(changeOf(points, "sold")).toEqual({ by: 0, overMs: 62_000 });
  });

  it("is none with less than two of them", () => {
    expect(changeOf([point(1), point(2, { available: 9 })], "available")).toBeUndefined();
    expect(changeOf([], "sold")).toBeUndefined();
  });
});

it("shows the share of bought and of expired holds over five minutes, and gaps before the first", () => {
  const points = [
    point(0),
    point(1, { sales: 3, releases: 1 }),
    point(2, { expiries: 4 }),
    point(302, { sales: 1 }),
  ];
  expect(shareTrend(points, "sales")).toEqual([null, 1 * 0.75, 3 / 8, 1]);
  expect(shareTrend(points, "expiries")).toEqual([null, 0, 0.5, 0]);
});

describe("the chart", () => {
  it("shows seats a minute as the mean of half a minute", () => {
    const points = [point(0, { holds: 3 }), point(29), point(30), point(31, { holds: 1 })];
    expect(perMinute(points, "holds")).toEqual([6, 6, 0, 2]);
  });

  it("leaves a gap where a second is not known", () => {
    const points = [point(0, { holds: 3 }), point(1, { holds: null }), point(2)];
    expect(perMinute(points, "holds")).toEqual([6, null, 6]);
  });

  it("has one column for the seconds and one for each line", () => {
    const [seconds, ...lines] = chartData([point(5, { conflicts: 1 })]);
    expect(seconds).toEqual([5]);
    expect(lines).toHaveLength(SERIES.length);
    expect(lines[4]).toEqual([2]);
  });
});
