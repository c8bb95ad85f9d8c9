// Three warnings, each once, also when the page slept over some of them.
import { expect, it } from "vitest";
import { inWords, warningBetween, warningText } from "./deadline";

it("warns at 5:00, 1:00 and 0:30, and at no other look at the clock", () => {
  const heard: number[] = [];
  for (let left = 600_000; left > 0; left -= 500) {
    const warning = warningBetween(left, left - 500);
    if (warning) heard.push(warning);
  }
  expect(heard).toEqual([300_000, 60_000, 30_000]);
});

it("says only the latest after a sleep, and nothing when time is won", () => {
  expect(warningBetween(400_000, 20_000)).toBe(30_000);
  expect(warningBetween(20_000, 400_000)).toBeUndefined();
});

it.each([
  [600_000, "10 minutes"],
  [60_000, "1 minute"],
  [59_000, "59 seconds"],
  [1_000, "1 second"],
  [-5, "0 seconds"],
])("says %i ms as %s", (ms, words) => {
  expect(inWords(ms)).toBe(words);
});

it("makes a sentence", () => {
  expect(warningText(60_000, "left to pay")).toBe("Less than 1 minute left to pay.");
});
