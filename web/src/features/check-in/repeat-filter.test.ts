// One ticket before the camera is one scan.
import { describe, expect, it } from "vitest";
import { RepeatFilter } from "./repeat-filter";

describe("repeated scans", () => {
  it("of the same code within three seconds are ignored", () => {
    const filter = new RepeatFilter();
    expect(filter.accepts("a", 0)).toBe(true);
    expect(filter.accepts("a", 2_999)).toBe(false);
    expect(filter.accepts("b", 2_999)).toBe(true);
  });

  it("count again three seconds after the code was last seen", () => {
    const filter = new RepeatFilter();
    filter.accepts("a", 0);
    expect(filter.accepts("a", 3_000)).toBe(true);
  });

  it("are one scan as long as the ticket is held up", () => {
    const filter = new RepeatFilter();
    filter.accepts("a", 0);
    for (let now = 200; now <= 20_000; now += 200) expect(filter.accepts("a", now)).toBe(false);
    expect(filter.accepts("a", 23_000)).toBe(true);
  });

  it("are let through by hand after a failure, once, but not to the camera", () => {
    const filter = new RepeatFilter();
    filter.accepts("a", 0);
    expect(filter.accepts("a", 100, true)).toBe(false);
    filter.fail("a");
    expect(filter.accepts("a", 200)).toBe(false);
    expect(filter.accepts("a", 300, true)).toBe(true);
    expect(filter.accepts("a", 400, true)).toBe(false);
  });
});
