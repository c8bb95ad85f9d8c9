// The seats that are pointed at for a moment because somebody else was faster. Pure; the clock is
// an argument.

const FLASH_MS = 1_200;
const PULSES = 2;

export class Flash {
  readonly seats = new Set<number>();
  private startMs: number | undefined;
  private readonly isCalm: () => boolean;

  /** `isCalm`: the visitor asked for less motion, so the ring stands still for the same time. */
  constructor(isCalm: () => boolean) {
    this.isCalm = isCalm;
  }

  start(seats: Iterable<number>): void {
    this.seats.clear();
    for (const seat of seats) this.seats.add(seat);
    this.startMs = undefined;
  }

  /** From 1 down to 0 in every pulse; ends by itself. */
  strength(nowMs: number): number {
    if (this.seats.size === 0) return 0;
    this.startMs ??= nowMs;
    const part = (nowMs - this.startMs) / FLASH_MS;
    if (part >= 1) this.seats.clear();
    if (this.isCalm()) return 1;
    return 1 - ((part * PULSES) % 1);
  }
}
