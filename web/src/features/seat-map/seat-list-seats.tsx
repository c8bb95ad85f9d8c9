// The seats of one row as buttons. Each can be reached with Tab, as buttons are; the arrow keys are the
// quicker way along a row of forty.
import { type KeyboardEvent, useMemo, useSyncExternalStore } from "react";
import { formatMoney } from "../../lib/format/format";
import type { SeatLook } from "../../lib/live/seat-store";
import type { SeatTest } from "./filters";
import type { LiveEvent } from "./live-event";
import { listedSeats, type RowGroup, runsOf } from "./seat-groups";

interface Props {
  live: LiveEvent;
  row: RowGroup;
  all: boolean;
  passes: SeatTest | undefined;
}

export function SeatListSeats({ live, row, all, passes }: Props) {
  const { hall, store } = live;
  // A seat that is taken while the row is open stays where it is: the focus may be on it.
  const seats = useMemo(
    () => listedSeats(row, (ordinal) => store.look(ordinal), all, passes),
    [row, store, all, passes],
  );
  return (
    <fieldset
      aria-label={`Seats of row ${row.name}. Arrow keys lead from seat to seat.`}
      onKeyDown={walk}
      className="min-w-0 space-y-2 px-2 pt-1 pb-3"
    >
      {runsOf(hall, seats).map(({ category, ordinals }) => (
        <div key={ordinals[0]}>
          <p aria-hidden className="mb-1 text-sm text-muted">
            {category?.name}
            {category?.price && `, ${formatMoney(category.price)}`}
          </p>
          <div className="flex flex-wrap gap-1.5">
            {ordinals.map((ordinal) => (
              <SeatButton key={ordinal} live={live} ordinal={ordinal} />
            ))}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = buttons.indexOf(event.target as HTMLElement);
  const to = destination(event.key, at, buttons.length);
  if (to === undefined || at < 0) return;
  event.preventDefault();
  buttons[to]?.focus();
}

function destination(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(at - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}

/** Shape and mark tell the state as well: colour alone would not do. */
const FACES: Record<SeatLook, { look: string; mark: string }> = {
  0: { look: "border-2 border-edge bg-surface font-semibold hover:bg-sunken", mark: "" },
  1: { look: "border border-dashed border-edge bg-sunken text-muted", mark: "held" },
  2: { look: "border border-line bg-sunken text-muted line-through", mark: "sold" },
  3: { look: "border border-line bg-sunken text-muted", mark: "–" },
  mine: { look: "bg-accent text-on-accent font-semibold", mark: "✓" },
  holding: { look: "border-2 border-dashed border-accent font-semibold", mark: "…" },
  releasing: { look: "border-2 border-dashed border-edge", mark: "…" },
};

function SeatButton({ live, ordinal }: { live: LiveEvent; ordinal: number }) {
  const look = useSyncExternalStore(live.store.subscribe, () => live.store.look(ordinal));
  const seat = live.hall.seat(ordinal);
  const face = FACES[look];
  const taken = look === 1 || look === 2 || look === 3;
  return (
    <button
      type="button"
      data-testid={`list-seat-${seat?.seat}`}
      aria-label={live.describe(ordinal)}
      aria-pressed={look === "mine"}
      aria-disabled={taken || undefined}
      onClick={() => live.pick(ordinal)}
      className={`flex h-11 min-w-11 flex-col items-center justify-center rounded-lg px-1.5 leading-none tabular-nums ${face.look}`}
    >
      <span className="text-sm">
        {seat?.number}
        {seat?.accessible && " ♿︎"}
      </span>
      {face.mark && <span className="mt-0.5 text-[0.6875rem] no-underline">{face.mark}</span>}
    </button>
  );
}
