// Between a venue's wall clock and UTC. Pure; must never look at the clock or the time zone of the
// machine it runs on.

const DAY_MS = 86_400_000;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/;

export interface ZonedMoment {
  /** RFC 3339, UTC. */
  utc: string;
  /** Whether that clock shows this time once, never (moved forward) or twice (moved back). */
  shown: "once" | "never" | "twice";
}

/**
 * `2027-06-12T20:00` in `Europe/Berlin` is `2027-06-12T18:00:00Z`. Of a time that the clock shows
 * twice the first is meant; one that it leaves out becomes as much later as the clock jumps. This
 * is what calendars do. Undefined for what is no time.
 */
export function zonedToUtc(local: string, timeZone: string): ZonedMoment | undefined {
  const wall = wallMs(local);
  if (wall === undefined) return undefined;
  // A clock changes at most once within two days, so the offset is one of these two.
  const before = offsetMs(wall - DAY_MS, timeZone);
  const after = offsetMs(wall + DAY_MS, timeZone);
  const fits = [...new Set([before, after])].filter(
    (offset) => offsetMs(wall - offset, timeZone) === offset,
  );
  const [first] = fits.toSorted((a, b) => b - a);
  const shown = fits.length === 0 ? "never" : fits.length === 1 ? "once" : "twice";
  return { utc: isoSeconds(wall - (first ?? before)), shown };
}

/** What a clock in that zone shows, as an input of type `datetime-local` takes it. */
export function utcToZoned(utc: string, timeZone: string): string {
  const at = Date.parse(utc);
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16);
}

/** Every zone this browser knows, and `UTC`, which its list leaves out. */
export function timeZones(): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}

/** The wall time read as if it were UTC; undefined for a date that no calendar has. */
function wallMs(local: string): number | undefined {
  const match = LOCAL.exec(local);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute));
  // 31 February would roll over into March.
  return at.toISOString().startsWith(match[0]) ? at.getTime() : undefined;
}

/** How far that zone's clock is ahead of UTC at this moment. */
function offsetMs(at: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  const wall = Date.UTC(year, month - 1, day, part("hour"), part("minute"), part("second"));
  return wall - Math.floor(at / 1000) * 1000;
}

// Making one takes a hundred times as long as using it.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}

function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
