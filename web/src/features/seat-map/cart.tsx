// The seats that are mine for a while: beside the map a panel, on a phone a bar at the lower edge
// that opens. Must never be the truth: the server's cart is, and this shows it.
import { useEffect, useRef, useState } from "react";
import { formatMoney } from "../../lib/format/format";
import { CartContent } from "./cart-content";
import { firstDeadline } from "./cart-times";
import { CheckoutLink } from "./checkout-link";
import { Countdown } from "./countdown";
import type { LiveEvent } from "./live-event";
import { MapIcon } from "./map-icons";
import { useCart } from "./use-cart";
import { useSeats } from "./use-live-event";

export function Cart({ live, wide }: { live: LiveEvent; wide: boolean }) {
  const empty = useSeats(live, (seats) => seats.mine.length === 0);
  if (!wide && !empty) return <CartBar live={live} />;
  return (
    <section
      aria-labelledby="my-seats-title"
      data-testid="my-seats"
      className="flex max-h-[75%] min-h-0 shrink-0 flex-col rounded-2xl border border-line bg-surface p-4 shadow-card max-lg:max-h-none"
    >
      <CartContent live={live} />
    </section>
  );
}

/** How much of the window's lower edge is taken, for messages and for the focus. */
const BAR_HEIGHT = "5.5rem";

function CartBar({ live }: { live: LiveEvent }) {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  useRoomAtTheBottom();
  const close = () => {
    setOpen(false);
    toggle.current?.focus();
  };
  return (
    <>
      <div aria-hidden style={{ height: BAR_HEIGHT }} />
      <section
        aria-label="Your seats"
        data-testid="my-seats"
        onKeyDown={(event) => event.key === "Escape" && open && close()}
        className="fixed inset-x-0 bottom-0 z-25 flex max-h-[85dvh] flex-col rounded-t-2xl border-t border-edge bg-surface shadow-[0_-8px_24px_-12px_rgb(0_0_0/0.35)]"
      >
        {open && (
          <div id="cart-sheet" className="flex min-h-0 flex-col px-4 pt-4">
            <CartContent live={live} inSheet />
          </div>
        )}
        <Bar live={live} open={open} toggle={toggle} onToggle={() => setOpen(!open)} />
      </section>
    </>
  );
}

function Bar(props: {
  live: LiveEvent;
  open: boolean;
  toggle: React.RefObject<HTMLButtonElement | null>;
  onToggle: () => void;
}) {
  const { live, open, toggle, onToggle } = props;
  const mine = useSeats(live, (seats) => seats.mine);
  const { total } = useCart(live);
  const deadline = firstDeadline(mine);
  return (
    <div className="flex items-center gap-2 px-3 py-2.5">
      <button
        ref={toggle}
        type="button"
        aria-expanded={open}
        aria-controls={open ? "cart-sheet" : undefined}
        data-testid="cart-toggle"
        onClick={onToggle}
        className="flex min-h-12 min-w-0 flex-1 items-center gap-2.5 rounded-xl px-2 text-left text-sm hover:bg-sunken"
      >
        <MapIcon name={open ? "down" : "up"} />
        <span className="min-w-0">
          <span className="block font-semibold">
            {mine.length === 1 ? "1 seat" : `${mine.length} seats`}
            {total && ` · ${formatMoney(total)}`}
          </span>
          {deadline !== undefined && (
            <span className="block text-muted">
              <Countdown deadline={deadline} /> left
            </span>
          )}
        </span>
      </button>
      {!open && <CheckoutLink live={live} short />}
    </div>
  );
}

function useRoomAtTheBottom() {
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--bottom-bar", BAR_HEIGHT);
    style.scrollPaddingBottom = BAR_HEIGHT;
    return () => {
      style.removeProperty("--bottom-bar");
      style.scrollPaddingBottom = "";
    };
  }, []);
}
