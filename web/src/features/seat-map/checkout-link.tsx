// The way on to the checkout. Closed while a move is on its way: nobody shall pay for a choice that is
// about to change.
import { ButtonLink } from "../../components/button";
import type { LiveEvent } from "./live-event";
import { useCart } from "./use-cart";
import { useLive, useSeats } from "./use-live-event";

/** A link cannot be disabled: while a move is on its way it leads nowhere and says so. */
export function CheckoutLink({ live, short = false }: { live: LiveEvent; short?: boolean }) {
  const pending = useSeats(live, (seats) => seats.pending);
  const busy = useLive(live, (state) => state.busy);
  const { orphans } = useCart(live);
  const strict = live.hall.event.orphan_rule === "strict" && orphans.length > 0;
  const closed = useLive(live, (state) => state.status) !== "on_sale";
  const off = pending || busy || strict || closed;
  return (
    <ButtonLink
      to={`/events/${encodeURIComponent(live.hall.event.id)}/checkout`}
      look="accent"
      size={short ? "medium" : "large"}
      data-testid="cart-checkout"
      aria-disabled={off || undefined}
      onClick={(event) => off && event.preventDefault()}
      className={`${short ? "shrink-0" : "w-full"} ${off ? "cursor-not-allowed opacity-55" : ""}`}
    >
      {short ? "Checkout" : "Continue to checkout"}
    </ButtonLink>
  );
}
