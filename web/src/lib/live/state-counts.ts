// How many seats are in which state: of the whole event, of each section, of each category. Kept
// up to date change by change; must never look at all seats for a single one.
import type { SeatState } from "./packed-states";

export interface StateCounts {
  available: number;
  held: number;
  sold: number;
  blocked: number;
}

export class GroupCounts {
  /** Four numbers a group, by state. */
  private readonly numbers: Uint32Array;
  private readonly groupOf: ArrayLike<number>;
  private list: readonly StateCounts[] | undefined;

  constructor(groupOf: ArrayLike<number>, groups: number) {
    this.groupOf = groupOf;
    this.numbers = new Uint32Array(groups * 4);
  }

  /** As many groups as are named. */
  static of(groupOf: ArrayLike<number>): GroupCounts {
    let most = -1;
    for (let seat = 0; seat < groupOf.length; seat++) most = Math.max(most, groupOf[seat] ?? 0);
    return new GroupCounts(groupOf, most + 1);
  }

  recount(states: Uint8Array): void {
    this.numbers.fill(0);
    for (let seat = 0; seat < states.length; seat++) this.add(seat, states[seat] ?? 0, 1);
    this.list = undefined;
  }

  move(seat: number, from: SeatState, to: SeatState): void {
    this.add(seat, from, -1);
    this.add(seat, to, 1);
    this.list = undefined;
  }

  /** The same array until a number changes. */
  all(): readonly StateCounts[] {
    this.list ??= Array.from({ length: this.numbers.length / 4 }, (_, group) => {
      const [available = 0, held = 0, sold = 0, blocked = 0] = this.numbers.subarray(group * 4);
      return { available, held, sold, blocked };
    });
    return this.list;
  }

  private add(seat: number, state: number, by: number): void {
    const at = (this.groupOf[seat] ?? 0) * 4 + state;
    this.numbers[at] = (this.numbers[at] ?? 0) + by;
  }
}

/** Every seat in one group. */
export function wholeEvent(seats: number): GroupCounts {
  return new GroupCounts(new Uint8Array(seats), 1);
}
