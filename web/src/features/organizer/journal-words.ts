// Lines of an event's log in words. Pure.
import type { JournalLine } from "../../lib/api/types";

const ACTIONS: Record<string, string> = {
  seats_claimed: "Order placed",
  seats_sold: "Order paid",
  order_expired: "Order not paid in time",
  order_cancelled: "Order given up",
  order_failed: "Payment failed",
  order_refunded: "Order refunded",
  money_returned: "Money given back",
  seats_blocked: "Seats taken out of sale",
  seats_unblocked: "Seats put back on sale",
  holds_released: "Holds ended",
  event_changed: "Event changed",
};

export function actionWords(action: string): string {
  return ACTIONS[action] ?? action.replaceAll("_", " ");
}

export function whoWords({ user_id }: JournalLine, me: string | undefined): string {
  if (user_id === null) return "Nobody (a deadline or the system)";
  return user_id === me ? "You" : `Account ${user_id}`;
}

/** What an event was changed to comes as JSON; anything else is somebody's own words. */
export function whyWords({ action, reason }: JournalLine): string {
  if (!reason || action !== "event_changed") return reason ?? "";
  try {
    const changes: unknown = JSON.parse(reason);
    if (typeof changes !== "object" || changes === null || Array.isArray(changes)) return reason;
    return Object.entries(changes)
      .map(([field, value]) => `${field.replaceAll("_", " ")}: ${valueWords(value)}`)
      .join("; ");
  } catch {
    return reason;
  }
}

/** Whether a line has the searched words, all of them, in whatever it shows. */
export function matches(line: JournalLine, search: string, me: string | undefined): boolean {
  const parts = [
    actionWords(line.action),
    whoWords(line, me),
    whyWords(line),
    line.order_id ?? "",
    ...line.seats,
  ];
  const shown = parts.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => shown.includes(word));
}

function valueWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).replaceAll("_", " ");
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${String(inner)}`)
    .join(", ");
}
