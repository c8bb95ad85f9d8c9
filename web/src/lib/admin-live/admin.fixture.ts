// Frames of an admin socket for tests, as a server sends them: whole, and with what a test changes.
import type { HistoryPoint, RowFrame, StatsFrame } from "./admin-frames";

const NOTHING = { holds: 0, releases: 0, expiries: 0, sales: 0, conflicts: 0 };
const euros = (amount: number) => ({ amount, currency: "EUR" });

export function stats(change: Partial<StatsFrame> = {}): StatsFrame {
  return {
    type: "stats",
    ts_ms: 1_000_000,
    server: "server-1",
    event_status: "on_sale",
    counts: { available: 6, held: 2, sold: 3, blocked: 1 },
    money: { captured: euros(9000), refunded: euros(0), kept: euros(9000) },
    orders: { awaiting_payment: 1, confirmed: 2, failed: 0, expired: 0, cancelled: 0, refunded: 0 },
    tickets: { valid: 3, used: 0 },
    last_minute: NOTHING,
    since_open: { ...NOTHING, since_ms: 500_000 },
    sections: [],
    expiring: Array.from({ length: 16 }, () => 0),
    funnel: {
      watching: 5,
      holding: 1,
      in_checkout: 1,
      paid: 2,
      tickets: 3,
      median_hold_to_order_ms: null,
      median_order_to_paid_ms: null,
    },
    realtime: {
      sockets: 5,
      sockets_all: 9,
      rooms: 2,
      opened_per_s: null,
      closed_per_s: null,
      messages_per_s: null,
      bytes_per_s: null,
      fanout_ms: { p50: null, p95: null, p99: null },
      delta_changes_per_s: null,
      slow_consumers: 0,
      resyncs: 0,
    },
    pipeline: {
      hold_store: "up",
      ledger: "up",
      log: "up",
      payments: null,
      outbox_rows: 0,
      outbox_oldest_ms: 0,
      generator: null,
      reconciler_drift: 0,
    },
    alerts: [],
    ...change,
  };
}

export function sinceOpen(change: Partial<StatsFrame["since_open"]>): StatsFrame["since_open"] {
  return { ...NOTHING, since_ms: 500_000, ...change };
}

export function row(change: Partial<RowFrame> = {}): RowFrame {
  return {
    type: "hold",
    ts_ms: 1_000_000,
    seat: "A-1",
    section: "A",
    holder: { id: "u1", name: "Ada Example", email: "a••@frontrow.test" },
    age_ms: 0,
    expires_in_ms: 600_000,
    order_id: null,
    ...change,
  };
}

export function past(ts_ms: number, change: Partial<HistoryPoint> = {}): HistoryPoint {
  return { ts_ms, held: 1, sold: 2, sockets: 3, ...NOTHING, ...change };
}
