// What is known of the seat under the pointer or the keyboard. Also read out, for the latter.
import { useSyncExternalStore } from "react";
import type { Category, Plan } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import type { SeatLook } from "../../lib/live/seat-store";
import type { Point } from "../../lib/map/camera";
import type { LiveEvent } from "./live-event";

const WORDS: Record<SeatLook, string> = {
  0: "Free",
  1: "Held by somebody else",
  2: "Sold",
  3: "Not for sale",
  mine: "Mine",
  holding: "Being held…",
  releasing: "Being given back…",
};

interface Props {
  live: LiveEvent;
  plan: Plan;
  categories: Category[];
  ordinal: number;
  at: Point;
}

export function SeatTooltip({ live, plan, categories, ordinal, at }: Props) {
  const look = useSyncExternalStore(live.store.subscribe, () => live.store.look(ordinal));
  const seat = plan.seats[ordinal];
  if (!seat) return null;
  const category = categories.find(({ id }) => id === seat.category);
  const section = plan.sections.find(({ id }) => id === seat.section)?.name ?? seat.section;
  // Never wider than the map, never beyond its edge, below the seat where there is no room above.
  const below = at.y < 130;
  return (
    <div
      role="status"
      style={{
        left: `clamp(0.5rem, calc(${at.x}px - 7rem), calc(100% - 14.5rem))`,
        top: below ? at.y + 20 : at.y - 20,
      }}
      className={`pointer-events-none absolute w-56 rounded-xl bg-ink px-3 py-2 text-sm text-ground shadow-lg ${below ? "" : "-translate-y-full"}`}
    >
      <p className="flex justify-between gap-3 font-semibold">
        <span className="truncate">{seat.seat}</span>
        {category?.price && <span className="tabular-nums">{formatMoney(category.price)}</span>}
      </p>
      <p className="truncate">
        {section}, row {seat.row}, seat {seat.number}
      </p>
      <p className="truncate">{category?.name ?? seat.category}</p>
      <p className="opacity-80">{WORDS[look]}</p>
    </div>
  );
}
