// Why a request did not work, in words for a buyer: what all routes have in common. Pure; must never
// show a code.
import type { ApiProblem } from "./problem";

export function problemWords({ status, code, detail }: ApiProblem): string {
  if (code === "network") {
    return "There is no connection to the server. Please check yours and try again.";
  }
  if (code === "recovering") {
    return "The seats of this event are being restored. Please try again in a moment.";
  }
  if (code === "not_on_sale") return "This event is not on sale any more.";
  if (code === "idempotency_in_flight") {
    return "The server is still busy with this. Please try again in a moment.";
  }
  if (code === "hold_budget") {
    return "Seats were kept for long without being bought, so there is a pause. Please try again later.";
  }
  if (status === 429) return "That was too fast. Please wait a moment and try again.";
  if (status >= 500) return "The server has a problem at the moment. Please try again.";
  return sentence(detail);
}

/** "A-1, A-2 and A-3". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** `detail` members are written without a capital and a full stop. */
function sentence(detail: string): string {
  const capital = detail.charAt(0).toUpperCase() + detail.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
