// News between tabs, over channels that deliver at once.
import { afterEach, expect, it, vi } from "vitest";
import { openTabChannel, type TabNews } from "./tab-channel";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Delivers at once to every other channel, as the browser does a moment later. */
function stubChannels() {
  const open: FakeChannel[] = [];
  class FakeChannel {
    onmessage: ((message: { data: unknown }) => void) | undefined;
    constructor() {
      open.push(this);
    }
    postMessage(data: unknown) {
      for (const other of open) if (other !== this) other.onmessage?.({ data });
    }
  }
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  return open;
}

it("reaches the other tabs and not the one that speaks", () => {
  stubChannels();
  const heard: string[] = [];
  const [a, b] = [openTabChannel(), openTabChannel()];
  a.listen((news) => heard.push(`a: ${news}`));
  b.listen((news) => heard.push(`b: ${news}`));
  a.tell("signed_out");
  b.tell("account_changed");
  expect(heard).toEqual(["b: signed_out", "a: account_changed"]);
});

it("ignores words it does not know", () => {
  const open = stubChannels();
  const heard = vi.fn<(news: TabNews) => void>();
  openTabChannel().listen(heard);
  for (const data of ["hello", { type: "signed_out" }, null]) open[0]?.onmessage?.({ data });
  expect(heard).not.toHaveBeenCalled();
});

it("is silent in a browser without channels", () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  const channel = openTabChannel();
  channel.listen(() => {});
  expect(() => channel.tell("signed_out")).not.toThrow();
});
