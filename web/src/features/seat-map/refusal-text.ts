// Why a seat could not be held or released, in words for a buyer. Pure; must never show a code.

/** What an ApiProblem, a CommandRefused and a CommandLost have in common. */
export interface Refusal {
  code: string;
  detail?: string;
}

/** Codes that mean "the server does not know who you are": the sign-in dialog answers them. */
const SIGN_IN_CODES = new Set(["unauthorized", "bad_ticket"]);

export function asksForSignIn(error: unknown): boolean {
  const { code, status } = error as { code?: string; status?: number };
  return status === 401 || (code !== undefined && SIGN_IN_CODES.has(code));
}

export function refusalText(refusal: Refusal, seat: string, maxSeats: number): string {
  switch (refusal.code) {
    case "seat_taken":
      return `Seat ${seat} was just taken by somebody else.`;
    case "seat_limit":
      return `Seat ${seat} was not added: you can have at most ${maxSeats} seats at this event.`;
    case "not_on_sale":
      return `Seat ${seat} was not added: this event is not on sale.`;
    case "unknown_seat":
      return `Seat ${seat} does not exist any more. Please reload the page.`;
    case "not_held":
      return `Seat ${seat} was no longer yours: the time was over.`;
    case "recovering":
    case "unavailable":
      return `Seat ${seat} was not changed: the server is busy recovering. Please try again.`;
    case "rate_limited":
      return `Seat ${seat} was not changed: that was too fast. Please wait a moment.`;
    case "timeout":
      return `Seat ${seat} was not changed: the server took too long to answer.`;
    case "offline":
    case "network":
      return `Seat ${seat} was not changed: there is no connection to the server.`;
    default:
      return `Seat ${seat} was not changed. ${refusal.detail ?? ""}`.trim();
  }
}

/** A click on a seat that is not free never reaches the server. */
export function notFreeText(seat: string, state: number): string {
  if (state === 3) return `Seat ${seat} is not for sale.`;
  if (state === 2) return `Seat ${seat} is sold.`;
  return `Seat ${seat} is held by somebody else. It may become free again.`;
}

export function lostText(seats: readonly string[]): string {
  const names = seats.join(", ");
  return seats.length === 1
    ? `Sorry, seat ${names} is no longer yours: a fault on our side let it go. Please choose another.`
    : `Sorry, seats ${names} are no longer yours: a fault on our side let them go. Please choose others.`;
}
