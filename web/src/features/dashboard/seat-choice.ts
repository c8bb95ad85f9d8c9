// A set of chosen seats that never grows beyond what one command takes. Pure.

export const MOST_SEATS = 100;

/** A seat too many changes nothing. */
export function toggleSeat(chosen: ReadonlySet<string>, seat: string): ReadonlySet<string> {
  const after = new Set(chosen);
  if (!after.delete(seat) && after.size < MOST_SEATS) after.add(seat);
  return after;
}

/** `left`: how many found no room any more. */
export function addSeats(chosen: ReadonlySet<string>, seats: readonly string[]) {
  const all = [...new Set([...chosen, ...seats])];
  return { chosen: new Set(all.slice(0, MOST_SEATS)), left: Math.max(0, all.length - MOST_SEATS) };
}
