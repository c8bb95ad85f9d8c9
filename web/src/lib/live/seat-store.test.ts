// The store against single frames: what it believes, when it asks for a snapshot, what is mine.
import { beforeEach, describe, expect, it } from "vitest";
import { hashStates } from "./packed-states";
import { SeatStore } from "./seat-store";

const SEATS = ["A-1", "A-2", "A-3", "A-4"];

let now = 0;
let store: SeatStore;

function snapshot(seq: number, states: number[], epoch = "e") {
  const bytes = Uint8Array.from(states);
  return { type: "snapshot", epoch, seq, states: bytes, hash: hashStates(bytes) } as const;
}

function delta(seq: number, ordinal: number, state: 0 | 1 | 2 | 3) {
  const changes: [number, 0 | 1 | 2 | 3][] = [[ordinal, state]];
  return { type: "delta", seq, ts_ms: 0, changes } as const;
}

function beacon(seq: number, states: number[], stale = false) {
  return { type: "beacon", seq, hash: hashStates(Uint8Array.from(states)), stale } as const;
}

const states = () => SEATS.map((_, ordinal) => store.state(ordinal));
const mine = () => store.getSnapshot().mine.map(({ seat }) => seat);

beforeEach(() => {
  now = 1_000;
  store = new SeatStore(SEATS, () => now);
  store.apply({ type: "hello", epoch: "e", seq: 5, heartbeat_ms: 1 });
  store.apply(snapshot(5, [0, 1, 2, 3]));
});

describe("server truth", () => {
  it("takes a snapshot and contiguous deltas", () => {
    expect(store.apply(delta(6, 0, 1))).toBe(false);
    expect(store.apply(delta(7, 1, 0))).toBe(false);
    expect(states()).toEqual([1, 0, 2, 3]);
    expect(store.cursor()).toEqual({ epoch: "e", seq: 7 });
  });

  it("ignores a delta that the snapshot already contains", () => {
    expect(store.apply(delta(5, 0, 2))).toBe(false);
    expect(states()).toEqual([0, 1, 2, 3]);
  });

  it("asks for a snapshot after a gap, and believes nothing until it comes", () => {
    expect(store.apply(delta(7, 0, 2))).toBe(true);
    expect(store.apply(delta(8, 1, 2))).toBe(false);
    expect(states()).toEqual([0, 1, 2, 3]);
    expect(store.cursor()).toBeUndefined();
    store.apply(snapshot(8, [2, 2, 2, 3]));
    expect(store.apply(delta(9, 2, 0))).toBe(false);
    expect(states()).toEqual([2, 2, 0, 3]);
  });

  it("asks for a snapshot when a beacon does not match, by hash or by seq", () => {
    expect(store.apply(beacon(5, [0, 1, 2, 3]))).toBe(false);
    expect(store.apply(beacon(5, [0, 1, 2, 0]))).toBe(true);
    store.apply(snapshot(5, [0, 1, 2, 0]));
    expect(store.apply(beacon(6, [0, 1, 2, 0]))).toBe(true);
  });

  it("drops a damaged snapshot and asks at the next beacon", () => {
    expect(store.apply({ ...snapshot(9, [3, 3, 3, 3]), hash: 1 })).toBe(false);
    expect(states()).toEqual([0, 1, 2, 3]);
    expect(store.apply(beacon(9, [3, 3, 3, 3]))).toBe(true);
  });

  it("refuses a delta for a seat that does not exist", () => {
    expect(store.apply(delta(6, 4, 1))).toBe(true);
  });

  it("waits for the snapshot of a new epoch", () => {
    store.apply({ type: "hello", epoch: "f", seq: 0, heartbeat_ms: 1 });
    expect(store.apply(delta(6, 0, 1))).toBe(false);
    expect(states()).toEqual([0, 1, 2, 3]);
    store.apply(snapshot(1, [1, 1, 1, 1], "f"));
    expect(states()).toEqual([1, 1, 1, 1]);
  });

  it("remembers when it was last right, and that the server said stale", () => {
    now = 2_000;
    store.apply(beacon(5, [0, 1, 2, 3], true));
    expect(store.receivedAt).toBe(2_000);
    expect(store.getSnapshot().stale).toBe(true);
    now = 3_000;
    store.apply({ type: "hello", epoch: "e", seq: 9, heartbeat_ms: 1 });
    store.apply(delta(9, 0, 1));
    expect(store.receivedAt).toBe(2_000);
  });
});

