// Reads the server's cart when my seats have changed and then stayed the same for a moment. Plain
// TypeScript; it only knows what the last answer said, never which seats are mine.
import type { Cart, Money } from "../../lib/api/types";

export interface KnownCart {
  /** By seat. */
  prices: ReadonlyMap<string, Money>;
  /** Ordinals of single seats that the choice would leave between others. */
  orphans: readonly number[];
}

interface Options {
  read: () => Promise<Cart>;
  ordinalOf: (seat: string) => number | undefined;
}

const NOTHING: KnownCart = { prices: new Map(), orphans: [] };
/** Somebody who clicks four seats in a row makes one request. */
const SETTLED_MS = 400;

export class CartReader {
  private readonly options: Options;
  private key = "";
  private known = NOTHING;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    this.options = options;
  }

  getSnapshot = (): KnownCart => this.known;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** To be called whenever my seats may have changed. */
  follow(mine: readonly { seat: string }[]): void {
    const key = mine.map(({ seat }) => seat).join("\n");
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.timer);
    // The old hint is about another choice. Prices of seats that stay are right.
    if (this.known.orphans.length > 0) this.set({ ...this.known, orphans: [] });
    if (mine.length === 0) return this.set(NOTHING);
    this.timer = setTimeout(() => void this.read(key), SETTLED_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.key = "";
  }

  /** A failure leaves the prices that the page knows anyway; the checkout asks again. */
  private async read(key: string): Promise<void> {
    const cart = await this.options.read().catch(() => undefined);
    if (!cart || key !== this.key) return;
    const ordinals = cart.orphans.map(this.options.ordinalOf);
    this.set({
      prices: new Map(cart.seats.map(({ seat, price }) => [seat, price])),
      orphans: ordinals.filter((ordinal) => ordinal !== undefined),
    });
  }

  private set(known: KnownCart): void {
    this.known = known;
    for (const listener of this.listeners) listener();
  }
}
