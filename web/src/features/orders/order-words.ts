// What an order's state means to its buyer: where they are, what became of the money and of the
// seats. Pure; must never promise what the server has not said.
import type { ApiProblem } from "../../lib/api/problem";
import { problemWords } from "../../lib/api/problem-words";
import type { EventSummary, Order, OrderStatus } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";

/** The screen that belongs to an order. Each has a heading, which takes the focus. */
export type OrderView = "pay" | "waiting" | "overdue" | Exclude<OrderStatus, "awaiting_payment">;

/** `waiting`: a card was charged and nobody knows yet what came of it. */
export function viewOf(order: Order, waiting: boolean): OrderView {
  if (order.status !== "awaiting_payment") return order.status;
  if (waiting) return "waiting";
  return order.expires_in_ms > 0 ? "pay" : "overdue";
}

export const HEADINGS: Record<OrderView, string> = {
  pay: "Pay for your seats",
  waiting: "Waiting for the payment provider",
  overdue: "The time to pay is over",
  confirmed: "Thank you. The seats are yours.",
  failed: "The payment failed",
  expired: "The time to pay was over",
  cancelled: "This order is cancelled",
  refunded: "This order is refunded",
};

export const STATUS_WORDS: Record<OrderStatus, string> = {
  awaiting_payment: "Waiting for payment",
  confirmed: "Confirmed",
  failed: "Payment failed",
  expired: "Expired",
  cancelled: "Cancelled",
  refunded: "Refunded",
};

/** What became of the money. `unsure`: a card was sent, and it is not known what came of it. */
export function moneyWords({ status, payment, total }: Order, unsure: boolean): string {
  const sum = formatMoney(total);
  switch (payment.status) {
    case "captured":
      return `${sum} paid.`;
    case "refund_due":
      return `Your money is on its way back: ${sum}.`;
    case "refunded":
      return `Your money was given back: ${sum}.`;
    case "cancelled":
      return "Nothing was charged.";
    case "open":
      if (status !== "awaiting_payment") return "We are making sure that nothing is charged.";
      return unsure ? "We do not know yet whether the card paid." : "Nothing is charged yet.";
  }
}

/** What became of the seats, where that is not plain from the page. */
export function seatsWords({ status }: Order): string {
  switch (status) {
    case "failed":
      return "Too many cards were declined, and that ends an order. The seats are free for others again.";
    case "expired":
    case "cancelled":
    case "refunded":
      return "The seats are free for others again.";
    case "awaiting_payment":
    case "confirmed":
      return "";
  }
}

export type PaymentProblem =
  /** The verdict of the provider; another card may be tried. */
  | { kind: "declined"; text: string }
  /** No verdict: the same card may be sent again under the same key. */
  | { kind: "unsure"; text: string; method: string; mayHavePaid: boolean }
  | { kind: "words"; text: string };

const LOST_ANSWER =
  "The connection was lost before the answer came. Nothing is charged twice: you can safely try again.";
const PROVIDER_AWAY = "The payment provider cannot be reached at the moment. Nothing was charged.";

const REASONS: Record<string, string> = {
  insufficient_funds: "there is not enough money on it",
};

export function paymentProblem(problem: ApiProblem, method: string): PaymentProblem {
  const { code, status, fields } = problem;
  if (code === "payment_declined") return { kind: "declined", text: declinedWords(fields) };
  const unsure = (text: string, mayHavePaid: boolean) =>
    ({ kind: "unsure", text, method, mayHavePaid }) as const;
  if (code === "network") return unsure(LOST_ANSWER, true);
  if (code === "unavailable") return unsure(PROVIDER_AWAY, false);
  // Refused at the door: nothing was begun.
  if (code === "overloaded") return unsure(problemWords(problem), false);
  if (code === "idempotency_in_flight" || status >= 500) return unsure(problemWords(problem), true);
  if (status === 429) return unsure(problemWords(problem), false);
  return { kind: "words", text: problemWords(problem) };
}

function declinedWords({ reason, attempts_left }: Record<string, unknown>): string {
  const why = REASONS[String(reason)];
  const declined = `This card was declined${why ? `: ${why}` : ""}. Nothing was charged.`;
  if (typeof attempts_left !== "number") return `${declined} Please try another card.`;
  const left = attempts_left === 1 ? "one more card" : `${attempts_left} more cards`;
  return `${declined} Your seats are still yours, and you can try ${left}.`;
}

/** Whether the buyer may give the order back. For the button only: the server decides. */
export function mayRefund(order: Order, event: EventSummary | undefined, nowMs: number): boolean {
  const until = event?.refundable_until;
  const unused = order.tickets?.every(({ status }) => status === "valid") ?? true;
  return order.status === "confirmed" && unused && !!until && nowMs < Date.parse(until);
}
