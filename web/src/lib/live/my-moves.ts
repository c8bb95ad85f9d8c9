// My seats and the moves that are on their way. What is shown of a move ends with its answer, or,
// when there was none, with the next cart; nothing else ends it. Knows ordinals, not names.

export type Move = "hold" | "release";

export class MyMoves {
  /** When a seat of mine expires, by ordinal. */
  readonly mine = new Map<number, number>();
  /** Grows with everything that says whose seats are whose. */
  version = 0;
  private readonly pending = new Map<number, Move>();
  /** Moves without an answer: only a cart can tell what became of them. */
  private readonly unanswered = new Set<number>();

  moveOf(ordinal: number): Move | undefined {
    return this.pending.get(ordinal);
  }

  get hasPending(): boolean {
    return this.pending.size > 0;
  }

  begin(ordinals: readonly number[], move: Move): void {
    for (const ordinal of ordinals) {
      this.pending.set(ordinal, move);
      this.unanswered.delete(ordinal);
    }
  }

  /** The server has answered: the moves are over, whatever came of them. */
  settle(ordinals: readonly number[]): void {
    this.version += 1;
    for (const ordinal of ordinals) this.end(ordinal);
  }

  lose(ordinals: readonly number[]): void {
    for (const ordinal of ordinals) {
      if (this.pending.has(ordinal)) this.unanswered.add(ordinal);
    }
  }

  /** The full list of what is mine. Answers every seat that it may have changed. */
  replace(mine: ReadonlyMap<number, number>): number[] {
    this.version += 1;
    const touched = [...this.mine.keys(), ...mine.keys(), ...this.unanswered];
    this.mine.clear();
    for (const [ordinal, expiresAt] of mine) this.mine.set(ordinal, expiresAt);
    for (const ordinal of this.unanswered) this.end(ordinal);
    return touched;
  }

  forget(): number[] {
    this.version += 1;
    const touched = [...this.mine.keys(), ...this.pending.keys()];
    this.mine.clear();
    this.pending.clear();
    this.unanswered.clear();
    return touched;
  }

  private end(ordinal: number): void {
    this.pending.delete(ordinal);
    this.unanswered.delete(ordinal);
  }
}
