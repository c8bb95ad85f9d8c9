// What the server says of the cart beyond which seats are in it: what they cost, and which single
// seats the choice would leave behind. Asked for after the choice has settled, once for the page.
import { useSyncExternalStore } from "react";
import type { Money } from "../../lib/api/types";
import { sumMoney } from "../../lib/format/format";
import type { MySeat } from "../../lib/live/seat-store";
import type { LiveEvent } from "./live-event";
import { useSeats } from "./use-live-event";

interface CartView {
  /** By the name of a seat: what it cost when it was taken, else what it costs now. */
  priceOf: (seat: MySeat) => Money | undefined;
  total: Money | undefined;
  /** Ordinals. */
  orphans: readonly number[];
}

export function useCart(live: LiveEvent): CartView {
  const mine = useSeats(live, (seats) => seats.mine);
  const known = useSyncExternalStore(live.cart.subscribe, live.cart.getSnapshot);
  const priceOf = (seat: MySeat) => known.prices.get(seat.seat) ?? live.hall.priceOf(seat.ordinal);
  const total = sumMoney(mine.map(priceOf).filter((price) => price !== undefined));
  return { priceOf, total, orphans: known.orphans };
}
