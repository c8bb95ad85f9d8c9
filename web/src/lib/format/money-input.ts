// Prices as people type them, to and from minor units. Must never calculate with fractions: 19.99 is
// read digit by digit.
import { minorDigits } from "./minor-digits";

/** What an event can be sold in. Others exist; the server takes any three capitals. */
export const CURRENCIES = [
  ...["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "TRY"],
  ...["CAD", "AUD", "NZD", "JPY", "KRW", "SGD", "HKD", "INR", "BRL", "MXN", "ZAR", "AED", "KWD"],
];

/** The server's limit for one price. */
const MAX_AMOUNT = 1_000_000_000;

export type AmountInput = { amount: number } | { problem: string };

/** `75`, `75.5` and `75,50` are the same. A second separator could mean anything, so it is refused. */
export function parseAmount(text: string, currency: string): AmountInput {
  const typed = text.trim();
  if (!typed) return { problem: "Give a price. 0 is free." };
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(typed);
  const digits = minorDigits(currency);
  if (!match) return { problem: `Write the price like ${formatAmount(1250, currency)}.` };
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > digits) {
    return { problem: `${currency} has ${digits || "no"} digits after the point.` };
  }
  const amount = Number(whole + fraction.padEnd(digits, "0"));
  if (amount > MAX_AMOUNT) return { problem: `At most ${formatAmount(MAX_AMOUNT, currency)}.` };
  return { amount };
}

/** As an input shows it: `75.00`. */
export function formatAmount(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(amount).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}
