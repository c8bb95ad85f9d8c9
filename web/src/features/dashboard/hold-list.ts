// Which holds the table shows, in which order. Pure.
import type { HoldRow, Holds } from "../../lib/admin-live/hold-book";

export type HoldOrder = "oldest" | "ending" | "seat";

const bySeat = new Intl.Collator("en-GB", { numeric: true }).compare;
const LAST = Number.POSITIVE_INFINITY;

const COMPARE: Record<HoldOrder, (a: HoldRow, b: HoldRow) => number> = {
  oldest: (a, b) => compare(a.heldSince ?? LAST, b.heldSince ?? LAST),
  ending: (a, b) => compare(a.expiresAt ?? LAST, b.expiresAt ?? LAST),
  seat: () => 0,
};

export function listHolds(holds: Holds, filter: string, order: HoldOrder): HoldRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...holds.values()].filter((row) => {
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
  return rows.sort((a, b) => COMPARE[order](a, b) || bySeat(a.seat, b.seat));
}

function textOf({ seat, section, state, holder, orderId }: HoldRow): string {
  const parts = [seat, section, STATE_WORDS[state], holder?.name, holder?.email, orderId];
  return parts.join(" ").toLowerCase();
}

export const STATE_WORDS: Record<HoldRow["state"], string> = { held: "Held", claimed: "Ordered" };

/** Two unknown times are equal; subtracting them would be no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
