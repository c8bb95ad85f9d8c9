// The token leaves the address, and nothing else does.
import { expect, it, vi } from "vitest";
import { hideToken, tokenOf, withoutToken } from "./link-token";

const address = (hash: string, search = "") => ({ pathname: "/reset-password", search, hash });

it("reads the token of the fragment, and nothing else", () => {
  expect(tokenOf("#token=abc-_9")).toBe("abc-_9");
  expect(["", "#", "#form", "#token="].map(tokenOf)).toEqual(["", "", "", ""]);
});

it("takes the token out of the address, and keeps the rest", () => {
  expect(withoutToken(address("#token=abc"))).toBe("/reset-password");
  expect(withoutToken(address("#token=abc", "?lang=en"))).toBe("/reset-password?lang=en");
  expect(withoutToken(address("#form", "?lang=en"))).toBeUndefined();
});

it("replaces the entry of the history once, with the router's state kept", () => {
  const history = { state: { idx: 3 }, replaceState: vi.fn() };
  hideToken(history, address("#token=abc"));
  hideToken(history, address(""));
  expect(history.replaceState.mock.calls).toEqual([[{ idx: 3 }, "", "/reset-password"]]);
});
