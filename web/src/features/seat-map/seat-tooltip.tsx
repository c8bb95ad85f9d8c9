// What is known of the seat under the pointer or the keyboard. For eyes: a region of its own tells
// screen readers, because this one comes and goes.
import { useSyncExternalStore } from "react";
import { formatMoney } from "../../lib/format/format";
import type { Point } from "../../lib/map/camera";
import { capital } from "./hall";
import type { LiveEvent } from "./live-event";
import { LOOK_WORDS } from "./look-words";

interface Props {
  live: LiveEvent;
  ordinal: number;
  at: Point;
}

export function SeatTooltip({ live, ordinal, at }: Props) {
  const look = useSyncExternalStore(live.store.subscribe, () => live.store.look(ordinal));
  const { hall } = live;
  const seat = hall.seat(ordinal);
  if (!seat) return null;
  const category = hall.categoryOf(ordinal);
  // Never wider than the map, never beyond its edge, below the seat where there is no room above.
  const below = at.y < 130;
  return (
    <div
      aria-hidden
      style={{
        left: `clamp(0.5rem, calc(${at.x}px - 7.5rem), calc(100% - 15.5rem))`,
        top: below ? at.y + 22 : at.y - 22,
      }}
      className={`pointer-events-none absolute w-60 rounded-xl bg-ink px-3.5 py-2.5 text-sm text-ground shadow-lg ${below ? "" : "-translate-y-full"}`}
    >
      <p className="flex justify-between gap-3 font-semibold">
        <span className="min-w-0 truncate">{hall.nameOf(ordinal)}</span>
      </p>
      <p className="flex justify-between gap-3">
        <span className="min-w-0 truncate">{category?.name}</span>
        {category?.price && (
          <span className="font-semibold tabular-nums">{formatMoney(category.price)}</span>
        )}
      </p>
      <p className="opacity-85">
        {capital(LOOK_WORDS[look])}
        {seat.accessible && ", accessible"}
      </p>
    </div>
  );
}
