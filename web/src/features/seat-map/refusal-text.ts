// Why a seat could not be held or released, in words for a buyer. Pure; must never show a code.
// Seats come as they are named on the page: "Block D, row 4, seat 12".

/** What an ApiProblem, a CommandRefused and a CommandLost have in common. */
export interface Refusal {
  code: string;
  detail?: string;
}

/** Codes that mean "the server does not know who you are": the sign-in dialog answers them. */
const SIGN_IN_CODES = new Set(["unauthorized", "bad_ticket"]);

export const isSignInCode = (code: string): boolean => SIGN_IN_CODES.has(code);

export function asksForSignIn(error: unknown): boolean {
  const { code, status } = error as { code?: string; status?: number };
  return status === 401 || (code !== undefined && isSignInCode(code));
}

/** `name` is one seat, or a few: "3 seats". */
export function refusalText(refusal: Refusal, name: string, maxSeats: number): string {
  switch (refusal.code) {
    case "seat_taken":
      return takenText(name);
    case "seat_limit":
      return `${name}: not added. You can have at most ${maxSeats} seats at this event.`;
    case "not_on_sale":
      return `${name}: not added. This event is not on sale.`;
    case "unknown_seat":
      return `${name}: no longer in the plan. Please reload the page.`;
    case "not_held":
      return `${name}: no longer yours, the time was over.`;
    case "recovering":
    case "unavailable":
      return `${name}: nothing was changed. The server is busy recovering, please try again.`;
    case "hold_budget":
      return `${name}: not added. Seats were kept for long without being bought, so there is a pause. What you hold now can still be bought.`;
    case "overloaded":
      return `${name}: nothing was changed. Very many people are here at the moment, please try again in a few seconds.`;
    case "rate_limited":
      return `${name}: nothing was changed. That was too fast, please wait a moment.`;
    case "timeout":
      return `${name}: the server took too long to answer. We find out what became of it.`;
    case "offline":
    case "network":
      return `${name}: there is no connection to the server. We find out what became of it.`;
    default:
      return `${name}: nothing was changed. ${refusal.detail ?? ""}`.trim();
  }
}

export function takenText(name: string): string {
  return `${name} was just taken by somebody else.`;
}

/** A click on a seat that is not free never reaches the server. */
export function notFreeText(name: string, state: number): string {
  if (state === 3) return `${name} is not for sale.`;
  if (state === 2) return `${name} is sold.`;
  return `${name} is held by somebody else. It may become free again.`;
}

export function expiredText(names: readonly string[]): string {
  return `Your time ran out: ${names.join("; ")}. ${names.length === 1 ? "The seat is" : "The seats are"} free for others again.`;
}

export function goneText(names: readonly string[]): string {
  return `No longer in your cart: ${names.join("; ")}.`;
}

export function lostText(names: readonly string[]): string {
  return names.length === 1
    ? `Sorry, one seat is no longer yours: ${names[0]}. A fault on our side let it go. Please choose another.`
    : `Sorry, ${names.length} seats are no longer yours: ${names.join("; ")}. A fault on our side let them go. Please choose others.`;
}
