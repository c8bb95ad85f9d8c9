// The seats that were chosen, on the map or in the table, and what can be done with them. A button
// says for how many of them: the others are in a state that it is not for.
import { useSyncExternalStore } from "react";
import { Button } from "../../components/button";
import type { SeatOrder } from "./action-dialog";
import { useDesk, useShown } from "./dashboard-context";
import { ACTION_WORDS, nameSeats, SEAT_ACTIONS, type SeatAction, suitable } from "./seat-actions";

interface Props {
  selected: ReadonlySet<string>;
  onAct: (order: SeatOrder) => void;
  onClear: () => void;
}

export function SelectionBar({ selected, onAct, onClear }: Props) {
  const seats = [...selected];
  return (
    <section
      aria-label="Selected seats"
      className="mt-2 flex min-h-10 flex-wrap items-center gap-2 rounded-lg bg-sunken px-3 py-1.5 text-sm"
    >
      <p role="status" className="min-w-0 flex-1 basis-40 truncate" title={seats.join(", ")}>
        {seats.length === 0 ? (
          <span className="text-muted">Select seats to change them.</span>
        ) : (
          <>
            <strong className="tabular-nums">{seats.length}</strong>{" "}
            {seats.length === 1 ? "seat" : "seats"}: {nameSeats(seats)}
          </>
        )}
      </p>
      {SEAT_ACTIONS.map((action) => (
        <ActionButton key={action} action={action} seats={seats} onAct={onAct} />
      ))}
      <Button size="small" look="plain" disabled={seats.length === 0} onClick={onClear}>
        Clear
      </Button>
    </section>
  );
}

interface ButtonProps {
  action: SeatAction;
  seats: string[];
  onAct: (order: SeatOrder) => void;
}

function ActionButton({ action, seats, onAct }: ButtonProps) {
  const { live } = useDesk();
  const holds = useShown((state) => state.holds);
  const stateOf = (seat: string) => {
    const ordinal = live.seats.ordinalOf(seat);
    return ordinal === undefined ? undefined : live.seats.state(ordinal);
  };
  const possible = () => suitable(action, seats, stateOf, holds);
  const count = useSyncExternalStore(live.seats.subscribe, () => possible().length);
  return (
    <Button
      size="small"
      data-testid={`selection-${action}`}
      disabled={count === 0}
      onClick={() => onAct({ action, seats: possible() })}
    >
      {ACTION_WORDS[action].verb}
      {count > 0 && <span className="tabular-nums">{count}</span>}
    </Button>
  );
}
