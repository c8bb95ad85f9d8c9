// A server with one room and one buyer, as PROTOCOL.md describes it and as simple as possible. For
// tests only; must share nothing with the store: it packs and hashes by itself.
import { crc32 } from "node:zlib";
import { beaconBytes, deltaBytes, snapshotBytes } from "./frame-bytes.fixture";

/** A frame as it goes over the wire. */
export interface Sent {
  kind: "hello" | "snapshot" | "delta" | "beacon" | "cart" | "reply";
  data: string | ArrayBuffer;
}

export interface Command {
  ref: number;
  seat: number;
  move: "hold" | "release";
}

export class ModelServer {
  readonly names: string[];
  readonly states: number[];
  /** Seats that the buyer holds. */
  readonly mine = new Set<number>();
  private epoch = 1;
  private seq = 0;
  private log: [number, number][][] = [];
  /** The map as it was at every place that a client may believe to be at. */
  private readonly history = new Map<string, number[]>();
  private binary = false;

  constructor(seats: number) {
    this.names = Array.from({ length: seats }, (_, seat) => `S-${seat}`);
    this.states = this.names.map(() => 0);
    this.remember();
  }

  statesAt({ epoch, seq }: { epoch: string; seq: number }): number[] | undefined {
    return this.history.get(`${epoch}:${seq}`);
  }

  private remember(): void {
    this.history.set(`${this.epoch}:${this.seq}`, [...this.states]);
  }

  /** What a client gets that connects and signs in. */
  greet(cursor: { epoch: string; seq: number } | undefined, binary: boolean): Sent[] {
    this.binary = binary;
    const epoch = String(this.epoch);
    const hello = { type: "hello", protocol: 1, epoch, seq: this.seq, heartbeat_ms: 1_000 };
    const resumes = cursor?.epoch === epoch && cursor.seq <= this.seq;
    const missing = resumes
      ? this.log.slice(cursor.seq).map((changes, at) => this.delta(cursor.seq + at + 1, changes))
      : [this.snapshot()];
    return [json("hello", hello), ...missing, this.cart()];
  }

  /** Somebody else, or an organizer, did something with seats that are not the buyer's. */
  others(changes: [seat: number, state: number][]): Sent[] {
    const allowed = new Map(changes.filter(([seat]) => !this.mine.has(seat)));
    return this.change([...allowed].sort((a, b) => a[0] - b[0]));
  }

  /** Reply, cart and delta of one command, in this order; a refusal is only a reply. */
  run({ ref, seat, move }: Command): Sent[] {
    const again = move === "hold" && this.mine.has(seat);
    const allowed = move === "hold" ? again || this.states[seat] === 0 : this.mine.has(seat);
    if (!allowed) return [json("reply", { type: "reply", ref, ok: false, code: "seat_taken" })];
    if (move === "hold") this.mine.add(seat);
    else this.mine.delete(seat);
    const seats = move === "hold" ? [{ seat: this.names[seat], expires_in_ms: 1_000 }] : undefined;
    const reply = json("reply", { type: "reply", ref, ok: true, seats });
    return [reply, this.cart(), ...this.change([[seat, move === "hold" ? 1 : 0]])];
  }

  /** The time of the buyer's first hold is over. */
  expire(): Sent[] {
    const [seat] = this.mine;
    if (seat === undefined) return [];
    this.mine.delete(seat);
    return [...this.change([[seat, 0]]), this.cart()];
  }

  /** The hold store was lost, and somebody else got the buyer's seats. */
  recover(): Sent[] {
    const lost = [...this.mine];
    this.mine.clear();
    const changes = this.change(lost.map((seat): [number, number] => [seat, 2]));
    return [...changes, this.cart(lost.map((seat) => this.names[seat] ?? ""))];
  }

  /** Another server serves the event: its room has another epoch and counts from zero. */
  restart(): void {
    this.epoch += 1;
    this.seq = 0;
    this.log = [];
    this.remember();
  }

  snapshot(): Sent {
    const { epoch, seq, states, binary } = this;
    const packed = this.packed();
    if (binary) {
      const bytes = Uint8Array.from(states);
      const data = snapshotBytes(String(epoch), seq, bytes, packed, crc32(packed));
      return { kind: "snapshot", data };
    }
    const seats = states.length;
    const text = Buffer.from(packed).toString("base64");
    const room = { epoch: String(epoch), seq, seats, states: text, hash: this.hash() };
    return json("snapshot", { type: "snapshot", ...room });
  }

  beacon(): Sent {
    if (this.binary) {
      return { kind: "beacon", data: beaconBytes(this.seq, crc32(this.packed()), false) };
    }
    const room = { epoch: String(this.epoch), seq: this.seq, hash: this.hash(), stale: false };
    return json("beacon", { type: "beacon", ...room });
  }

  cart(lost?: string[]): Sent {
    const mine = [...this.mine].sort((a, b) => a - b);
    const seats = mine.map((seat) => ({ seat: this.names[seat], expires_in_ms: 1_000 }));
    return json("cart", { type: "cart", seats, lost });
  }

  private change(changes: [number, number][]): Sent[] {
    if (changes.length === 0) return [];
    const ordered = [...changes].sort((a, b) => a[0] - b[0]);
    for (const [seat, state] of ordered) this.states[seat] = state;
    this.seq += 1;
    this.log.push(ordered);
    this.remember();
    return [this.delta(this.seq, ordered)];
  }

  private delta(seq: number, changes: [number, number][]): Sent {
    const ts_ms = 1_795_370_000_000;
    if (this.binary) return { kind: "delta", data: deltaBytes(seq, ts_ms, changes) };
    return json("delta", { type: "delta", epoch: String(this.epoch), seq, ts_ms, changes });
  }

  /** Two bits a seat, seat 0 in the low bits of byte 0. */
  private packed(): Uint8Array {
    const bits = [...this.states].reverse().map((state) => state.toString(2).padStart(2, "0"));
    const padded = bits.join("").padStart(Math.ceil(bits.length / 4) * 8, "0");
    const bytes = padded.match(/.{8}/g) ?? [];
    return Uint8Array.from(bytes.reverse(), (byte) => Number.parseInt(byte, 2));
  }

  private hash(): string {
    return crc32(this.packed()).toString(16).padStart(8, "0");
  }
}

function json(kind: Sent["kind"], frame: object): Sent {
  return { kind, data: JSON.stringify(frame) };
}
