// A quarter of an hour in points: how it begins, grows, forgets and shows its gaps.
import { describe, expect, it } from "vitest";
import { past, sinceOpen, stats } from "./admin.fixture";
import { append, byMinute, KEPT_POINTS, type Point, rolling, seed } from "./points";

const at = (second: number, holds = 0, since_ms = 500_000) =>
  stats({ ts_ms: 1_000_000 + second * 1000, since_open: sinceOpen({ holds, since_ms }) });

function grow(frames: ReturnType<typeof at>[]): readonly Point[] {
  let points: readonly Point[] = [];
  frames.forEach((frame, index) => {
    points = append(points, frame, frames[index - 1]);
  });
  return points;
}

describe("points from statistics", () => {
  it("are the differences of the server's own totals", () => {
    const points = grow([at(0, 10), at(1, 13), at(2, 13)]);
    expect(points.map(({ holds }) => holds)).toEqual([null, 3, 0]);
    expect(points.at(-1)).toMatchObject({ held: 2, sold: 3, available: 6, blocked: 1, kept: 9000 });
  });

  it("know nothing of a second after a gap, or of another room's totals", () => {
    const points = grow([at(0, 10), at(5, 30), at(6, 31), at(7, 50, 900_000), at(8, 52, 900_000)]);
    expect(points.map(({ holds }) => holds)).toEqual([null, null, 1, null, 2]);
  });

  it("ignore a frame that is not newer", () => {
    const points = grow([at(0), at(1)]);
    expect(append(points, at(1, 99), at(0))).toBe(points);
    expect(append(points, at(0, 99), at(1))).toBe(points);
  });

  it("forget what is older than a quarter of an hour", () => {
    const points = grow(Array.from({ length: KEPT_POINTS + 50 }, (_, second) => at(second)));
    expect(points).toHaveLength(KEPT_POINTS);
    expect(points[0]?.ts_ms).toBe(1_000_000 + 50_000);
  });

  it("do not invent money that the ledger did not tell", () => {
    expect(grow([stats({ money: null })])[0]?.kept).toBeNull();
  });
});

describe("the server's history", () => {
  it("replaces what this page noted for the same time and keeps what is older", () => {
    const own = grow([at(0), at(1), at(2)]);
    const points = seed(own, [past(1_001_000, { holds: 5 }), past(1_002_000, { holds: 6 })]);
    expect(points.map(({ ts_ms }) => ts_ms)).toEqual([1_000_000, 1_001_000, 1_002_000]);
    expect(points.map(({ holds }) => holds)).toEqual([null, 5, 6]);
  });

  it("does not take away what only this page knows of a second", () => {
    const own = grow([at(0), at(1)]);
    const points = seed(own, [past(1_000_900), past(1_001_900), past(1_002_900)]);
    expect(points.map(({ available }) => available)).toEqual([6, 6, null]);
  });

  it("changes nothing when it is empty, and is cut to a quarter of an hour", () => {
    const own = grow([at(0)]);
    expect(seed(own, [])).toBe(own);
    const long = Array.from({ length: KEPT_POINTS + 5 }, (_, second) => past(second * 1000));
    expect(seed([], long)).toHaveLength(KEPT_POINTS);
  });
});

describe("sums", () => {
  it("roll over the seconds before each point", () => {
    const points = seed(
      [],
      [1, 2, 3, 4].map((holds) => past(holds * 1000, { holds })),
    );
    expect(rolling(points, "holds", 2)).toEqual([1, 3, 5, 7]);
  });

  it("are by the minute for the table, the newest first", () => {
    const points = seed(
      [],
      [
        past(59_000, { sales: 1 }),
        past(60_000, { sales: 2, holds: 4 }),
        past(119_000, { sales: 3 }),
      ],
    );
    expect(byMinute(points)).toMatchObject([
      { ts_ms: 60_000, sales: 5, holds: 4 },
      { ts_ms: 0, sales: 1, holds: 0 },
    ]);
  });
});
