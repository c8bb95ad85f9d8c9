// The server's truth about the seats of one event, as far as its frames have told it. Must never
// apply a delta to a picture that is known to be wrong, and never mix in what is mine.
import { hashStates, type SeatState } from "./packed-states";
import type { BeaconFrame, DeltaFrame, HelloFrame, SnapshotFrame } from "./protocol";
import { GroupCounts, type StateCounts, wholeEvent } from "./state-counts";

export type SeatFrame = HelloFrame | SnapshotFrame | DeltaFrame | BeaconFrame;
/** Which seats may look different now. */
export type ChangedSeats = readonly number[] | "all";

interface Taken {
  changed: ChangedSeats;
  /** A fresh snapshot must be asked for. */
  needsSync: boolean;
}

const NOTHING: Taken = { changed: [], needsSync: false };
const SYNC: Taken = { changed: [], needsSync: true };
const NO_COUNTS: readonly StateCounts[] = [];

export class SeatTruth {
  /** The server said that its own store cannot be reached. */
  stale = false;
  /** The picture is known to be wrong: deltas are useless until a snapshot comes. */
  awaitingSnapshot = true;
  private states: Uint8Array;
  private epoch: string | undefined;
  private seq = 0;
  private readonly whole: GroupCounts;
  private sections: GroupCounts | undefined;
  private categories: GroupCounts | undefined;

  constructor(seats: number) {
    this.states = new Uint8Array(seats);
    this.whole = wholeEvent(seats);
    this.recount();
  }

  get loaded(): boolean {
    return this.epoch !== undefined;
  }

  get available(): number {
    return this.whole.all()[0]?.available ?? 0;
  }

  get sectionCounts(): readonly StateCounts[] {
    return this.sections?.all() ?? NO_COUNTS;
  }

  get categoryCounts(): readonly StateCounts[] {
    return this.categories?.all() ?? NO_COUNTS;
  }

  state(ordinal: number): SeatState {
    return (this.states[ordinal] ?? 0) as SeatState;
  }

  /** Where to resume after a reconnect; undefined when only a snapshot can help. */
  cursor(): { epoch: string; seq: number } | undefined {
    if (this.epoch === undefined || this.awaitingSnapshot) return undefined;
    return { epoch: this.epoch, seq: this.seq };
  }

  countBy(sections: ArrayLike<number>, categories: ArrayLike<number>): void {
    this.sections = GroupCounts.of(sections);
    this.categories = GroupCounts.of(categories);
    this.recount();
  }

  take(frame: SeatFrame): Taken {
    const taken = this.takeOne(frame);
    this.awaitingSnapshot ||= taken.needsSync;
    return taken;
  }

  private takeOne(frame: SeatFrame): Taken {
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
  private takeHello(hello: HelloFrame): Taken {
    if (hello.epoch !== this.epoch) this.awaitingSnapshot = true;
    return NOTHING;
  }

  /** A damaged snapshot is dropped without a request; the next beacon asks, so at most every 2 s. */
  private takeSnapshot({ states, epoch, seq, hash }: SnapshotFrame): Taken {
    if (states.length !== this.states.length || hashStates(states) !== hash) {
      this.awaitingSnapshot = true;
      return NOTHING;
    }
    this.states = states.slice();
    this.epoch = epoch;
    this.seq = seq;
    this.awaitingSnapshot = false;
    this.recount();
    return { changed: "all", needsSync: false };
  }

  private takeDelta(delta: DeltaFrame): Taken {
    if (this.awaitingSnapshot) return NOTHING;
    if (!this.isMyEpoch(delta.epoch)) return SYNC;
    if (delta.seq <= this.seq) return NOTHING; // already inside the snapshot
    const fits = delta.changes.every(([ordinal]) => ordinal < this.states.length);
    if (delta.seq !== this.seq + 1 || !fits) return SYNC;
    this.seq = delta.seq;
    const changed = delta.changes.filter((change) => this.change(...change));
    return { changed: changed.map(([ordinal]) => ordinal), needsSync: false };
  }

  private change(ordinal: number, to: SeatState): boolean {
    const from = this.state(ordinal);
    if (from === to) return false;
    this.states[ordinal] = to;
    for (const counts of this.counts()) counts.move(ordinal, from, to);
    return true;
  }

  /** While a snapshot is awaited every beacon asks again, in case the first request was lost. */
  private takeBeacon(beacon: BeaconFrame): Taken {
    this.stale = beacon.stale;
    if (this.awaitingSnapshot || !this.isMyEpoch(beacon.epoch)) return SYNC;
    const right = beacon.seq === this.seq && beacon.hash === hashStates(this.states);
    return right ? NOTHING : SYNC;
  }

  private isMyEpoch(epoch: string | undefined): boolean {
    return epoch === undefined || epoch === this.epoch;
  }

  private counts(): GroupCounts[] {
    return [this.whole, this.sections, this.categories].filter((counts) => counts !== undefined);
  }

  private recount(): void {
    for (const counts of this.counts()) counts.recount(this.states);
  }
}
