// What this page knows about the seats of one event: the server's truth, my holds, and the moves
// that are still on their way. Plain TypeScript; must never talk to the network or read a clock
// other than the one it was given.
import { hashStates, type SeatState } from "./packed-states";
import type {
  BeaconFrame,
  CartFrame,
  DeltaFrame,
  HeldSeatFrame,
  HelloFrame,
  SnapshotFrame,
} from "./protocol";

export type Move = "hold" | "release";
/** How a seat is shown: a move on its way, else mine, else the server's truth. */
export type SeatLook = SeatState | "mine" | "holding" | "releasing";

export interface MySeat {
  seat: string;
  ordinal: number;
  /** On the store's own clock, so that a wrong wall clock does not matter. */
  expiresAt: number;
}

export interface StoreSnapshot {
  /** False until the first snapshot of this page. */
  loaded: boolean;
  /** The server said that its own store cannot be reached. */
  stale: boolean;
  mine: MySeat[];
  /** Seats that a recovery of the server took from me, until I have taken note of it. */
  lost: readonly string[];
  available: number;
}

type SeatFrame = HelloFrame | SnapshotFrame | DeltaFrame | BeaconFrame;

export class SeatStore {
  readonly seats: readonly string[];
  /** When the picture was last known to be right, on the given clock. */
  receivedAt: number | undefined;

  private readonly ordinals: Map<string, number>;
  private readonly now: () => number;
  private states: Uint8Array;
  private epoch: string | undefined;
  private seq = 0;
  private stale = false;
  /** The picture is known to be wrong: deltas are useless until a snapshot comes. */
  private awaitingSnapshot = true;
  private readonly pending = new Map<number, Move>();
  private readonly mine = new Map<number, number>();
  private lost: readonly string[] = [];
  private snapshot: StoreSnapshot | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(seats: readonly string[], now: () => number) {
    this.seats = seats;
    this.now = now;
    this.ordinals = new Map(seats.map((seat, ordinal) => [seat, ordinal]));
    this.states = new Uint8Array(seats.length);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): StoreSnapshot => {
    this.snapshot ??= {
      loaded: this.epoch !== undefined,
      stale: this.stale,
      mine: [...this.mine]
        .map(([ordinal, expiresAt]) => ({ seat: this.seats[ordinal] ?? "", ordinal, expiresAt }))
        .sort((a, b) => a.ordinal - b.ordinal),
      lost: this.lost,
      available: this.states.reduce((sum, state) => sum + (state === 0 ? 1 : 0), 0),
    };
    return this.snapshot;
  };

  state(ordinal: number): SeatState {
    return (this.states[ordinal] ?? 0) as SeatState;
  }

  look(ordinal: number): SeatLook {
    const move = this.pending.get(ordinal);
    if (move) return move === "hold" ? "holding" : "releasing";
    return this.mine.has(ordinal) ? "mine" : this.state(ordinal);
  }

  ordinalOf(seat: string): number | undefined {
    return this.ordinals.get(seat);
  }

  /** Where to resume after a reconnect; undefined when only a snapshot can help. */
  cursor(): { epoch: string; seq: number } | undefined {
    if (this.epoch === undefined || this.awaitingSnapshot) return undefined;
    return { epoch: this.epoch, seq: this.seq };
  }

  /** Takes a frame in; answers true when a fresh snapshot must be asked for. */
  apply(frame: SeatFrame): boolean {
    const needsSync = this.take(frame);
    this.awaitingSnapshot ||= needsSync;
    if (!this.awaitingSnapshot) this.receivedAt = this.now();
    this.changed();
    return needsSync;
  }

  private take(frame: SeatFrame): boolean {
    switch (frame.type) {
      case "hello":
        return this.takeHello(frame);
      case "snapshot":
        return this.takeSnapshot(frame);
      case "delta":
        return this.takeDelta(frame);
      case "beacon":
        return this.takeBeacon(frame);
    }
  }

  /** A foreign epoch needs no request: the server follows its hello with a snapshot. */
  private takeHello(hello: HelloFrame): false {
    if (hello.epoch !== this.epoch) this.awaitingSnapshot = true;
    return false;
  }

  /** A damaged snapshot is dropped without a request; the next beacon asks, so at most every 2 s. */
  private takeSnapshot({ states, epoch, seq, hash }: SnapshotFrame): false {
    if (states.length === this.seats.length && hashStates(states) === hash) {
      this.states = states.slice();
      this.epoch = epoch;
      this.seq = seq;
      this.awaitingSnapshot = false;
    } else {
      this.awaitingSnapshot = true;
    }
    return false;
  }

  private takeDelta(delta: DeltaFrame): boolean {
    if (this.awaitingSnapshot) return false;
    if (!this.isMyEpoch(delta.epoch)) return true;
    if (delta.seq <= this.seq) return false; // already inside the snapshot
    const fits = delta.changes.every(([ordinal]) => ordinal < this.seats.length);
    if (delta.seq !== this.seq + 1 || !fits) return true;
    for (const [ordinal, state] of delta.changes) this.states[ordinal] = state;
    this.seq = delta.seq;
    return false;
  }

  /** While a snapshot is awaited every beacon asks again, in case the first request was lost. */
  private takeBeacon(beacon: BeaconFrame): boolean {
    this.stale = beacon.stale;
    if (this.awaitingSnapshot || !this.isMyEpoch(beacon.epoch)) return true;
    return beacon.seq !== this.seq || beacon.hash !== hashStates(this.states);
  }

  private isMyEpoch(epoch: string | undefined): boolean {
    return epoch === undefined || epoch === this.epoch;
  }

  /** Shows a move at once, before the server has answered. */
  begin(ordinal: number, move: Move): void {
    this.pending.set(ordinal, move);
    this.changed();
  }

  /** The move did not happen: what the server last said shows again. */
  revert(ordinal: number): void {
    this.pending.delete(ordinal);
    this.changed();
  }

  confirmHold(ordinal: number, held: HeldSeatFrame[]): void {
    this.pending.delete(ordinal);
    for (const seat of held) this.keep(seat);
    this.changed();
  }

  confirmRelease(ordinal: number): void {
    this.pending.delete(ordinal);
    this.mine.delete(ordinal);
    this.changed();
  }

  /** The cart is the full list, so it also removes what expired or was lost. */
  applyCart(cart: CartFrame): void {
    const lost = new Set(cart.lost ?? []);
    const kept = cart.seats.filter(({ seat }) => !lost.has(seat));
    const mineAgain = new Set(kept.map(({ seat }) => seat));
    this.mine.clear();
    for (const seat of kept) this.keep(seat);
    this.lost = [...new Set([...this.lost, ...lost])].filter((seat) => !mineAgain.has(seat));
    this.changed();
  }

  acknowledgeLost(): void {
    this.lost = [];
    this.changed();
  }

  forgetMine(): void {
    this.mine.clear();
    this.lost = [];
    this.pending.clear();
    this.changed();
  }

  private keep({ seat, expires_in_ms }: HeldSeatFrame): void {
    const ordinal = this.ordinals.get(seat);
    if (ordinal !== undefined) this.mine.set(ordinal, this.now() + expires_in_ms);
  }

  private changed(): void {
    this.snapshot = undefined;
    for (const listener of this.listeners) listener();
  }
}
