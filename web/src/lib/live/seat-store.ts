// What this page knows about the seats of one event: the server's truth, my holds, and the moves
// that are still on their way. Plain TypeScript; must never talk to the network or read a clock
// other than the one it was given.
import { type Move, MyMoves } from "./my-moves";
import type { SeatState } from "./packed-states";
import type { CartFrame, HeldSeatFrame } from "./protocol";
import { type ChangedSeats, type SeatFrame, SeatTruth } from "./seat-truth";
import type { StateCounts } from "./state-counts";

export type { Move } from "./my-moves";
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
  /** A move of mine has no answer yet: not the moment to check out. */
  pending: boolean;
}

export type SeatsListener = (changed: ChangedSeats) => void;

type Ordinals = number | readonly number[];

export class SeatStore {
  readonly seats: readonly string[];
  /** When the picture was last known to be right, on the given clock. */
  receivedAt: number | undefined;

  private readonly now: () => number;
  private ordinals: Map<string, number> | undefined;
  private readonly truth: SeatTruth;
  private readonly moves = new MyMoves();
  private myList: MySeat[] = [];
  private lost: readonly string[] = [];
  private snapshot: StoreSnapshot | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly seatListeners = new Set<SeatsListener>();

  constructor(seats: readonly string[], now: () => number) {
    this.seats = seats;
    this.now = now;
    this.truth = new SeatTruth(seats.length);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  subscribeSeats = (listener: SeatsListener): (() => void) => {
    this.seatListeners.add(listener);
    return () => this.seatListeners.delete(listener);
  };

  /** The same object until something in it changes. */
  getSnapshot = (): StoreSnapshot => {
    const next = {
      loaded: this.truth.loaded,
      stale: this.truth.stale,
      mine: this.myList,
      lost: this.lost,
      available: this.truth.available,
      pending: this.moves.hasPending,
    };
    if (!this.snapshot || !isSame(this.snapshot, next)) this.snapshot = next;
    return this.snapshot;
  };

  /** Which section and category each seat belongs to; from then on their counts are kept. */
  countBy(groups: { sections: ArrayLike<number>; categories: ArrayLike<number> }): void {
    this.truth.countBy(groups.sections, groups.categories);
    this.tell([]);
  }

  /** By section index, as the server sees it. Empty before `countBy`. */
  sectionCounts = (): readonly StateCounts[] => this.truth.sectionCounts;
  categoryCounts = (): readonly StateCounts[] => this.truth.categoryCounts;

  state(ordinal: number): SeatState {
    return this.truth.state(ordinal);
  }

  look(ordinal: number): SeatLook {
    const move = this.moves.moveOf(ordinal);
    if (move) return move === "hold" ? "holding" : "releasing";
    return this.moves.mine.has(ordinal) ? "mine" : this.state(ordinal);
  }

  ordinalOf(seat: string): number | undefined {
    // Built when first asked for: somebody who only watches a large hall never needs it.
    this.ordinals ??= new Map(this.seats.map((each, ordinal) => [each, ordinal]));
    return this.ordinals.get(seat);
  }

  /** Where to resume after a reconnect; undefined when only a snapshot can help. */
  cursor(): { epoch: string; seq: number } | undefined {
    return this.truth.cursor();
  }

  /** Takes a frame in; answers true when a fresh snapshot must be asked for. */
  apply(frame: SeatFrame): boolean {
    const { truth } = this;
    const wasStale = truth.stale;
    const { changed, needsSync } = truth.take(frame);
    // A hello says where the room is, not that this picture is there too.
    if (!truth.awaitingSnapshot && frame.type !== "hello") this.receivedAt = this.now();
    if (changed.length > 0 || truth.stale !== wasStale) this.tell(changed);
    return needsSync;
  }

  /** Shows a move at once, before the server has answered. */
  begin(ordinals: Ordinals, move: Move): void {
    const seats = listOf(ordinals);
    this.moves.begin(seats, move);
    this.tell(seats);
  }

  /** The server refused the move: what it last said shows again. */
  revert(ordinals: Ordinals): void {
    const seats = listOf(ordinals);
    this.moves.settle(seats);
    this.tell(seats);
  }

  /**
   * No answer came, so nobody here knows whether the move happened: it stays on its way until a
   * cart tells. Whoever calls this asks for one (`expectCart`) or comes back with a new connection.
   */
  lose(ordinals: Ordinals): void {
    this.moves.lose(listOf(ordinals));
  }

  confirmHold(ordinals: Ordinals, held: readonly HeldSeatFrame[]): void {
    const seats = listOf(ordinals);
    this.moves.settle(seats);
    const mine = this.deadlines(held);
    for (const [ordinal, expiresAt] of mine) this.moves.mine.set(ordinal, expiresAt);
    this.listMine();
    this.tell([...seats, ...mine.keys()]);
  }

  confirmRelease(ordinals: Ordinals): void {
    const seats = listOf(ordinals);
    this.moves.settle(seats);
    for (const ordinal of seats) this.moves.mine.delete(ordinal);
    this.listMine();
    this.tell(seats);
  }

  /** The cart is the full list, so it also removes what expired or was lost. */
  applyCart(cart: CartFrame): void {
    const lost = new Set(cart.lost ?? []);
    const kept = cart.seats.filter(({ seat }) => !lost.has(seat));
    const mineAgain = new Set(kept.map(({ seat }) => seat));
    const touched = this.moves.replace(this.deadlines(kept));
    const missing = new Set([...this.lost, ...lost]);
    if (missing.size > 0) this.lost = [...missing].filter((seat) => !mineAgain.has(seat));
    this.listMine();
    this.tell(touched);
  }

  /**
   * For a cart that is fetched: call this first and the answer with what was fetched. It is not
   * taken, and `false` is answered, if a newer word about my seats came in meanwhile.
   */
  expectCart(): (cart: Pick<CartFrame, "seats">) => boolean {
    const { version } = this.moves;
    return ({ seats }) => {
      if (version !== this.moves.version) return false;
      this.applyCart({ type: "cart", seats });
      return true;
    };
  }

  acknowledgeLost(): void {
    this.lost = [];
    this.tell([]);
  }

  forgetMine(): void {
    const touched = this.moves.forget();
    this.lost = [];
    this.listMine();
    this.tell(touched);
  }

  private deadlines(held: readonly HeldSeatFrame[]): Map<number, number> {
    const deadlines = new Map<number, number>();
    for (const { seat, expires_in_ms } of held) {
      const ordinal = this.ordinalOf(seat);
      if (ordinal !== undefined) deadlines.set(ordinal, this.now() + expires_in_ms);
    }
    return deadlines;
  }

  private listMine(): void {
    this.myList = [...this.moves.mine]
      .map(([ordinal, expiresAt]) => ({ seat: this.seats[ordinal] ?? "", ordinal, expiresAt }))
      .sort((a, b) => a.ordinal - b.ordinal);
  }

  private tell(changed: ChangedSeats): void {
    if (changed.length > 0) for (const listener of this.seatListeners) listener(changed);
    for (const listener of this.listeners) listener();
  }
}

function listOf(ordinals: Ordinals): readonly number[] {
  return typeof ordinals === "number" ? [ordinals] : ordinals;
}

function isSame(a: StoreSnapshot, b: StoreSnapshot): boolean {
  return (Object.keys(b) as (keyof StoreSnapshot)[]).every((key) => a[key] === b[key]);
}
