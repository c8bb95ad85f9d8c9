// What came of a scan, in words for somebody at a door. Pure; must never call anybody admitted whom
// the server did not admit.
import type { ApiProblem } from "../../lib/api/problem";
import type { CheckIn } from "../../lib/api/types";
import { formatAge } from "../../lib/format/format";

export type ScanKind = "admitted" | "already_used" | "bad_code" | "error";

export interface ScanResult {
  kind: ScanKind;
  title: string;
  /** Why, or what to do. */
  text: string;
  seat?: string | undefined;
  event?: string | undefined;
}

const REASONS: Record<string, string> = {
  unknown: "This code is none of ours.",
  refunded: "The ticket was refunded.",
  cancelled: "The event was cancelled.",
};

export function admitted({ ticket, event }: CheckIn): ScanResult {
  return { kind: "admitted", title: "Admitted", text: "", seat: ticket.seat, event };
}

/** `now` in Unix milliseconds. */
export function refused({ status, code, detail, fields }: ApiProblem, now: number): ScanResult {
  if (code === "already_used") {
    const seat = typeof fields.seat === "string" ? fields.seat : undefined;
    return {
      kind: "already_used",
      title: "Already used",
      text: usedText(fields.used_at, now),
      seat,
    };
  }
  if (code === "bad_code") {
    const text = REASONS[String(fields.reason)] ?? sentence(detail);
    return { kind: "bad_code", title: "Not valid", text };
  }
  if (status === 404) {
    const text = "This ticket is for an event that you do not check in for.";
    return { kind: "bad_code", title: "Not valid here", text };
  }
  return { kind: "error", title: "Not checked in", text: errorText(status, detail) };
}

function errorText(status: number, detail: string): string {
  if (status === 0) return "The server cannot be reached. The code is kept: try again.";
  if (status === 429) return "Too many scans at once. The code is kept: try again in a moment.";
  return `${sentence(detail)} The code is kept: try again.`;
}

function usedText(usedAt: unknown, now: number): string {
  const at = typeof usedAt === "string" ? Date.parse(usedAt) : Number.NaN;
  if (Number.isNaN(at)) return "Somebody has come in with this ticket.";
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(at);
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(at);
  const age = now - at;
  // An hour ago and more, how long it is does not tell a double scan from a copy any more.
  return `Somebody came in with it ${age < 3_600_000 ? `${formatAge(age)} ago, ` : ""}at ${time} on ${day}.`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}
