// One clock for everything on the dashboard that counts seconds: ages and countdowns move together,
// once a second, and not at all while nobody looks or the display is paused.

export class PageClock {
  private readonly read: () => number;
  private now: number;
  private isFrozen = false;
  private readonly listeners = new Set<() => void>();

  constructor(read: () => number) {
    this.read = read;
    this.now = read();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** As of the last tick. */
  getSnapshot = (): number => this.now;

  tick(): void {
    if (this.isFrozen) return;
    this.now = this.read();
    for (const listener of this.listeners) listener();
  }

  freeze(isFrozen: boolean): void {
    this.isFrozen = isFrozen;
    this.tick();
  }
}
