// What is known of the seat under the pointer or the keyboard. Also read out, for the latter.
import { useSyncExternalStore } from "react";
import type { Point } from "../../lib/map/camera";
import { useClock, useDesk, useShown } from "./dashboard-context";
import { STATE_WORDS } from "./hold-list";
import { formatSpan } from "./numbers";

const WORDS = ["Available", "Held", "Sold", "Blocked"];

export function MapTooltip({ ordinal, at }: { ordinal: number; at: Point }) {
  const { live, plan, sectionName } = useDesk();
  const state = useSyncExternalStore(live.seats.subscribe, () => live.seats.state(ordinal));
  const seat = plan.seats[ordinal];
  const hold = useShown(({ holds }) => holds.get(seat?.seat ?? ""));
  const now = useClock();
  if (!seat) return null;
  const isHeld = state === 1 && hold;
  // Never wider than the map, never beyond its edge, below the seat where there is no room above.
  const below = at.y < 120;
  return (
    <div
      style={{
        left: `clamp(0.5rem, calc(${at.x}px - 7rem), calc(100% - 14.5rem))`,
        top: below ? at.y + 18 : at.y - 18,
      }}
      className={`pointer-events-none absolute w-56 rounded-lg bg-ink px-3 py-2 text-xs text-ground shadow-lg ${below ? "" : "-translate-y-full"}`}
    >
      <p role="status" className="font-semibold">
        {seat.seat} · {isHeld ? STATE_WORDS[hold.state] : WORDS[state]}
      </p>
      <p className="truncate">
        {sectionName(seat.section)}, row {seat.row}, seat {seat.number}
      </p>
      {isHeld && (
        <>
          <p className="truncate">
            {hold.holder ? `${hold.holder.name}, ${hold.holder.email}` : "Holder not known"}
          </p>
          <p className="tabular-nums">
            {hold.heldSince !== undefined && `for ${formatSpan(now - hold.heldSince)}`}
            {hold.expiresAt !== undefined && `, ends in ${formatSpan(hold.expiresAt - now)}`}
          </p>
        </>
      )}
    </div>
  );
}
