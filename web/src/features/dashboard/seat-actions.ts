// What an organizer may do with seats, to which of them, and in which words. Pure.
import type { Holds } from "../../lib/admin-live/hold-book";
import type { ApiProblem } from "../../lib/api/problem";
import type { SeatState } from "../../lib/live/packed-states";
import { isHeldSeat } from "../../lib/live/protocol";
import { formatSpan } from "./numbers";

export type SeatAction = "release" | "extend" | "block" | "unblock";
export const SEAT_ACTIONS: readonly SeatAction[] = ["extend", "release", "block", "unblock"];

interface Words {
  verb: string;
  /** What happens, said before it does. */
  effect: string;
  done: (seats: string, answer: readonly unknown[]) => string;
}

export const ACTION_WORDS: Record<SeatAction, Words> = {
  extend: {
    verb: "Extend",
    effect:
      "The buyer gets the full time again from now, but never more than three times the usual one after the seat was first taken.",
    done: (seats, answer) => `${seats}: ${timeWords(answer)}.`,
  },
  release: {
    verb: "Release",
    effect: "The buyer loses the seat at once and anybody can take it. The buyer sees it happen.",
    done: (seats) => `${seats}: free again.`,
  },
  block: {
    verb: "Block",
    effect: "Nobody can take the seat until you unblock it. A hold on it ends at once.",
    done: (seats) => `${seats}: taken off sale.`,
  },
  unblock: {
    verb: "Unblock",
    effect: "The seat goes on sale again.",
    done: (seats) => `${seats}: back on sale.`,
  },
};

/** Those of the seats that the action is possible for, as far as this page knows. */
export function suitable(
  action: SeatAction,
  seats: readonly string[],
  stateOf: (seat: string) => SeatState | undefined,
  holds: Holds,
): string[] {
  return seats.filter((seat) => {
    const state = stateOf(seat);
    if (action === "unblock") return state === 3;
    if (action === "block" && state === 0) return true;
    // What an order has claimed is the order's until it is paid or over.
    return state === 1 && holds.get(seat)?.state !== "claimed";
  });
}

/** How long the first of them lasts now; shorter than a full time where the limit was reached. */
function timeWords(answer: readonly unknown[]): string {
  const left = answer.filter(isHeldSeat).map(({ expires_in_ms }) => expires_in_ms);
  return left.length > 0 ? `ends in ${formatSpan(Math.min(...left))} now` : "more time now";
}

const NAMED_SEATS = 8;

/** `A-1, A-2 and 3 more`. */
export function nameSeats(seats: readonly string[]): string {
  const named = seats.slice(0, NAMED_SEATS).join(", ");
  const more = seats.length - NAMED_SEATS;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Why nothing was done: these commands do all or nothing. */
export function refusalOf(problem: ApiProblem): string {
  const seats = Array.isArray(problem.fields.seats) ? nameSeats(problem.fields.seats) : "";
  switch (problem.code) {
    case "not_held":
      return `Nothing was changed: ${seats} is not held any more, or an order has claimed it.`;
    case "seat_taken":
      return `Nothing was changed: ${seats} is in another state meanwhile.`;
    case "forbidden":
    case "not_found":
      return "Nothing was changed: this event is not yours to run.";
    case "recovering":
      return "Nothing was changed: the seats are being restored. Try again in a moment.";
    case "network":
      return "No answer came, so nobody here knows whether it was done. Look at the list before you try again.";
    default:
      return `Nothing was changed: ${problem.detail}`;
  }
}
