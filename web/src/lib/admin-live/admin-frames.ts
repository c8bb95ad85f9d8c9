// What the admin socket sends besides the frames of the public one: numbers, history and rows. Pure;
// must never guess: a frame without what the dashboard needs is as none.
import type { components } from "../api/schema";

type Schemas = components["schemas"];

/** `null` is what the server does not know; it never sends a guess. */
export type StatsFrame = { type: "stats" } & Schemas["DashboardStats"];
export type ActivityCounts = Schemas["ActivityCounts"];
export type SectionStats = Schemas["SectionStats"];
export type AdminAlert = Schemas["Alert"];
export type UpDown = Schemas["UpDown"];
/** One second as the server saw it. */
export type HistoryPoint = Schemas["StatsPoint"];
export type Holder = Schemas["Holder"];

export interface HistoryFrame {
  type: "stats_history";
  points: HistoryPoint[];
}

/** Something that happened to one seat. */
export type RowFrame = Schemas["ActivityRow"];
export type RowType = RowFrame["type"];

const IS_ROW: Record<RowType, true> = {
  hold: true,
  extended: true,
  claimed: true,
  release: true,
  expired: true,
  lost: true,
  sold: true,
  refunded: true,
};
export const ROW_TYPES = Object.keys(IS_ROW) as RowType[];

/** So many rows were left out: what is told seat by seat has gaps now. */
export interface RowsDroppedFrame {
  type: "rows_dropped";
  rows: number;
}

export type AdminFrame = StatsFrame | HistoryFrame | RowFrame | RowsDroppedFrame;

type Raw = Record<string, unknown>;

/** Undefined for what the public socket sends too, and for what this page does not know. */
export function decodeAdmin(text: string): AdminFrame | undefined {
  const raw = parseObject(text);
  if (!raw) return undefined;
  if (raw.type === "stats") return isStats(raw) ? (raw as unknown as StatsFrame) : undefined;
  if (raw.type === "stats_history") return Array.isArray(raw.points) ? history(raw) : undefined;
  if (raw.type === "rows_dropped") {
    return { type: "rows_dropped", rows: typeof raw.rows === "number" ? raw.rows : 0 };
  }
  return isRow(raw) ? (raw as unknown as RowFrame) : undefined;
}

export function parseObject(text: string): Raw | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Raw) : undefined;
  } catch {
    return undefined;
  }
}

const PARTS = ["counts", "last_minute", "since_open", "funnel", "realtime", "pipeline"];

function isStats(raw: Raw): boolean {
  const lists = [raw.sections, raw.expiring, raw.alerts];
  return PARTS.every((part) => typeof raw[part] === "object" && raw[part] !== null)
    ? lists.every(Array.isArray) && typeof raw.ts_ms === "number"
    : false;
}

function history(raw: Raw): HistoryFrame {
  const points = (raw.points as Raw[]).filter((point) => typeof point?.ts_ms === "number");
  return { type: "stats_history", points: points as unknown as HistoryPoint[] };
}

function isRow(raw: Raw): boolean {
  const known = (ROW_TYPES as readonly unknown[]).includes(raw.type);
  return known && typeof raw.seat === "string" && typeof raw.ts_ms === "number";
}
