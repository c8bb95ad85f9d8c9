// The fields of an event as people type them, and what the server takes. Pure; used by the wizard
// and by the settings. The rules repeat the server's so that a typing slip is seen at once; the
// server still has the last word.
import type { EventSummary, OrphanRule } from "../../lib/api/types";
import { formatAmount, parseAmount } from "../../lib/format/money-input";
import { utcToZoned, zonedToUtc } from "../../lib/format/zoned-time";

/** Times are those of a clock at the venue: `2027-06-12T20:00`. */
export interface DetailsForm {
  name: string;
  venue: string;
  description: string;
  genre: string;
  timezone: string;
  starts_at: string;
  ends_at: string;
  refundable_until: string;
}

export interface SaleForm {
  hold_ttl_s: string;
  payment_window_s: string;
  max_seats_per_user: string;
  orphan_rule: OrphanRule;
}

/** What is typed for each category. */
export type PricesForm = Record<string, string>;

/** What is wrong, by field; a field without an entry is right. */
export type Problems = Record<string, string>;

export const SALE_LIMITS = {
  hold_ttl_s: [2, 7200],
  payment_window_s: [10, 1800],
  max_seats_per_user: [1, 50],
} as const satisfies Record<string, readonly [number, number]>;

export const EMPTY_DETAILS: DetailsForm = {
  name: "",
  venue: "",
  description: "",
  genre: "",
  timezone: "UTC",
  starts_at: "",
  ends_at: "",
  refundable_until: "",
};

export const USUAL_SALE: SaleForm = {
  hold_ttl_s: "600",
  payment_window_s: "300",
  max_seats_per_user: "8",
  orphan_rule: "off",
};

const MAX_LINE = 200;
const MAX_GENRE = 50;
const MAX_DESCRIPTION = 10_000;

/** Optional fields that are empty are left out: the server would take an empty text for a value. */
export function readDetails(form: DetailsForm) {
  const problems: Problems = {};
  const line = (field: "name" | "venue" | "genre", most: number, needed: boolean) => {
    const text = form[field].trim();
    if (!text && needed) problems[field] = "This is needed.";
    if ([...text].length > most) problems[field] = `At most ${most} characters.`;
    return text;
  };
  const time = (field: "starts_at" | "ends_at" | "refundable_until") => {
    const utc = zonedToUtc(form[field], form.timezone)?.utc;
    if (form[field] && !utc) problems[field] = "This is no date and time.";
    return utc;
  };
  const [starts_at, ends_at, refundable_until] = [
    time("starts_at"),
    time("ends_at"),
    time("refundable_until"),
  ];
  if (!form.starts_at) problems.starts_at = "Say when it starts.";
  if (starts_at && ends_at && ends_at <= starts_at) problems.ends_at = "It ends after it starts.";
  if ([...form.description].length > MAX_DESCRIPTION) {
    problems.description = `At most ${MAX_DESCRIPTION} characters.`;
  }
  const values = {
    name: line("name", MAX_LINE, true),
    venue: line("venue", MAX_LINE, true),
    description: form.description.trim(),
    genre: line("genre", MAX_GENRE, false) || undefined,
    timezone: form.timezone,
    starts_at: starts_at ?? "",
    ends_at,
    refundable_until,
  };
  return { values, problems };
}

export function readSale(form: SaleForm) {
  const problems: Problems = {};
  const whole = (field: keyof typeof SALE_LIMITS) => {
    const [least, most] = SALE_LIMITS[field];
    const value = wholeNumber(form[field], least, most);
    if (value === undefined) problems[field] = `A whole number from ${least} to ${most}.`;
    return value ?? least;
  };
  const values = {
    hold_ttl_s: whole("hold_ttl_s"),
    payment_window_s: whole("payment_window_s"),
    max_seats_per_user: whole("max_seats_per_user"),
    orphan_rule: form.orphan_rule,
  };
  return { values, problems };
}

export function readPrices(form: PricesForm, categories: string[], currency: string) {
  const values: Record<string, number> = {};
  const problems: Problems = {};
  for (const category of categories) {
    const read = parseAmount(form[category] ?? "", currency);
    if ("amount" in read) values[category] = read.amount;
    else problems[category] = read.problem;
  }
  return { values, problems };
}

export function detailsOf(event: EventSummary): DetailsForm {
  const timezone = event.timezone ?? "UTC";
  const local = (utc?: string | null) => (utc ? utcToZoned(utc, timezone) : "");
  return {
    name: event.name,
    venue: event.venue,
    description: event.description ?? "",
    genre: event.genre ?? "",
    timezone,
    starts_at: local(event.starts_at),
    ends_at: local(event.ends_at),
    refundable_until: local(event.refundable_until),
  };
}

export function saleOf(event: EventSummary): SaleForm {
  return {
    hold_ttl_s: String(event.hold_ttl_s),
    payment_window_s: String(event.payment_window_s),
    max_seats_per_user: String(event.max_seats_per_user),
    orphan_rule: event.orphan_rule,
  };
}

export function pricesOf({ prices, currency }: EventSummary): PricesForm {
  return Object.fromEntries(
    Object.entries(prices).map(([category, amount]) => [category, formatAmount(amount, currency)]),
  );
}

export function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  const fits = /^\d+$/.test(text.trim()) && value >= least && value <= most;
  return fits ? value : undefined;
}
