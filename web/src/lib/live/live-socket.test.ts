// The connection against a fake socket and a fake clock: sign-in, replies, silence, coming back.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconnectDelay } from "./backoff";
import { LiveSocket } from "./live-socket";

class FakeSocket {
  readyState = 0;
  /** Says yes to every command at once, pings included. */
  agreeable = false;
  sent: { type: string; ref: string; [key: string]: unknown }[] = [];
  onopen = () => {};
  onmessage = (_message: { data: unknown }) => {};
  onclose = (_event: { code: number }) => {};

  send(text: string) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    if (this.agreeable) this.receive({ type: "reply", ref: frame.ref, ok: true });
  }

  close() {
    this.readyState = WebSocket.CLOSED;
  }

  accept() {
    this.readyState = WebSocket.OPEN;
    this.onopen();
    this.receive({ type: "hello", protocol: 1, epoch: "e", seq: 0, heartbeat_ms: 10_000 });
  }

  receive(frame: object) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  drop(code = 1006) {
    this.close();
    this.onclose({ code });
  }
}

let sockets: FakeSocket[];
let urls: string[];
let cursor: { epoch: string; seq: number } | undefined;
let tickets: (string | Promise<string>)[];
let wake: () => void;
const onFrame = vi.fn();
const onLoginExpired = vi.fn();
const renewals: boolean[] = [];

