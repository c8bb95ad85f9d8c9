// Idempotency keys, one for one wish of the buyer: "order these seats", "charge this card". A key is
// kept until the server has given its final word, so that a double click, a reload or a lost answer
// repeats the wish and never makes a second one. Must never outlive the tab.
import type { ApiProblem } from "../api/problem";
import { newKey } from "../api/wish-key";

interface Kept {
  wish: string;
  key: string;
}

export type KeyStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const PREFIX = "frontrow.wish.";

export class WishKeys {
  private readonly store: KeyStore;
  private readonly makeKey: () => string;

  constructor(store: KeyStore, makeKey: () => string = newKey) {
    this.store = store;
    this.makeKey = makeKey;
  }

  /** The key of this wish: the one it had before, or a new one. `name` says what is wished for. */
  keyFor(name: string, wish: unknown): string {
    const text = JSON.stringify(wish);
    const kept = this.read(name);
    if (kept?.wish === text) return kept.key;
    const key = this.makeKey();
    this.store.setItem(PREFIX + name, JSON.stringify({ wish: text, key } satisfies Kept));
    return key;
  }

  /** What was wished for under this name and has had no final word yet, before a reload perhaps. */
  pending(name: string): unknown {
    const kept = this.read(name);
    return kept && JSON.parse(kept.wish);
  }

  /** The server has spoken: the same wish is a new one from now on. */
  settle(name: string): void {
    this.store.removeItem(PREFIX + name);
  }

  private read(name: string): Kept | undefined {
    const text = this.store.getItem(PREFIX + name);
    return text ? (JSON.parse(text) as Kept) : undefined;
  }
}

/**
 * Whether a refusal is the last word on its key. Without an answer it is unknown whether the wish
 * was done, and the statuses below are never stored by the server: the same key may be sent again.
 */
export function isFinal({ status, code }: ApiProblem): boolean {
  if (code === "idempotency_in_flight") return false;
  return status !== 0 && status !== 401 && status !== 403 && status !== 429 && status < 500;
}

/** The storage of this tab, or memory where the browser keeps nothing. */
function tabStore(): KeyStore {
  try {
    sessionStorage.getItem(PREFIX);
    return sessionStorage;
  } catch {
    const kept = new Map<string, string>();
    return {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    };
  }
}

export const wishKeys = new WishKeys(tabStore());
