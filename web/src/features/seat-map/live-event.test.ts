// What an event page does when its login ends and when it loses seats: over a fake socket.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import type { Session, SessionState } from "../../lib/session/session";
import { toasts } from "../../lib/toasts";
import { LiveEvent } from "./live-event";
import { ordinal, smallHall } from "./small-hall.fixture";

class FakeSocket {
  static OPEN = 1;
  readyState = 1;
  sent: { type: string; ref: string; seats?: string[] }[] = [];
  onopen = () => {};
  onmessage = (_message: { data: string }) => {};
  onclose = (_event: { code: number }) => {};
  constructor() {
    sockets.push(this);
  }
  send(text: string) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    this.receive({ type: "reply", ref: frame.ref, ...answers(frame) });
  }
  close() {
    this.readyState = 3;
  }
  receive(frame: object) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

let sockets: FakeSocket[];
let answers: (frame: { type: string; seats?: string[] }) => object;
let state: SessionState;
let tell: () => void;
let live: LiveEvent;
const hall = smallHall();
const renew = vi.fn();
const refresh = vi.fn(async () => {});
const post = vi.fn(async () => ({ ticket: "t" }));
const openPrompt = vi.fn();

function last(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no connection was opened");
  return socket;
}

beforeEach(async () => {
  vi.useFakeTimers();
  sockets = [];
  answers = ({ seats }) => ({
    ok: true,
    ...(seats && { seats: seats.map((seat) => ({ seat, expires_in_ms: 600_000 })) }),
  });
  vi.stubGlobal("WebSocket", FakeSocket);
  const listen = { addEventListener: () => {}, removeEventListener: () => {} };
  vi.stubGlobal("window", { location: { href: "http://host/" }, ...listen });
  for (const mock of [renew, refresh, post, openPrompt]) mock.mockClear();
  for (const { id } of toasts.getSnapshot()) toasts.dismiss(id);
  state = { status: "signed_in", user: { id: "1" } as SessionState["user"] & object };
  const session = {
    renew,
    openPrompt,
    getSnapshot: () => state,
    subscribe: (listener: () => void) => {
      tell = listener;
      return () => {};
    },
  };
  live = new LiveEvent({
    api: { refresh, post, get: () => new Promise(() => {}) } as unknown as ApiClient,
    session: session as unknown as Session,
    hall,
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
    last().receive({ type: "cart", seats: [{ seat: "A-1-1", expires_in_ms: 9 }], lost: ["A-1-2"] });
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
  last().receive({ type: "cart", seats: [{ seat: "A-1-1", expires_in_ms: 9 }] });
  last().receive({ type: "cart", seats: [], lost: ["A-1-1"] });
  expect(live.store.getSnapshot()).toMatchObject({ mine: [], lost: ["A-1-1"] });
  live.store.acknowledgeLost();
  expect(live.store.getSnapshot().lost).toEqual([]);
});

describe("a click on a free seat", () => {
  const at = (seat: string) => ordinal(hall, seat);
  const said = () => toasts.getSnapshot().map(({ text }) => text);
  const sent = (type: string) => last().sent.filter((frame) => frame.type === type);
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("holds it and tells screen readers, and a second one gives it back", async () => {
    live.pick(at("A-1-1"));
    expect(live.store.look(at("A-1-1"))).toBe("holding");
    await settle();
    expect(live.store.look(at("A-1-1"))).toBe("mine");
    expect(live.getSnapshot().announcement.text).toBe(
      "Held for you for 10 minutes: Stalls, row 1, seat 1.",
    );
    live.pick(at("A-1-1"));
    await settle();
    expect(live.store.look(at("A-1-1"))).toBe(0);
    expect(live.getSnapshot().announcement.text).toContain("Given back");
  });

  it("that somebody else got names it, and its neighbour can be held at once", async () => {
    answers = ({ seats }) => ({ ok: false, code: "seat_taken", seats });
    const map = { show: vi.fn(), flash: vi.fn() };
    live.lendMap(map);
    live.pick(at("A-1-2"));
    await settle();
    expect(said()).toEqual(["Stalls, row 1, seat 2 was just taken by somebody else."]);
    expect(map.flash).toHaveBeenCalledWith([at("A-1-2")]);
    const { action } = toasts.getSnapshot()[0] ?? {};
    expect(action?.label).toBe("Nearest free: Stalls, row 1, seat 1. Hold it");
    answers = ({ seats }) => ({
      ok: true,
      seats: seats?.map((seat) => ({ seat, expires_in_ms: 9 })),
    });
    action?.run();
    await settle();
    expect(live.store.look(at("A-1-1"))).toBe("mine");
  });

  it("waits for the sign-in and then holds it", async () => {
    state = { status: "signed_out" };
    tell();
    live.pick(at("B-1-3"));
    expect(openPrompt).toHaveBeenCalledOnce();
    expect(sent("hold")).toHaveLength(0);
    state = { status: "signed_in", user: { id: "2" } as SessionState["user"] & object };
    post.mockResolvedValue({ seats: [{ seat: "B-1-3", expires_in_ms: 9 }] } as never);
    tell();
    await settle();
    expect(post).toHaveBeenCalledWith("/events/7/holds", { seats: ["B-1-3"] });
    expect(live.store.look(at("B-1-3"))).toBe("mine");
    post.mockResolvedValue({ ticket: "t" });
  });

  it("is refused here when the event is not on sale", () => {
    last().receive({ type: "event", status: "closed" });
    live.pick(at("A-1-1"));
    expect(said()[0]).toContain("not on sale");
    expect(live.store.look(at("A-1-1"))).toBe(0);
  });
});

it("says which seats the time took, and which ones left otherwise", () => {
  const seats = [
    { seat: "A-1-1", expires_in_ms: 1_000 },
    { seat: "A-1-2", expires_in_ms: 90_000 },
  ];
  last().receive({ type: "cart", seats });
  vi.advanceTimersByTime(1_000);
  last().receive({ type: "cart", seats: [] });
  const texts = toasts.getSnapshot().map(({ text }) => text);
  expect(texts[0]).toContain("Your time ran out: Stalls, row 1, seat 1.");
  expect(texts[1]).toBe("No longer in your cart: Stalls, row 1, seat 2.");
});

it("warns a minute before the first seat is lost, once", () => {
  last().receive({ type: "cart", seats: [{ seat: "A-1-1", expires_in_ms: 90_000 }] });
  vi.advanceTimersByTime(29_000);
  expect(live.getSnapshot().warning).toBeUndefined();
  vi.advanceTimersByTime(2_000);
  expect(live.getSnapshot().warning).toContain("1 minute left");
  expect(live.getSnapshot().announcement).toEqual({ id: 1, text: live.getSnapshot().warning });
  vi.advanceTimersByTime(20_000);
  expect(live.getSnapshot().announcement.id).toBe(1);
});
