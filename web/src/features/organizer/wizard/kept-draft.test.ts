// A draft survives a reload, and never the change to another account in the same tab.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { emptyDraft } from "./draft";
import { keepDraft, keepDraftsOf, keepKey, keptDraft, keptKey } from "./kept-draft";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
});

afterEach(() => vi.unstubAllGlobals());

function typedBy(userId: string) {
  keepDraftsOf(userId);
  const draft = emptyDraft("UTC");
  keepDraft({ ...draft, details: { ...draft.details, name: "Gala" } });
  keepKey("wish", "key");
}

it("is there again after a reload", () => {
  typedBy("olga");
  keepDraftsOf("olga");
  expect(keptDraft(emptyDraft("UTC")).details.name).toBe("Gala");
  expect(keptKey()).toEqual({ wish: "wish", key: "key" });
});

it("is not shown to whoever signs in next", () => {
  typedBy("olga");
  keepDraftsOf("admin");
  expect(keptDraft(emptyDraft("UTC")).details.name).toBe("");
  expect(keptKey()).toBeUndefined();
});
