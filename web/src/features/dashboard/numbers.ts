// Numbers as an instrument shows them: short, and never wider than before for no reason. Pure; null
// goes in where the server does not know, and comes out as null.
import { formatCount } from "../../lib/format/format";

type Maybe<T> = T | null | undefined;

/** `42.1 %`; null of nothing. */
export function formatShare(part: Maybe<number>, whole: Maybe<number>): string | null {
  if (part == null || !whole) return null;
  return `${((part / whole) * 100).toFixed(1)} %`;
}

/** `0:42`, `12:05`, `1:02:03`. */
export function formatSpan(ms: Maybe<number>): string | null {
  if (ms == null) return null;
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const end = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${end}` : `${minutes}:${end}`;
}

/** `0.4 ms`, `12 ms`, `1.25 s`. */
export function formatLatency(ms: Maybe<number>): string | null {
  if (ms == null) return null;
  if (ms >= 1_000) return `${(ms / 1000).toFixed(2)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** `0.4`, `9.0`, `128`. */
export function formatRate(perSecond: Maybe<number>): string | null {
  if (perSecond == null) return null;
  return perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
}

const UNITS = ["B", "kB", "MB", "GB"];

/** `512 B`, `2.1 kB`. */
export function formatBytes(bytes: Maybe<number>): string | null {
  if (bytes == null) return null;
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** unit;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatNumber(count: Maybe<number>): string | null {
  return count == null ? null : formatCount(count);
}

/** `+3`, `−2`, `±0`, so that a change is read as one. */
export function formatChange(by: number): string {
  if (by === 0) return "±0";
  return by > 0 ? `+${formatCount(by)}` : `−${formatCount(-by)}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** `18:04:12`, at this computer's clock. */
export function formatClock(tsMs: number): string {
  return CLOCK.format(tsMs);
}
