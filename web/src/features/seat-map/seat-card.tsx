// The seat that a finger has tapped, and the question whether to hold it. A seat on a phone is small,
// so a tap alone must never take one.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "../../components/button";
import { formatMoney } from "../../lib/format/format";
import type { SeatLook } from "../../lib/live/seat-store";
import { capital } from "./hall";
import type { LiveEvent } from "./live-event";
import { LOOK_WORDS } from "./look-words";
import { MapIcon } from "./map-icons";
import { SeatSample } from "./seat-sample";

interface Props {
  live: LiveEvent;
  ordinal: number;
  onClose: () => void;
}

const DOES: Partial<Record<SeatLook, string>> = {
  0: "Hold this seat",
  mine: "Give this seat back",
};

export function SeatCard({ live, ordinal, onClose }: Props) {
  const { hall, store } = live;
  const look = useSyncExternalStore(store.subscribe, () => store.look(ordinal));
  const card = useRef<HTMLDivElement>(null);
  const seat = hall.seat(ordinal);
  const category = hall.categoryOf(ordinal);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another seat is another card
  useEffect(() => card.current?.focus({ preventScroll: true }), [ordinal]);

  const act = () => {
    live.pick(ordinal);
    onClose();
  };
  return (
    <div
      ref={card}
      role="dialog"
      tabIndex={-1}
      aria-label={hall.nameOf(ordinal)}
      data-testid="seat-card"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      className="fixed inset-x-2 bottom-[calc(0.5rem+var(--bottom-bar,0px))] z-24 rounded-2xl border border-edge bg-surface p-4 shadow-lg outline-none! sm:absolute sm:right-auto sm:bottom-2 sm:w-96"
    >
      <div className="flex items-start gap-3">
        <SeatSample look={look} color={category?.color ?? ""} />
        <div className="min-w-0 flex-1">
          <p className="font-semibold">{hall.nameOf(ordinal)}</p>
          <p className="text-sm text-muted">
            {category?.name}
            {seat?.accessible && ", accessible"}
          </p>
          <p className="text-sm text-muted">{capital(LOOK_WORDS[look])}</p>
        </div>
        {category?.price && (
          <p className="font-semibold tabular-nums">{formatMoney(category.price)}</p>
        )}
        <button
          type="button"
          aria-label="Close"
          onClick={onClose}
          className="-mt-2 -mr-2 grid size-11 shrink-0 place-items-center rounded-lg hover:bg-sunken"
        >
          <MapIcon name="close" />
        </button>
      </div>
      {DOES[look] && (
        <Button
          look={look === 0 ? "accent" : "quiet"}
          data-testid="seat-confirm"
          className="mt-3 w-full"
          onClick={act}
        >
          {DOES[look]}
        </Button>
      )}
    </div>
  );
}
