// When to look at an order again. Pure. An order that rests is left alone; one that somebody else
// is working on (the provider, the clock of the server) is looked at less and less often.
import type { Order } from "../../lib/api/types";

const SOON_MS = [1_000, 1_000, 2_000, 2_000, 3_000];
const SELDOM_MS = 5_000;
/** The server's own clock has to be past the deadline too. */
const AFTER_DEADLINE_MS = 500;
/** A refund that takes longer is looked at on the next visit. */
const MOST_LOOKS_AFTER_THE_END = 30;

/** From here on it takes longer than usual, and the page says so. */
export const LOOKS_UNTIL_LONG = 8;

interface Situation {
  order: Order;
  /** A card was sent and there is no verdict. */
  unsure: boolean;
  /** How often it was looked at in this situation. */
  looks: number;
}

/** Milliseconds until the next look; undefined when there is nothing to wait for. */
export function nextLook({ order, unsure, looks }: Situation): number | undefined {
  const soon = SOON_MS[looks] ?? SELDOM_MS;
  if (order.status === "awaiting_payment") {
    if (unsure || order.expires_in_ms === 0) return soon;
    return order.expires_in_ms + AFTER_DEADLINE_MS;
  }
  const { status } = order.payment;
  const settled = status === "captured" || status === "cancelled" || status === "refunded";
  return settled || looks >= MOST_LOOKS_AFTER_THE_END ? undefined : soon;
}