describe("moves", () => {
  it("shows a hold at once, and as mine once confirmed", () => {
    store.begin(0, "hold");
    expect(store.look(0)).toBe("holding");
    store.confirmHold(0, [{ seat: "A-1", expires_in_ms: 500 }]);
    store.apply(delta(6, 0, 1));
    expect(store.look(0)).toBe("mine");
    expect(store.getSnapshot().mine).toEqual([{ seat: "A-1", ordinal: 0, expiresAt: 1_500 }]);
  });

  it("reverts a conflict to what the server last said", () => {
    store.begin(0, "hold");
    store.apply(delta(6, 0, 1));
    expect(store.look(0)).toBe("holding");
    store.revert(0);
    expect(store.look(0)).toBe(1);
    expect(mine()).toEqual([]);
  });

  it("keeps a seat mine when its release was refused", () => {
    store.applyCart({ type: "cart", seats: [{ seat: "A-2", expires_in_ms: 9 }] });
    store.begin(1, "release");
    expect(store.look(1)).toBe("releasing");
    store.revert(1);
    expect(store.look(1)).toBe("mine");
  });

  it("gives a seat back at once when the server says so, and a group as one", () => {
    store.applyCart({ type: "cart", seats: [{ seat: "A-2", expires_in_ms: 9 }] });
    store.begin(1, "release");
    store.confirmRelease(1);
    expect(store.look(1)).toBe(1);
    expect(mine()).toEqual([]);
    store.begin([0, 2], "hold");
    expect([store.look(0), store.look(2)]).toEqual(["holding", "holding"]);
    store.revert([0, 2]);
    expect([store.look(0), store.look(2)]).toEqual([0, 2]);
  });

  it("shows a move without an answer until a cart tells what became of it", () => {
    store.begin([0, 1], "hold");
    store.lose(0);
    expect(store.getSnapshot().pending).toBe(true);
    store.apply(delta(6, 0, 1));
    expect(store.look(0)).toBe("holding");
    store.applyCart({ type: "cart", seats: [{ seat: "A-1", expires_in_ms: 9 }] });
    expect(store.look(0)).toBe("mine");
    expect(store.look(1)).toBe("holding");
    store.revert(1);
    expect(store.getSnapshot().pending).toBe(false);
  });

  it("does not take a fetched cart that is older than what it knows", () => {
    const take = store.expectCart();
    store.begin(0, "hold");
    store.confirmHold(0, [{ seat: "A-1", expires_in_ms: 500 }]);
    expect(take({ seats: [] })).toBe(false);
    expect(mine()).toEqual(["A-1"]);
    expect(store.expectCart()({ seats: [] })).toBe(true);
    expect(mine()).toEqual([]);
  });

  it("takes the cart as the full list", () => {
    store.applyCart({ type: "cart", seats: [{ seat: "A-1", expires_in_ms: 9 }] });
    store.applyCart({ type: "cart", seats: [{ seat: "A-2", expires_in_ms: 9 }], lost: ["A-1"] });
    expect(mine()).toEqual(["A-2"]);
    store.forgetMine();
    expect(mine()).toEqual([]);
  });

  it("drops lost seats and names them until they are noted, or mine again", () => {
    const [one, two] = [1, 2].map((n) => ({ seat: `A-${n}`, expires_in_ms: 9 }));
    if (!one || !two) throw new Error("two seats");
    store.applyCart({ type: "cart", seats: [one, two] });
    store.applyCart({ type: "cart", seats: [one], lost: ["A-1", "A-2"] });
    expect(mine()).toEqual([]);
    expect(store.getSnapshot().lost).toEqual(["A-1", "A-2"]);
    store.applyCart({ type: "cart", seats: [one], lost: null });
    expect(mine()).toEqual(["A-1"]);
    expect(store.getSnapshot().lost).toEqual(["A-2"]);
    store.applyCart({ type: "cart", seats: [one], lost: ["A-2", "A-3"] });
    expect(store.getSnapshot().lost).toEqual(["A-2", "A-3"]);
    store.acknowledgeLost();
    expect(store.getSnapshot().lost).toEqual([]);
    expect(mine()).toEqual(["A-1"]);
  });

  it("tells nobody else what I lost", () => {
    store.applyCart({ type: "cart", seats: [], lost: ["A-1"] });
    store.forgetMine();
    expect(store.getSnapshot().lost).toEqual([]);
  });

  it("names the seats that may look different, and only those", () => {
    const heard: unknown[] = [];
    store.subscribeSeats((changed) => heard.push(changed));
    store.apply(delta(6, 0, 1));
    store.apply(delta(7, 0, 1));
    store.apply(beacon(7, [1, 1, 2, 3]));
    store.begin(2, "hold");
    store.apply(snapshot(9, [0, 0, 0, 0]));
    expect(heard).toEqual([[0], [2], "all"]);
  });

  it("counts by section and category without looking at every seat again", () => {
    expect(store.sectionCounts()).toEqual([]);
    store.countBy({ sections: [0, 0, 1, 1], categories: [0, 1, 2, 0] });
    const before = store.sectionCounts();
    expect(before[0]).toEqual({ available: 1, held: 1, sold: 0, blocked: 0 });
    expect(store.sectionCounts()).toBe(before);
    store.apply(delta(6, 0, 2));
    expect(store.sectionCounts()[0]).toEqual({ available: 0, held: 1, sold: 1, blocked: 0 });
    expect(store.categoryCounts()[0]).toEqual({ available: 0, held: 0, sold: 1, blocked: 1 });
    expect(store.getSnapshot().available).toBe(0);
  });

  it("gives React the same object until something changes", () => {
    const before = store.getSnapshot();
    expect(store.getSnapshot()).toBe(before);
    store.begin(0, "hold");
    expect(store.getSnapshot()).not.toBe(before);
  });
});
