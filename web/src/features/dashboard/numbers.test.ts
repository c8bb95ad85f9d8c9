// Numbers as text: short, steady in width, and never a number where none is known.
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatChange,
  formatLatency,
  formatNumber,
  formatRate,
  formatShare,
  formatSpan,
} from "./numbers";

describe("what is not known", () => {
  it("stays unknown", () => {
    const formats = [formatBytes, formatLatency, formatNumber, formatRate, formatSpan];
    for (const format of formats) {
      expect(format(null)).toBeNull();
      expect(format(undefined)).toBeNull();
      expect(format(0)).not.toBeNull();
    }
    expect(formatShare(null, 5)).toBeNull();
    expect(formatShare(1, undefined)).toBeNull();
  });

  it("is not a share of nothing", () => {
    expect(formatShare(0, 0)).toBeNull();
    expect(formatShare(0, 4)).toBe("0.0 %");
  });
});

it("writes shares with one digit", () => {
  expect(formatShare(421, 1000)).toBe("42.1 %");
  expect(formatShare(5, 5)).toBe("100.0 %");
});

it("writes spans as a clock does, never below zero", () => {
  const spans = [-500, 0, 42_000, 59_600, 725_000, 3_723_000];
  expect(spans.map(formatSpan)).toEqual(["0:00", "0:00", "0:42", "1:00", "12:05", "1:02:03"]);
});

it("writes latencies in the unit that fits", () => {
  expect([0.42, 9.96, 12.4, 499.6, 1250].map(formatLatency)).toEqual([
    "0.4 ms",
    "10.0 ms",
    "12 ms",
    "500 ms",
    "1.25 s",
  ]);
});

it("writes bytes and rates", () => {
  expect([0, 512, 2128, 3_400_000].map(formatBytes)).toEqual(["0 B", "512 B", "2.1 kB", "3.4 MB"]);
  expect([0, 0.44, 9.94, 128.4, 12_345].map(formatRate)).toEqual([
    "0.0",
    "0.4",
    "9.9",
    "128",
    "12,345",
  ]);
});

it("writes changes with their sign", () => {
  expect([3, 0, -1234].map(formatChange)).toEqual(["+3", "±0", "−1,234"]);
});
