// Why the server did not take a new event: a list by step, in words for the organizer. Pure.
import type { ApiProblem } from "../../../lib/api/problem";
import type { Step } from "./draft";

export interface Refusal {
  step: Step;
  /** The field, or the place in the plan. */
  place?: string;
  message: string;
}

const STEP_OF_FIELD: Record<string, Step> = {
  name: "details",
  venue: "details",
  description: "details",
  genre: "details",
  timezone: "details",
  starts_at: "details",
  ends_at: "details",
  refundable_until: "details",
  plan: "seats",
  prices: "prices",
  currency: "prices",
  hold_ttl_s: "sale",
  payment_window_s: "sale",
  max_seats_per_user: "sale",
  orphan_rule: "sale",
  on_sale: "sale",
};

export function refusalsOf(problem: ApiProblem): Refusal[] {
  const { code, fields, detail } = problem;
  if (code === "invalid_plan" && Array.isArray(fields.errors)) {
    return fields.errors.filter(isPlanError).map(({ path, message }) => ({
      step: path.startsWith("$.prices") ? "prices" : "seats",
      place: path,
      message,
    }));
  }
  if (code === "invalid_field") {
    const field = String(fields.field ?? "");
    return [{ step: STEP_OF_FIELD[field] ?? "review", message: sentence(detail) }];
  }
  return [{ step: "review", message: WORDS[code] ?? sentence(detail) }];
}

const WORDS: Record<string, string> = {
  network:
    "The server cannot be reached, or the upload took too long. Nothing is lost: try again. It will not be created twice.",
  idempotency_in_flight: "The server is still working on it. Try again in a moment.",
  body_too_large: "The plan is too large. The server takes up to 40 MB.",
};

function isPlanError(error: unknown): error is { path: string; message: string } {
  if (typeof error !== "object" || error === null) return false;
  return "path" in error && typeof error.path === "string" && "message" in error;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}