function start(): LiveSocket {
  const socket = new LiveSocket({
    url: "ws://host/ws/v1/events/1",
    cursor: () => cursor,
    ticket: async (renewing) => {
      renewals.push(renewing);
      return tickets.shift();
    },
    onFrame,
    onLoginExpired,
    onStatus: () => {},
    open: (url) => {
      urls.push(url);
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    random: () => 1,
    wakes: (listener) => {
      wake = listener;
      return () => {
        wake = () => {};
      };
    },
  });
  socket.start();
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
  [sockets, urls, tickets, cursor] = [[], [], [], undefined];
  renewals.length = 0;
  onFrame.mockClear();
  onLoginExpired.mockClear();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live socket", () => {
  it("signs in with a ticket first, and lets a hold wait for that", async () => {
    tickets = ["t1"];
    const socket = start();
    last().accept();
    const held = socket.command("hold", { seats: ["A-1"] });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().sent.map(({ type }) => type)).toEqual(["auth"]);
    last().receive({ type: "reply", ref: last().sent[0]?.ref, ok: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().sent[1]).toMatchObject({ type: "hold", seats: ["A-1"] });
    last().receive({ type: "reply", ref: last().sent[1]?.ref, ok: true, seats: [] });
    await expect(held).resolves.toMatchObject({ ok: true });
  });

  it("shows a new ticket every ten minutes", async () => {
    tickets = ["t1", "t2"];
    start();
    last().agreeable = true;
    last().accept();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    const shown = last().sent.filter(({ type }) => type === "auth");
    expect(shown.map(({ ticket }) => ticket)).toEqual(["t1", "t2"]);
    expect(renewals).toEqual([false, true]);
    expect(sockets).toHaveLength(1);
  });

  it("rejects a refused command with its code and seats", async () => {
    const socket = start();
    last().accept();
    const held = socket.command("hold");
    const checked = expect(held).rejects.toMatchObject({ code: "seat_taken", seats: ["A-1"] });
    await vi.advanceTimersByTimeAsync(0);
    const ref = last().sent[0]?.ref;
    last().receive({ type: "reply", ref, ok: false, code: "seat_taken", seats: ["A-1"] });
    await checked;
  });

  it("rejects what is on its way when the line breaks or stays silent", async () => {
    const socket = start();
    last().accept();
    const silent = expect(socket.command("hold")).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(5_000);
    await silent;
    const broken = expect(socket.command("hold")).rejects.toMatchObject({ code: "offline" });
    await vi.advanceTimersByTimeAsync(0);
    last().drop();
    await broken;
  });

  it("comes back with its cursor", async () => {
    start();
    last().accept();
    cursor = { epoch: "e/1", seq: 9 };
    last().drop();
    await vi.advanceTimersByTimeAsync(500);
    expect(urls).toEqual([
      "ws://host/ws/v1/events/1",
      "ws://host/ws/v1/events/1?epoch=e%2F1&seq=9",
    ]);
  });

  it("waits at least as long as a bye asked for", async () => {
    start();
    last().accept();
    last().receive({ type: "bye", code: "restart", retry_after_ms: 4_000 });
    last().drop();
    await vi.advanceTimersByTimeAsync(3_999);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(501);
    expect(sockets).toHaveLength(2);
  });

  it("says once that the login expired, told by bye, by close code or by both", async () => {
    start();
    const ends = [
      { bye: true, code: 4401 },
      { bye: true, code: 1006 },
      { bye: false, code: 4401 },
    ];
    for (const [index, { bye, code }] of ends.entries()) {
      last().accept();
      if (bye) last().receive({ type: "bye", code: "login_expired" });
      last().drop(code);
      expect(onLoginExpired).toHaveBeenCalledTimes(index + 1);
      await vi.advanceTimersByTimeAsync(15_000);
    }
    last().accept();
    last().drop();
    expect(onLoginExpired).toHaveBeenCalledTimes(3);
  });

  it("waits longer each time while its login expires at once", async () => {
    start();
    for (const wait of [500, 1_000, 2_000]) {
      const opened = sockets.length;
      last().accept();
      last().drop(4401);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(sockets).toHaveLength(opened);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets).toHaveLength(opened + 1);
    }
  });

  it("may be stopped by whoever hears that the login expired", async () => {
    const socket = start();
    onLoginExpired.mockImplementationOnce(() => socket.stop());
    last().accept();
    last().drop(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("gives up a connection that no longer answers its ping", async () => {
    start();
    last().accept();
    await vi.advanceTimersByTimeAsync(15_000 + 500);
    expect(sockets).toHaveLength(2);
  });

  it("gives up a connection whose beacons end, at whatever pace they came", async () => {
    start();
    last().agreeable = true;
    last().accept();
    const beacon = { type: "beacon", seq: 0, hash: "00000000", stale: false };
    for (let count = 0; count < 5; count++) {
      last().receive(beacon);
      await vi.advanceTimersByTimeAsync(4_000);
    }
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_999);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1 + 500);
    expect(sockets).toHaveLength(2);
  });

  it("tries at once when the page wakes up, unless the server asked for time", async () => {
    start();
    last().drop();
    wake();
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(2);
    last().accept();
    last().receive({ type: "bye", code: "restart", retry_after_ms: 4_000 });
    last().drop();
    wake();
    expect(sockets).toHaveLength(2);
  });

  it("asks a connection that seems fine to prove it when the page wakes up", async () => {
    start();
    last().accept();
    wake();
    expect(last().sent.at(-1)?.type).toBe("ping");
    await vi.advanceTimersByTimeAsync(5_000 + 500);
    expect(sockets).toHaveLength(2);
  });

  it("waits for no nonsense in a bye", async () => {
    start();
    for (const retry_after_ms of ["soon", -5, null, Number.MAX_VALUE]) {
      last().receive({ type: "bye", code: "restart", retry_after_ms });
      const opened = sockets.length;
      last().drop();
      await vi.advanceTimersByTimeAsync(249);
      expect(sockets).toHaveLength(opened);
      await vi.advanceTimersByTimeAsync(5 * 60_000 + 15_000);
      expect(sockets).toHaveLength(opened + 1);
    }
  });

  it("lets no command wait for a sign-in that never ends", async () => {
    tickets = [new Promise(() => {})];
    const socket = start();
    last().accept();
    const held = expect(socket.command("hold")).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(5_000);
    await held;
    expect(last().sent.map(({ type }) => type)).not.toContain("hold");
  });

  it("leaves a server that sends nonsense, and comes back later", async () => {
    start();
    last().accept();
    last().onmessage({ data: "{" });
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it("stays stopped", async () => {
    const socket = start();
    last().accept();
    socket.stop();
    last().onclose({ code: 1006 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });
});

it("backs off up to 15 s, with a random half", () => {
  expect(reconnectDelay(0, 0)).toBe(250);
  expect(reconnectDelay(3, 1)).toBe(4_000);
  expect(reconnectDelay(50, 1)).toBe(15_000);
  expect(reconnectDelay(0, 1, 2_000)).toBe(2_500);
});
