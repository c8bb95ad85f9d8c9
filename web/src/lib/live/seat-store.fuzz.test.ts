// Any mix of snapshot, delta, hold, conflict, lost frame and reconnect ends equal to the server.
import { describe, expect, it } from "vitest";
import { decodeBinary } from "./binary-frames";
import { beaconBytes, deltaBytes, snapshotBytes } from "./frame-bytes.fixture";
import { hashStates, type SeatState } from "./packed-states";
import { SeatStore } from "./seat-store";

const SEATS = Array.from({ length: 37 }, (_, seat) => `S-${seat}`);
const STEPS = 400;
/** A seed that once failed stays in this list. */
const SEEDS = [1, 2, 3, 7, 42, 1852, 20261122, ...Array.from({ length: 40 }, (_, n) => 1000 + n)];

describe("the seat store", () => {
  it.each(SEEDS)("ends equal to the server, seed %i", (seed) => {
    const world = new World(seed);
    for (let step = 0; step < STEPS; step++) world.step();
    world.settle();
    expect(world.clientStates()).toEqual([...world.states]);
    expect(world.clientMine()).toEqual(world.serverMine());
    expect(world.clientLooks()).toEqual(world.expectedLooks());
  });
});

/** A server with one room, a connection that may break, and the store as its only client. */
class World {
  readonly states = new Uint8Array(SEATS.length);
  private readonly store = new SeatStore(SEATS, () => 0);
  private readonly mine = new Set<number>();
  private readonly log: ArrayBuffer[] = [];
  private epoch = 1;
  private seq = 0;
  private connected = false;
  /** Moves the client has begun and the server has not answered. */
  private moves: { ordinal: number; move: "hold" | "release" }[] = [];
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = mulberry32(seed);
  }

  step(): void {
    const dice = this.random();
    if (dice < 0.3) this.othersChange();
    else if (dice < 0.35) this.expire();
    else if (dice < 0.55) this.click();
    else if (dice < 0.75) this.answer();
    else if (dice < 0.82) this.disconnect();
    else if (dice < 0.92) this.connect();
    else if (dice < 0.97) this.beacon();
    else this.restartRoom();
  }

  /** The line is good again: everything is answered, and one beacon may correct the rest. */
  settle(): void {
    this.connect();
    while (this.moves.length > 0) this.answer();
    this.beacon();
  }

  clientStates = () => SEATS.map((_, ordinal) => this.store.state(ordinal));
  clientLooks = () => SEATS.map((_, ordinal) => this.store.look(ordinal));
  clientMine = () => this.store.getSnapshot().mine.map(({ ordinal }) => ordinal);
  serverMine = () => [...this.mine].sort((a, b) => a - b);
  expectedLooks = () =>
    [...this.states].map((state, seat) => (this.mine.has(seat) ? "mine" : state));

  private othersChange(): void {
    const ordinal = this.anySeat();
    if (!this.mine.has(ordinal)) this.change(ordinal, Math.floor(this.random() * 4) as SeatState);
  }

  private click(): void {
    const ordinal = this.anySeat();
    const look = this.store.look(ordinal);
    if (!this.connected || (look !== 0 && look !== "mine")) return;
    const move = look === 0 ? "hold" : "release";
    this.store.begin(ordinal, move);
    this.moves.push({ ordinal, move });
  }

  /** The time of one of my holds is over, whether I am connected or not. */
  private expire(): void {
    const [ordinal] = this.mine;
    const onItsWay = this.moves.some((move) => move.ordinal === ordinal);
    if (ordinal === undefined || onItsWay) return;
    this.mine.delete(ordinal);
    this.change(ordinal, 0);
    if (this.connected) this.sendCart();
  }

  /** The reply overtakes the delta or follows it: both orders occur. */
  private answer(): void {
    const next = this.moves.shift();
    if (!next) return;
    const { ordinal, move } = next;
    const held = [{ seat: SEATS[ordinal] ?? "", expires_in_ms: 1 }];
    const allowed = move === "hold" ? this.states[ordinal] === 0 : this.mine.has(ordinal);
    if (!allowed) return this.store.revert(ordinal);
    if (move === "hold") this.mine.add(ordinal);
    else this.mine.delete(ordinal);
    const confirm = () =>
      move === "hold" ? this.store.confirmHold(ordinal, held) : this.store.confirmRelease(ordinal);
    const replyFirst = this.random() < 0.5;
    if (replyFirst) confirm();
    this.change(ordinal, move === "hold" ? 1 : 0);
    if (!replyFirst) confirm();
  }

  /** Half of the commands on their way still reach the server; the client cannot tell which. */
  private disconnect(): void {
    this.connected = false;
    for (const { ordinal, move } of this.moves) {
      this.store.revert(ordinal);
      if (move === "hold" && this.states[ordinal] === 0 && this.random() < 0.5) {
        this.mine.add(ordinal);
        this.change(ordinal, 1);
      }
    }
    this.moves = [];
  }

  private connect(): void {
    if (this.connected) return;
    this.connected = true;
    const cursor = this.store.cursor();
    const epoch = String(this.epoch);
    this.store.apply({ type: "hello", epoch, seq: this.seq, heartbeat_ms: 1 });
    if (cursor?.epoch !== epoch) this.sendSnapshot();
    else for (const frame of this.log.slice(cursor.seq)) this.deliver(frame);
    this.sendCart();
  }

  /** As after a crash of the server: a new epoch that counts from zero. */
  private restartRoom(): void {
    this.disconnect();
    this.epoch += 1;
    this.seq = 0;
    this.log.length = 0;
  }

  private change(ordinal: number, state: SeatState): void {
    this.states[ordinal] = state;
    this.seq += 1;
    const frame = deltaBytes(this.seq, 1_795_370_000_000, [[ordinal, state]]);
    this.log.push(frame);
    // A frame in five vanishes, which no server should do: the store has to notice.
    if (this.connected && this.random() > 0.2) this.deliver(frame);
  }

  private beacon(): void {
    if (this.connected) this.deliver(beaconBytes(this.seq, hashStates(this.states), false));
  }

  private sendCart(): void {
    const seats = this.serverMine().map((seat) => ({ seat: SEATS[seat] ?? "", expires_in_ms: 1 }));
    this.store.applyCart({ type: "cart", seats });
  }

  private sendSnapshot(): void {
    this.deliver(snapshotBytes(String(this.epoch), this.seq, this.states));
  }

  private deliver(bytes: ArrayBuffer): void {
    const frame = decodeBinary(bytes);
    if (frame?.type !== "snapshot" && frame?.type !== "delta" && frame?.type !== "beacon") return;
    if (this.store.apply(frame)) this.sendSnapshot();
  }

  private anySeat(): number {
    return Math.floor(this.random() * SEATS.length);
  }
}

/** A small seeded generator: the same seed is the same run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
