// Money, dates and remaining time as text. Must never do arithmetic on money in fractions.
import type { Money } from "../api/types";
import { minorDigits } from "./minor-digits";

// The page is written in English; dates and prices in the same language read as one text.
const LOCALE = "en-GB";

/** `{ amount: 7500, currency: "EUR" }` becomes `€75.00`. Respects currencies without cents. */
export function formatMoney({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency, ...shown });
  return format.format(amount / 10 ** digits);
}

/** Adds up integers; undefined for an empty list, which has no currency. */
export function sumMoney(prices: Money[]): Money | undefined {
  const [first] = prices;
  if (!first) return undefined;
  return { amount: prices.reduce((sum, price) => sum + price.amount, 0), currency: first.currency };
}

/** `mm:ss`. Rounded, so that a clock that ticks twice a second never shows a second too many. */
export function formatCountdown(remainingMs: number): string {
  const seconds = Math.max(0, Math.round(remainingMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** `12 s`, `3 min`: how old the picture on the screen is. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

// Made once: a map of many sections says how many seats are free in each, several times a second.
const COUNT = new Intl.NumberFormat(LOCALE);

export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** The parts of a start time, at the clock of the venue. */
export function formatStart(startsAt: string, timezone?: string | null) {
  const date = new Date(startsAt);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: timezone ?? undefined }).format(date);
  return {
    day: part({ day: "numeric" }),
    month: part({ month: "short" }),
    long: part({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    time: part({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" }),
  };
}
