// A moment in the past at the reader's own clock, to the second: for lists of what has happened.

const FORMAT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** `12 Jun 2027, 20:00:00`; the text itself where it is no time. */
export function formatMoment(utc: string): string {
  const at = Date.parse(utc);
  return Number.isNaN(at) ? utc : FORMAT.format(at);
}
