// What an event page does when its login ends and when it loses seats: over a fake socket.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import type { EventSummary } from "../../lib/api/types";
import type { Session, SessionState } from "../../lib/session/session";
import { LiveEvent } from "./live-event";

class FakeSocket {
  static OPEN = 1;
  readyState = 1;
  sent: { type: string; ref: string }[] = [];
  onopen = () => {};
  onmessage = (_message: { data: string }) => {};
  onclose = (_event: { code: number }) => {};
  constructor() {
    sockets.push(this);
  }
  send(text: string) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    this.receive({ type: "reply", ref: frame.ref, ok: true });
  }
  close() {
    this.readyState = 3;
  }
  receive(frame: object) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

let sockets: FakeSocket[];
let state: SessionState;
let tell: () => void;
let live: LiveEvent;
const renew = vi.fn();
const refresh = vi.fn(async () => {});
const post = vi.fn(async () => ({ ticket: "t" }));

function last(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no connection was opened");
  return socket;
}

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  const listen = { addEventListener: () => {}, removeEventListener: () => {} };
  vi.stubGlobal("window", { location: { href: "http://host/" }, ...listen });
  for (const mock of [renew, refresh, post]) mock.mockClear();
  state = { status: "signed_in", user: { id: "1" } as SessionState["user"] & object };
  const session = {
    renew,
    getSnapshot: () => state,
    subscribe: (listener: () => void) => {
      tell = listener;
      return () => {};
    },
  };
  live = new LiveEvent({
    api: { refresh, post } as unknown as ApiClient,
    session: session as unknown as Session,
    event: { id: "7", status: "on_sale" } as EventSummary,
    seats: ["A-1", "A-2"],
  });
  live.start();
  last().onopen();
  last().receive({ type: "hello", protocol: 1, epoch: "e", seq: 0, heartbeat_ms: 60_000 });
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const auths = (socket: FakeSocket) => socket.sent.filter(({ type }) => type === "auth").length;

describe("a login that ends", () => {
  it("is renewed once, and the socket comes back signed in", async () => {
    expect(auths(last())).toBe(1);
    last().receive({ type: "bye", code: "login_expired" });
    last().onclose({ code: 4401 });
    expect(renew).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
    last().onopen();
    await vi.advanceTimersByTimeAsync(0);
    expect(auths(last())).toBe(1);
  });

  it("leaves a watcher without a cart once the session is signed out", async () => {
    last().receive({ type: "cart", seats: [{ seat: "A-1", expires_in_ms: 9 }], lost: ["A-2"] });
    last().onclose({ code: 4401 });
    state = { status: "signed_out" };
    tell();
    last().onopen();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(2);
    expect(auths(last())).toBe(0);
    expect(live.store.getSnapshot()).toMatchObject({ mine: [], lost: [] });
    expect(renew).toHaveBeenCalledOnce();
  });

  it("is renewed before it ends, with a ticket of a fresh login", async () => {
    expect(refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(refresh).toHaveBeenCalledOnce();
    expect(auths(last())).toBe(2);
    expect(renew).not.toHaveBeenCalled();
  });
});

it("names lost seats until they are noted, and drops them from the cart", () => {
  last().receive({ type: "cart", seats: [{ seat: "A-1", expires_in_ms: 9 }] });
  last().receive({ type: "cart", seats: [], lost: ["A-1"] });
  expect(live.store.getSnapshot()).toMatchObject({ mine: [], lost: ["A-1"] });
  live.store.acknowledgeLost();
  expect(live.store.getSnapshot().lost).toEqual([]);
});
