// Which seats a visitor wants to see: by category, by price, accessible ones. Pure; it never looks at
// whether a seat is free.
import type { Hall, HallCategory } from "./hall";

export interface Filters {
  /** Categories that were switched off. */
  without: ReadonlySet<string>;
  /** Minor units, both included. */
  fromAmount: number | undefined;
  toAmount: number | undefined;
  accessibleOnly: boolean;
}

export const NO_FILTERS: Filters = {
  without: new Set(),
  fromAmount: undefined,
  toAmount: undefined,
  accessibleOnly: false,
};

export type SeatTest = (ordinal: number) => boolean;

export function isFiltering(filters: Filters): boolean {
  const { without, fromAmount, toAmount, accessibleOnly } = filters;
  const byPrice = fromAmount !== undefined || toAmount !== undefined;
  return without.size > 0 || byPrice || accessibleOnly;
}

export function toggleCategory(filters: Filters, id: string): Filters {
  const without = new Set(filters.without);
  if (!without.delete(id)) without.add(id);
  return { ...filters, without };
}

/** A category without a price passes only while nobody asks for prices. */
export function passesCategory(filters: Filters, { id, price }: HallCategory): boolean {
  const { without, fromAmount, toAmount } = filters;
  if (without.has(id)) return false;
  if (fromAmount === undefined && toAmount === undefined) return true;
  if (!price) return false;
  return price.amount >= (fromAmount ?? 0) && price.amount <= (toAmount ?? price.amount);
}

/** Undefined when every seat passes, so that nobody has to ask a hundred thousand times. */
export function seatTest(filters: Filters, hall: Hall): SeatTest | undefined {
  if (!isFiltering(filters)) return undefined;
  const { layout, plan } = hall;
  const passing = new Uint8Array(layout.colors.length);
  for (const category of hall.categories) {
    passing[category.index] = passesCategory(filters, category) ? 1 : 0;
  }
  return (ordinal) => {
    if (filters.accessibleOnly && plan.seats[ordinal]?.accessible !== true) return false;
    return passing[layout.categories[ordinal] ?? -1] === 1;
  };
}

/** What somebody typed as a price, in minor units; undefined for nothing and for nonsense. */
export function readAmount(typed: string, digits: number): number | undefined {
  const value = Number(typed.trim().replace(",", "."));
  if (typed.trim() === "" || !Number.isFinite(value) || value < 0) return undefined;
  return Math.round(value * 10 ** digits);
}
