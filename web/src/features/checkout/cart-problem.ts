// What stands between a cart and its order, and the small sums about it. Pure.
import type { ApiProblem } from "../../lib/api/problem";
import { listed, problemWords } from "../../lib/api/problem-words";
import type { Cart, HeldSeat, Money } from "../../lib/api/types";

export type CartProblem =
  /** Asked again, with both totals: nobody pays a price that was not on the screen. */
  | { kind: "price"; before: Money; now: Money }
  | { kind: "lost"; seats: string[] }
  | { kind: "orphans"; seats: string[] }
  | { kind: "words"; text: string };

/** `cart` is what was on the screen when the request was sent. */
export function cartProblem(problem: ApiProblem, cart?: Cart): CartProblem {
  const { code, fields } = problem;
  if (code === "seats_lost") return { kind: "lost", seats: names(fields.seats) };
  if (code === "orphan_seats") return { kind: "orphans", seats: names(fields.seats) };
  if (code === "empty_cart" && cart) {
    return { kind: "lost", seats: cart.seats.map(({ seat }) => seat) };
  }
  if (code === "price_changed" && cart && isMoney(fields.total)) {
    return { kind: "price", before: cart.total, now: fields.total };
  }
  if (code === "seat_limit") {
    return { kind: "words", text: "That is more seats than one person can buy for this event." };
  }
  return { kind: "words", text: problemWords(problem) };
}

/** Seats that were in the cart and are not any more. */
export function lostSeats(before: Cart | undefined, now: Cart): string[] {
  const left = new Set(now.seats.map(({ seat }) => seat));
  const had = before?.seats ?? [];
  return had.map(({ seat }) => seat).filter((seat) => !left.has(seat));
}

export function soonestMs(seats: readonly HeldSeat[]): number | undefined {
  if (seats.length === 0) return undefined;
  return Math.min(...seats.map(({ expires_in_ms }) => expires_in_ms));
}

/** The server gives the full time until its cap comes closer; a second for the way. */
export function reachedCap(seats: readonly HeldSeat[], fullMs: number): boolean {
  const soonest = soonestMs(seats);
  return soonest !== undefined && soonest < fullMs - 1_000;
}

export function lostWords(seats: readonly string[]): string {
  if (seats.length === 0) return "Some of your seats are not yours any more.";
  const verb = seats.length === 1 ? "is" : "are";
  return `${listed(seats)} ${verb} not yours any more, most often because the time was over.`;
}

export function orphanWords(seats: readonly string[]): string {
  return seats.length === 1
    ? `Your choice leaves seat ${seats[0]} alone between taken ones. Single seats are hard to sell.`
    : `Your choice leaves the seats ${listed(seats)} alone between taken ones. Single seats are hard to sell.`;
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

function isMoney(value: unknown): value is Money {
  const money = value as Partial<Money> | undefined;
  return typeof money?.amount === "number" && typeof money.currency === "string";
}
