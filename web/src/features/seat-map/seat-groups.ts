// The seats as sections and rows, for the list. Pure; counts look at every seat of what is counted,
// so whoever shows them does not do it for every change.
import type { Money } from "../../lib/api/types";
import { formatCount, formatMoney } from "../../lib/format/format";
import type { SeatLook } from "../../lib/live/seat-store";
import type { SeatTest } from "./filters";
import type { Hall, HallCategory } from "./hall";

type LookOf = (ordinal: number) => SeatLook;

export interface GroupCount {
  /** Free seats that the filter lets through. */
  free: number;
  mine: number;
  /** The cheapest of the free ones. */
  from: Money | undefined;
}

export interface SectionGroup {
  id: string;
  name: string;
  index: number;
}

export interface RowGroup {
  name: string;
  /** In the plan's order, which is how people sit. */
  ordinals: readonly number[];
}

/** Seats of one price side by side. */
export interface SeatRun {
  category: HallCategory | undefined;
  ordinals: readonly number[];
}

const byNumber = new Intl.Collator("en", { numeric: true });

export function sectionsOf({ layout }: Hall): SectionGroup[] {
  return layout.sections
    .map(({ id, name, seats }, index) => ({ id, name, index, seats }))
    .filter(({ seats }) => seats > 0)
    .map(({ id, name, index }) => ({ id, name, index }))
    .sort((a, b) => byNumber.compare(a.name, b.name));
}

export function rowsOf({ layout, plan }: Hall, section: number): RowGroup[] {
  const { rows, sectionOf } = layout;
  const found: RowGroup[] = [];
  for (let row = 0; row + 1 < rows.starts.length; row++) {
    const ordinals = rows.of(row);
    const [first = -1] = ordinals;
    if (sectionOf[first] !== section) continue;
    found.push({ name: plan.seats[first]?.row ?? "", ordinals: Array.from(ordinals) });
  }
  return found.sort((a, b) => byNumber.compare(a.name, b.name));
}

/** One pass over all seats, by the index of the section. */
export function countSections(hall: Hall, look: LookOf, passes?: SeatTest): GroupCount[] {
  const counts = hall.layout.sections.map(nothing);
  hall.layout.sectionOf.forEach((section, ordinal) => {
    const count = counts[section];
    if (count) add(count, hall, ordinal, look, passes);
  });
  return counts;
}

export function countRow(
  hall: Hall,
  { ordinals }: RowGroup,
  look: LookOf,
  passes?: SeatTest,
): GroupCount {
  const count = nothing();
  for (const ordinal of ordinals) add(count, hall, ordinal, look, passes);
  return count;
}

/** What is listed of a row: what can be chosen and what is mine, or whatever the filter passes. */
export function listedSeats(
  { ordinals }: RowGroup,
  look: LookOf,
  all: boolean,
  passes: SeatTest = () => true,
): number[] {
  return ordinals.filter((ordinal) => {
    const seen = look(ordinal);
    const own = seen === "mine" || seen === "holding" || seen === "releasing";
    return own || (passes(ordinal) && (all || seen === 0));
  });
}

export function runsOf(hall: Hall, ordinals: readonly number[]): SeatRun[] {
  const runs: { category: HallCategory | undefined; ordinals: number[] }[] = [];
  for (const ordinal of ordinals) {
    const category = hall.categoryOf(ordinal);
    const last = runs.at(-1);
    if (last && last.category === category) last.ordinals.push(ordinal);
    else runs.push({ category, ordinals: [ordinal] });
  }
  return runs;
}

/** `12 free, from €45.00, 2 yours`. */
export function countWords(count: GroupCount | undefined): string {
  if (!count) return "";
  const { free, mine, from } = count;
  const parts = [
    free === 0 ? "none free" : `${formatCount(free)} free`,
    from && `from ${formatMoney(from)}`,
    mine > 0 && `${mine} yours`,
  ];
  return parts.filter(Boolean).join(", ");
}

function nothing(): GroupCount {
  return { free: 0, mine: 0, from: undefined };
}

function add(count: GroupCount, hall: Hall, ordinal: number, look: LookOf, passes?: SeatTest) {
  const seen = look(ordinal);
  if (seen === "mine") count.mine += 1;
  if (seen !== 0 || (passes && !passes(ordinal))) return;
  count.free += 1;
  const price = hall.priceOf(ordinal);
  if (price && (!count.from || price.amount < count.from.amount)) count.from = price;
}
