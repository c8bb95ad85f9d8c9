// The seats that somebody has chosen to change. Never more than one command takes: a choice that is
// done in two halves could be done by half.
import { useCallback, useState } from "react";
import { toasts } from "../../lib/toasts";
import { addSeats, MOST_SEATS, toggleSeat } from "./seat-choice";

export function useSelection() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((seat: string) => {
    setSelected((before) => toggleSeat(before, seat));
  }, []);
  const add = (seats: readonly string[]) => {
    const { chosen, left } = addSeats(selected, seats);
    setSelected(chosen);
    if (left > 0) {
      toasts.say(`At most ${MOST_SEATS} seats are changed at once. ${left} were not selected.`);
    }
  };
  const clear = useCallback(() => setSelected(new Set()), []);
  return { selected, toggle, add, clear };
}
