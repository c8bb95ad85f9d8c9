// A wish over the sign-in: done after it, forgotten when the dialog is closed.
import { beforeEach, expect, it, vi } from "vitest";
import type { SessionState } from "../../lib/session/session";
import { KeptWish } from "./kept-wish";

let state: SessionState;
let kept: KeptWish;
const openPrompt = vi.fn((prompt: string = "") => become({ status: "signed_out", prompt }));
const wish = vi.fn();

function become(next: SessionState) {
  state = next;
  kept.follow();
}

beforeEach(() => {
  openPrompt.mockClear();
  wish.mockClear();
  kept = new KeptWish({ getSnapshot: () => state, openPrompt }, "Sign in, please");
  state = { status: "signed_out" };
});

it("is done after the sign-in, once", () => {
  kept.want(wish);
  expect(openPrompt).toHaveBeenCalledExactlyOnceWith("Sign in, please");
  expect(wish).not.toHaveBeenCalled();
  become({ status: "signed_in" });
  become({ status: "signed_in" });
  expect(wish).toHaveBeenCalledOnce();
});

it("is forgotten when the dialog is closed", () => {
  kept.want(wish);
  become({ status: "signed_out" });
  become({ status: "signed_in" });
  expect(wish).not.toHaveBeenCalled();
  expect(openPrompt).toHaveBeenCalledOnce();
});

it("waits until it is known who is there, and then asks or does", () => {
  state = { status: "restoring" };
  kept.want(wish);
  expect(openPrompt).not.toHaveBeenCalled();
  become({ status: "signed_in" });
  expect(wish).toHaveBeenCalledOnce();

  state = { status: "restoring" };
  kept.want(wish);
  become({ status: "signed_out" });
  expect(openPrompt).toHaveBeenCalledOnce();
});

it("is done at once for somebody who is signed in", () => {
  state = { status: "signed_in" };
  kept.want(wish);
  expect(wish).toHaveBeenCalledOnce();
  expect(openPrompt).not.toHaveBeenCalled();
});

it("gives way to a newer wish", () => {
  const newer = vi.fn();
  kept.want(wish);
  kept.want(newer);
  become({ status: "signed_in" });
  expect(wish).not.toHaveBeenCalled();
  expect(newer).toHaveBeenCalledOnce();
});
