// Idempotency keys. One key for one wish: the same wish sent again has the same key, so that a lost
// answer never makes a second event or a second refund. Must never be reused for another body.

/** 32 hex digits. `randomUUID` is missing on pages that come without TLS, this is not. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Remembers the key of the last wish. `wish` is a text that differs where the bodies differ. */
export class WishKey {
  private last: { wish: string; key: string } | undefined;

  constructor(last?: { wish: string; key: string }) {
    this.last = last;
  }

  for(wish: string): string {
    if (this.last?.wish !== wish) this.last = { wish, key: newKey() };
    return this.last.key;
  }
}
