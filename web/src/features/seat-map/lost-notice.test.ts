// The notice of lost seats, rendered to text: it names them, and its live region is always there.
import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { LostNotice } from "./lost-notice";

const show = (lost: string[]) => renderToStaticMarkup(h(LostNotice, { lost, onDismiss: () => {} }));

it("names every seat, politely", () => {
  expect(show(["A-1"])).toContain("one seat is no longer yours: A-1.");
  expect(show(["A-1", "B-7"])).toContain("2 seats are no longer yours: A-1; B-7.");
  expect(show(["A-1"])).toContain("<button");
});

it("keeps an empty region in the page", () => {
  expect(show([])).toMatch(/role="status"[^>]*><\/p>/);
  expect(show([])).not.toContain("<button");
});
