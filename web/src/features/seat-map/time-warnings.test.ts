// The schedule of warnings, and the clock that keeps to it on a moved time.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inWords } from "../../lib/purchase/deadline";
import { nextWarningInMs, warningText } from "./time-warnings";
import { WarningClock } from "./warning-clock";

describe("the schedule", () => {
  it("warns at five minutes, one minute and half a minute", () => {
    expect(nextWarningInMs(600_000)).toBe(300_000);
    expect(nextWarningInMs(300_000)).toBe(240_000);
    expect(nextWarningInMs(60_000)).toBe(30_000);
    expect(nextWarningInMs(30_000)).toBeUndefined();
  });

  it("is not early when a timer is", () => {
    expect(nextWarningInMs(300_020)).toBe(240_020);
  });

  it("speaks in whole minutes, then in seconds", () => {
    expect(inWords(299_990)).toBe("5 minutes");
    expect(inWords(60_000)).toBe("1 minute");
    expect(inWords(29_800)).toBe("30 seconds");
    expect(warningText(300_000)).not.toContain("longer");
    expect(warningText(60_000)).toContain("Keep them longer");
  });
});

describe("the clock", () => {
  let said: (string | undefined)[];
  let clock: WarningClock;
  const onOver = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
    clock = new WarningClock({
      now: () => Date.now(),
      onOver,
      onWarning: (text) => said.push(text),
    });
    onOver.mockClear();
  });

  afterEach(() => {
    clock.stop();
    vi.useRealTimers();
  });

  const words = () => said.filter((text) => text !== undefined).map((text) => text.slice(0, 9));

  it("says each warning once in the life of a cart", () => {
    const deadline = Date.now() + 600_000;
    clock.follow(deadline);
    for (let second = 0; second < 650; second++) {
      vi.advanceTimersByTime(1_000);
      // A cart that is told again moves a deadline by the time it was on its way.
      clock.follow(deadline + (second % 3) * 20);
    }
    expect(words()).toEqual(["5 minutes", "1 minute ", "30 second"]);
    expect(onOver).toHaveBeenCalledOnce();
  });

  it("takes a warning back when the seats are kept longer, and warns again", () => {
    clock.follow(Date.now() + 61_000);
    vi.advanceTimersByTime(1_100);
    clock.follow(Date.now() + 600_000);
    expect(said.at(-1)).toBeUndefined();
    vi.advanceTimersByTime(301_000);
    expect(words()).toEqual(["1 minute ", "5 minutes"]);
  });

  it("says nothing once there is nothing to lose", () => {
    clock.follow(Date.now() + 70_000);
    clock.follow(undefined);
    vi.advanceTimersByTime(100_000);
    expect(words()).toEqual([]);
    expect(onOver).not.toHaveBeenCalled();
  });
});
