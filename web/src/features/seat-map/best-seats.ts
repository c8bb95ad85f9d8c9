// What came of "choose for me", in words, and what else could be had when there was too little.
// Pure; the server chooses the seats.
import { formatCount } from "../../lib/format/format";
import type { Hall } from "./hall";

export interface BestWish {
  quantity: number;
  /** Ids; undefined for any. */
  category?: string | undefined;
  section?: string | undefined;
}

export interface Offer {
  label: string;
  wish: BestWish;
}

export type BestOutcome =
  | { kind: "held" | "refused"; text: string }
  | { kind: "too_few"; text: string; offers: Offer[] };

type Scope = Pick<BestWish, "category" | "section">;

/** How many seats of a scope are free. Looks at every seat, so not for every change. */
export function countFree(hall: Hall, isFree: (ordinal: number) => boolean, scope: Scope): number {
  let free = 0;
  hall.plan.seats.forEach(({ category, section }, ordinal) => {
    if (scope.category !== undefined && category !== scope.category) return;
    if (scope.section !== undefined && section !== scope.section) return;
    if (isFree(ordinal)) free += 1;
  });
  return free;
}

/** Wider first, then fewer: more people would rather sit elsewhere than leave somebody at home. */
export function offers(hall: Hall, wish: BestWish, free: (scope: Scope) => number): Offer[] {
  const { quantity, category, section } = wish;
  const scopes: Scope[] = [];
  if (section !== undefined && category !== undefined) scopes.push({ category }, { section }, {});
  else if (section !== undefined || category !== undefined) scopes.push({});
  const wider = scopes
    .filter((scope) => free(scope) >= quantity)
    .slice(0, 2)
    .map((scope) => ({ label: label(hall, { ...scope, quantity }), wish: { ...scope, quantity } }));
  const fewer = Math.min(free(wish), quantity - 1);
  if (fewer < 1) return wider;
  const smaller = { ...wish, quantity: fewer };
  return [...wider, { label: label(hall, smaller), wish: smaller }];
}

function label(hall: Hall, wish: BestWish): string {
  return `Take ${wish.quantity} ${scopeName(hall, wish)}`;
}

function scopeName(hall: Hall, { category, section }: Scope): string {
  const named = hall.categories.find(({ id }) => id === category)?.name;
  const where = section === undefined ? "anywhere" : `in ${hall.sectionName(section)}`;
  return named === undefined ? where : `of ${named} ${where}`;
}

export function tooFewText(hall: Hall, wish: BestWish, free: number): string {
  const scope = scopeName(hall, wish);
  if (free === 0) return `Nothing is free ${scope}.`;
  if (free >= wish.quantity) return `No ${wish.quantity} seats could be chosen ${scope}.`;
  return `Only ${formatCount(free)} ${free === 1 ? "seat is" : "seats are"} free ${scope}.`;
}

export function heldText(hall: Hall, ordinals: readonly number[]): string {
  const groups = neighbours(hall, ordinals);
  const words = groups.map((group) => groupName(hall, group)).join("; ");
  if (ordinals.length === 1) return `Held for you: ${words}.`;
  if (groups.length === 1) return `Held for you, side by side: ${words}.`;
  return `No ${ordinals.length} seats side by side were free. Held for you in ${groups.length} groups: ${words}.`;
}

/** Farther apart than this there is an aisle, or somebody else, in between. */
const NEXT_WITHIN_PITCHES = 1.6;

/** Seats of one row that follow each other without a gap. */
export function neighbours(hall: Hall, ordinals: readonly number[]): number[][] {
  const { rowOf, rows, xs, ys, pitch } = hall.layout;
  const chosen = new Set(ordinals);
  const groups: number[][] = [];
  for (const row of new Set(ordinals.map((ordinal) => rowOf[ordinal] ?? 0))) {
    let last: number | undefined;
    for (const seat of rows.of(row)) {
      if (!chosen.has(seat)) continue;
      const dx = (xs[seat] ?? 0) - (xs[last ?? seat] ?? 0);
      const dy = (ys[seat] ?? 0) - (ys[last ?? seat] ?? 0);
      const follows = last !== undefined && Math.hypot(dx, dy) <= pitch * NEXT_WITHIN_PITCHES;
      if (follows) groups.at(-1)?.push(seat);
      else groups.push([seat]);
      last = seat;
    }
  }
  return groups;
}

function groupName(hall: Hall, group: readonly number[]): string {
  const [first, last] = [hall.seat(group[0] ?? -1), hall.seat(group.at(-1) ?? -1)];
  if (!first || !last || group.length < 2) return hall.nameOf(group[0] ?? -1);
  const between = group.length === 2 ? "and" : "to";
  return `${hall.rowName(first)}, seats ${first.number} ${between} ${last.number}`;
}
