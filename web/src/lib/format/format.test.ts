// Money stays exact, countdowns read right at their edges.
import { expect, it } from "vitest";
import { formatAge, formatCountdown, formatMoney, formatStart, sumMoney } from "./format";

it.each([
  [600_000, "10:00"],
  [600_300, "10:00"],
  [61_000, "01:01"],
  [59_600, "01:00"],
  [900, "00:01"],
  [0, "00:00"],
  [-5_000, "00:00"],
  [7_200_000, "120:00"],
])("counts %i ms down as %s", (ms, text) => {
  expect(formatCountdown(ms)).toBe(text);
});

it("writes money in its currency, with the digits that currency has", () => {
  expect(formatMoney({ amount: 7500, currency: "EUR" })).toBe("€75.00");
  expect(formatMoney({ amount: 7500, currency: "JPY" })).toBe("JP¥7,500");
});

it("sums integers", () => {
  const prices = [10, 20, 7].map((amount) => ({ amount, currency: "EUR" }));
  expect(sumMoney(prices)).toEqual({ amount: 37, currency: "EUR" });
  expect(sumMoney([])).toBeUndefined();
});

it("says how old the picture is", () => {
  expect(formatAge(11_900)).toBe("12 s");
  expect(formatAge(180_000)).toBe("3 min");
});

it("shows the clock of the venue", () => {
  const start = formatStart("2026-12-31T23:30:00Z", "Europe/Berlin");
  expect(start.day).toBe("1");
  expect(start.time).toContain("00:30");
});
