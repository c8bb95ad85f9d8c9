// How fresh the dashboard says it is, what a pause keeps, and that nothing is told twice.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { past, row, stats } from "./admin.fixture";
import { AdminStore, KEPT_FEED_ROWS, STALE_AFTER_MS } from "./admin-store";

let now: number;
let store: AdminStore;

beforeEach(() => {
  now = 10_000;
  store = new AdminStore(() => now);
  store.setConnection("live");
});

const freshness = () => store.getSigns().freshness;

describe("freshness", () => {
  it("is live only once numbers have come over a living connection", () => {
    expect(freshness()).toBe("reconnecting");
    store.take(stats());
    expect(freshness()).toBe("live");
    store.setConnection("waiting");
    expect(freshness()).toBe("reconnecting");
  });

  it("turns stale after three seconds of silence, whatever else is said meanwhile", () => {
    store.take(stats());
    now += STALE_AFTER_MS;
    store.tick();
    expect(freshness()).toBe("live");
    now += 1;
    store.take(row());
    expect(freshness()).toBe("stale");
    store.take(stats({ ts_ms: 1_004_000 }));
    expect(freshness()).toBe("live");
  });

  it("tells its listeners when silence makes it stale, and not for every tick", () => {
    store.take(stats());
    const listener = vi.fn();
    store.subscribe(listener);
    store.tick();
    expect(listener).not.toHaveBeenCalled();
    now += STALE_AFTER_MS + 1;
    store.tick();
    store.tick();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe("a pause", () => {
  it("keeps what is shown and goes on collecting", () => {
    store.take(stats());
    store.pause();
    store.take(
      stats({ ts_ms: 1_001_000, counts: { available: 0, held: 0, sold: 12, blocked: 0 } }),
    );
    store.take(row());
    expect(freshness()).toBe("paused");
    expect(store.getSnapshot().stats?.counts.sold).toBe(3);
    expect(store.getSnapshot().feed).toHaveLength(0);
    expect(store.latest().stats?.counts.sold).toBe(12);
    store.resume();
    expect(store.getSnapshot().stats?.counts.sold).toBe(12);
    expect(store.getSnapshot().feed).toHaveLength(1);
    expect(freshness()).toBe("live");
  });

  it("does not end as live when the line has died meanwhile", () => {
    store.take(stats());
    store.pause();
    store.setConnection("waiting");
    expect(store.getSigns()).toMatchObject({ freshness: "paused", line: "reconnecting" });
    store.resume();
    expect(freshness()).toBe("reconnecting");
  });
});

describe("rows", () => {
  it("come newest first, are told once and are forgotten beyond two hundred", () => {
    store.takeRows([row({ seat: "A-1" }), row({ seat: "A-2" })]);
    store.takeRows([row({ seat: "A-2" }), row({ seat: "A-3" })]);
    expect(store.getSnapshot().feed.map(({ seat }) => seat)).toEqual(["A-3", "A-2", "A-1"]);
    store.takeRows(Array.from({ length: 300 }, (_, at) => row({ seat: `B-${at}` })));
    expect(store.getSnapshot().feed).toHaveLength(KEPT_FEED_ROWS);
    expect(store.getSnapshot().feed[0]?.seat).toBe("B-299");
    const keys = store.getSnapshot().feed.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("tell the same seat again when it happens again", () => {
    store.takeRows([row(), row({ ts_ms: 1_000_001 }), row({ type: "release" })]);
    expect(store.getSnapshot().feed).toHaveLength(3);
  });

  it("that were left out are counted", () => {
    store.take({ type: "rows_dropped", rows: 40 });
    store.take({ type: "rows_dropped", rows: 2 });
    expect(store.getSnapshot().dropped).toBe(42);
  });
});

describe("a page that nobody looks at", () => {
  it("draws nothing, and everything once when somebody looks again", () => {
    const listener = vi.fn();
    store.subscribe(listener);
    store.setHidden(true);
    store.take(stats());
    store.take({ type: "stats_history", points: [past(999_000)] });
    expect(listener).not.toHaveBeenCalled();
    store.setHidden(false);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.getSnapshot().points).toHaveLength(1);
  });
});

it("keeps the same snapshot until something changes, as React asks of a store", () => {
  store.take(stats());
  expect(store.getSnapshot()).toBe(store.getSnapshot());
  const before = store.getSnapshot();
  store.tick();
  expect(store.getSnapshot()).toBe(before);
});
