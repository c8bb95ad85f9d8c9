// The list of passing messages: what is kept, what is replaced, and that an action comes along.
import { expect, it } from "vitest";
import { Toasts } from "./toasts";

const texts = (toasts: Toasts) => toasts.getSnapshot().map(({ text }) => text);

it("shows the three newest, and the same words once", () => {
  const toasts = new Toasts();
  for (const text of ["a", "b", "a", "c", "d"]) toasts.say(text);
  expect(texts(toasts)).toEqual(["a", "c", "d"]);
});

it("carries an action until it is dismissed", () => {
  const toasts = new Toasts();
  let done = 0;
  toasts.say("taken", "info", { label: "Hold the next one", run: () => done++ });
  const [toast] = toasts.getSnapshot();
  toast?.action?.run();
  expect(done).toBe(1);
  toasts.dismiss(toast?.id ?? 0);
  expect(texts(toasts)).toEqual([]);
});

it("says a message without an action without one", () => {
  const toasts = new Toasts();
  toasts.say("held");
  expect(toasts.getSnapshot()[0]).not.toHaveProperty("action");
});
