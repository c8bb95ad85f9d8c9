// Words for buyers: no codes, no statuses, whole sentences.
import { expect, it } from "vitest";
import { ApiProblem } from "./problem";
import { listed, problemWords } from "./problem-words";

it.each([
  [0, "network", "no connection"],
  [503, "recovering", "being restored"],
  [503, "unavailable", "a problem at the moment"],
  [429, "rate_limited", "wait a moment"],
  [409, "not_on_sale", "not on sale"],
  [409, "idempotency_in_flight", "still busy"],
])("says %i %s as a sentence", (status, code, words) => {
  const text = problemWords(new ApiProblem(status, code, "the detail"));
  expect(text).toContain(words);
  expect(text).not.toContain(code);
});

it("passes other details on as sentences", () => {
  const text = (detail: string) => problemWords(new ApiProblem(409, "order_closed", detail));
  expect(text("the order has ended")).toBe("The order has ended.");
  expect(text("Nothing came. Try again.")).toBe("Nothing came. Try again.");
});

it("lists names as people do", () => {
  expect([[], ["A-1"], ["A-1", "A-2"], ["A-1", "A-2", "A-3"]].map(listed)).toEqual([
    "",
    "A-1",
    "A-1 and A-2",
    "A-1, A-2 and A-3",
  ]);
});
