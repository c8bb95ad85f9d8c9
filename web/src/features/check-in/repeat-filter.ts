// Lets a code pass once while it stays before the camera, which sees it several times a second. Time
// is an argument; must never keep somebody at the desk from trying again after a failure.

const SAME_CODE_MS = 3_000;

export class RepeatFilter {
  private readonly seenAt = new Map<string, number>();
  private readonly failed = new Set<string>();

  /** Whether this is a new scan. Every sight counts from then on: a ticket held up is one scan. */
  accepts(code: string, now: number, byHand = false): boolean {
    this.drop(now);
    const isNew = !this.seenAt.has(code) || (byHand && this.failed.has(code));
    this.seenAt.set(code, now);
    if (isNew) this.failed.delete(code);
    return isNew;
  }

  /**
   * The code was not checked in. Who enters it by hand may try again at once; the camera, which would
   * ask six times a second, has to lose sight of it first.
   */
  fail(code: string): void {
    this.failed.add(code);
  }

  private drop(now: number): void {
    for (const [code, at] of this.seenAt) {
      if (now - at >= SAME_CODE_MS) this.seenAt.delete(code);
    }
  }
}
