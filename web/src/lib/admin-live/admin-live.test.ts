// When the list of holds is fetched, and when rows reach the page: the controller between a fake
// socket, a fake server and a fake clock.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../api/client";
import type { Session } from "../session/session";
import { row, stats } from "./admin.fixture";
import { AdminLive } from "./admin-live";

class FakeSocket extends EventTarget {
  static last: FakeSocket;
  readyState = 1;
  onopen = () => {};
  onmessage = (_message: unknown) => {};

  constructor(readonly url: string) {
    super();
    FakeSocket.last = this;
    this.addEventListener("message", (event) => this.onmessage(event));
  }

  send() {}
  close() {}

  receive(frame: object) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

const page = Object.assign(new EventTarget(), { hidden: false });
const get = vi.fn(async (_path: string) => ({ items: [] as unknown[] }));
let live: AdminLive;
let second: number;

/** One more second of statistics that count as many holds. */
function tell(held: number) {
  const counts = { available: 0, held, sold: 0, blocked: 0 };
  FakeSocket.last.receive(stats({ ts_ms: 1_000_000 + 1000 * second++, counts }));
}

async function pass(seconds: number, held: number) {
  for (let passed = 0; passed < seconds; passed++) {
    tell(held);
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  vi.stubGlobal(
    "window",
    Object.assign(new EventTarget(), { location: { href: "https://a.b/x" } }),
  );
  vi.stubGlobal("WebSocket", Object.assign(FakeSocket, { OPEN: 1 }));
  [second, page.hidden] = [0, false];
  get.mockClear();
  const api = { get, post: async () => ({ ticket: "t" }) } as unknown as ApiClient;
  const session = { getSnapshot: () => ({ status: "signed_in" }) } as unknown as Session;
  live = new AdminLive({ api, session, eventId: "e 1", seats: ["A-1"] });
  live.start();
  FakeSocket.last.onopen();
  FakeSocket.last.receive({ type: "hello", epoch: "e", seq: 0, heartbeat_ms: 60_000 });
  FakeSocket.last.receive({ type: "stats_history", points: [] });
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("fetches the holds once it was let in, at the event's own address", () => {
  expect(FakeSocket.last.url).toBe("wss://a.b/ws/v1/admin/events/e%201");
  expect(get.mock.calls.map(([path]) => path)).toEqual(["/admin/events/e%201/holds"]);
  expect(live.store.getSnapshot().holdsLoaded).toBe(true);
});

it("leaves the list alone while it agrees with the numbers, but for a look every half minute", async () => {
  await pass(25, 0);
  expect(get).toHaveBeenCalledTimes(1);
  await pass(15, 0);
  expect(get).toHaveBeenCalledTimes(2);
});

it("fetches the list when the numbers count other holds, or rows were left out", async () => {
  await pass(6, 3);
  expect(get).toHaveBeenCalledTimes(2);
  live.store.takeRows([row({ seat: "A-1" }), row({ seat: "A-2" }), row({ seat: "A-3" })]);
  FakeSocket.last.receive({ type: "rows_dropped", rows: 9 });
  await pass(6, 3);
  expect(get).toHaveBeenCalledTimes(3);
});

it("asks again after a failure, and not at all while nobody looks", async () => {
  get.mockRejectedValueOnce(new Error("away"));
  await live.refreshHolds();
  page.hidden = true;
  await pass(10, 0);
  expect(get).toHaveBeenCalledTimes(2);
  page.hidden = false;
  await pass(6, 0);
  expect(get).toHaveBeenCalledTimes(3);
});

it("hands a burst of rows to the page as one change", async () => {
  const changed = vi.fn();
  live.store.subscribe(changed);
  for (let seat = 0; seat < 50; seat++) FakeSocket.last.receive(row({ seat: `A-${seat}` }));
  expect(changed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(250);
  expect(changed).toHaveBeenCalledTimes(1);
  expect(live.store.getSnapshot().feed).toHaveLength(50);
});

it("stops the clock of ages and countdowns for a pause", async () => {
  live.pause(true);
  const before = live.clock.getSnapshot();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(live.clock.getSnapshot()).toBe(before);
  live.pause(false);
  expect(live.clock.getSnapshot()).toBeGreaterThanOrEqual(before + 5_000);
});
