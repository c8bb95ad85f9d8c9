// The organizer's connection against a fake socket: which frames go where, and who is shown out.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { row, stats } from "./admin.fixture";
import { AdminSocket } from "./admin-socket";

class FakeSocket extends EventTarget {
  readyState = 1;
  sent: { type: string; ref: string; ticket?: string }[] = [];
  onopen = () => {};
  onmessage = (_message: unknown) => {};
  onclose = (_event: unknown) => {};

  constructor() {
    super();
    this.addEventListener("message", (event) => this.onmessage(event));
    this.addEventListener("close", (event) => this.onclose(event));
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  receive(frame: object) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  drop(code: number) {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

let sockets: FakeSocket[];
const heard = { onFrame: vi.fn(), onAdminFrame: vi.fn(), onForbidden: vi.fn() };

async function start() {
  const socket = new AdminSocket({
    url: "ws://host/ws/v1/admin/events/1",
    cursor: () => undefined,
    ticket: async () => "t1",
    onLoginExpired: () => {},
    onStatus: () => {},
    ...heard,
    open: () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
  });
  socket.start();
  sockets[0]?.onopen();
  await vi.advanceTimersByTimeAsync(0);
  return socket;
}

function last(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no connection was opened");
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1, CLOSED: 3 });
  sockets = [];
  for (const listener of Object.values(heard)) listener.mockClear();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("signs in with a ticket, and hands admin frames to one side and the map to the other", async () => {
  await start();
  expect(last().sent[0]).toMatchObject({ type: "auth", ticket: "t1" });
  last().receive({ type: "beacon", seq: 1, hash: "00000000", stale: false });
  last().receive(stats());
  last().receive(row());
  expect(heard.onFrame.mock.calls.map(([frame]) => frame.type)).toEqual(["beacon"]);
  expect(heard.onAdminFrame.mock.calls.map(([frame]) => frame.type)).toEqual(["stats", "hold"]);
});

it("stays away once the server has refused the account", async () => {
  await start();
  last().receive({ type: "reply", ref: last().sent[0]?.ref, ok: false, code: "forbidden" });
  expect(heard.onForbidden).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
});

it("leaves for good when the role is taken away, and comes back after any other close", async () => {
  await start();
  last().drop(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sockets).toHaveLength(2);
  last().drop(4403);
  expect(heard.onForbidden).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(2);
});

it("does not take another refusal for that of its sign-in", async () => {
  await start();
  last().receive({ type: "reply", ref: last().sent[0]?.ref, ok: false, code: "bad_ticket" });
  expect(heard.onForbidden).not.toHaveBeenCalled();
});

it("does not listen to a connection that it has left", async () => {
  const socket = await start();
  socket.stop();
  last().receive(stats());
  last().drop(4403);
  expect(heard.onAdminFrame).not.toHaveBeenCalled();
  expect(heard.onForbidden).not.toHaveBeenCalled();
});
