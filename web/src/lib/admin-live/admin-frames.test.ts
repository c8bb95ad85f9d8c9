// What of a text becomes a frame for the dashboard, and what does not.
import { describe, expect, it } from "vitest";
import { row, stats } from "./admin.fixture";
import { decodeAdmin, ROW_TYPES } from "./admin-frames";

const decode = (frame: unknown) => decodeAdmin(JSON.stringify(frame));

describe("decoding", () => {
  it("takes statistics, history, every kind of row, and rows that were left out", () => {
    expect(decode(stats())).toEqual(stats());
    for (const type of ROW_TYPES) expect(decode(row({ type }))).toEqual(row({ type }));
    expect(decode({ type: "rows_dropped", rows: 7 })).toEqual({ type: "rows_dropped", rows: 7 });
    const points = [{ ts_ms: 1 }, null, { held: 1 }];
    expect(decode({ type: "stats_history", points })).toEqual({
      type: "stats_history",
      points: [{ ts_ms: 1 }],
    });
  });

  it("leaves the public frames, the unknown and the damaged alone", () => {
    for (const type of ["hello", "beacon", "cart", "weather"]) {
      expect(decode({ type, seat: "A-1", ts_ms: 1 })).toBeUndefined();
    }
    expect(decodeAdmin("{")).toBeUndefined();
    expect(decodeAdmin("null")).toBeUndefined();
    expect(decode({ ...row(), seat: 5 })).toBeUndefined();
  });

  it("takes no statistics that lack a part: a missing number must not show as zero", () => {
    for (const part of ["counts", "realtime", "pipeline", "funnel", "since_open", "last_minute"]) {
      expect(decode({ ...stats(), [part]: null }), part).toBeUndefined();
    }
    for (const list of ["sections", "expiring", "alerts"]) {
      expect(decode({ ...stats(), [list]: undefined }), list).toBeUndefined();
    }
  });
});
