// Why a change of an event was refused, in words and at the right field. Pure.
import type { ApiProblem } from "../../../lib/api/problem";
import type { Problems } from "../event-form";

export interface ChangeRefusal {
  text: string;
  /** By field, or by category for prices. */
  problems: Problems;
}

const WORDS: Record<string, string> = {
  illegal_status:
    "The event's status has changed meanwhile, so this is not possible any more. Load the page again.",
  unavailable: "Somebody else is changing this event, or the store is away. Try again.",
  network: "The server cannot be reached. Nothing is known to be changed; try again.",
  forbidden: "Only the event's organizer may change it.",
};

export function refusalOf({ code, detail, fields }: ApiProblem): ChangeRefusal {
  if (code === "invalid_field" && typeof fields.field === "string") {
    const text = "The server did not take one of the values.";
    return { text, problems: { [fields.field]: withoutField(detail, fields.field) } };
  }
  if (code === "invalid_plan" && Array.isArray(fields.errors)) {
    return { text: "The server did not take the prices.", problems: pricesOf(fields.errors) };
  }
  return { text: WORDS[code] ?? detail, problems: {} };
}

/** `hold_ttl_s must be 2 to 7200` stands at the field already. */
function withoutField(detail: string, field: string): string {
  const rule = detail.startsWith(field) ? detail.slice(field.length).trim() : detail;
  return rule.charAt(0).toUpperCase() + rule.slice(1);
}

/** Paths look like `$.prices["Stalls"]`. */
function pricesOf(errors: unknown[]): Problems {
  const problems: Problems = {};
  for (const error of errors as { path?: string; message?: string }[]) {
    const category = /^\$\.prices\[(".*")\]$/.exec(error.path ?? "")?.[1];
    if (category) problems[JSON.parse(category) as string] = error.message ?? "cannot be used";
  }
  return problems;
}
