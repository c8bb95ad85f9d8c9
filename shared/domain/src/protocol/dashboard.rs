//! Frames of the admin socket about the whole event: its numbers, once a second, and what they were before.
//!
//! Every key is always there; what a server does not know is `null` and never a guess.

use serde::Serialize;

use crate::event::{EventStatus, Generation};
use crate::money::Money;
use crate::seat::SeatCounts;

/// How many numbers [`Stats::expiring`] has: fifteen minutes, and everything after them.
pub const EXPIRY_MINUTES: usize = 16;

/// A frame of the admin socket that is not about one seat.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DashboardFrame<'a> {
    /// Once a second.
    Stats(Box<Stats<'a>>),
    /// Once, after the socket was let in.
    StatsHistory {
        /// Seconds that this server has seen, the oldest first.
        points: Vec<StatsPoint>,
    },
    /// Rows were too many, or the socket too slow for them.
    RowsDropped {
        /// How many were left out, at most: frames of another kind may be among those that a slow socket lost.
        rows: u64,
    },
}

impl DashboardFrame<'_> {
    /// The frame as JSON text.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// Numbers and texts always are JSON.
pub(super) fn json(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("numbers and texts are JSON")
}

/// How an event is doing, as one server sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = DashboardStats))]
pub struct Stats<'a> {
    /// When it was put together, Unix milliseconds by this server's clock.
    pub ts_ms: u64,
    /// The server's name, from its settings.
    pub server: &'a str,
    /// From the ledger, through this server's cache.
    pub event_status: EventStatus,
    /// Seats by state; the live map of this server's room.
    pub counts: SeatCounts,
    /// From the ledger, a few seconds old at most; `null` while it was not reached.
    #[cfg_attr(feature = "schema", schema(required))]
    pub money: Option<MoneyTotals>,
    /// Orders by status, from the ledger as `money`.
    #[cfg_attr(feature = "schema", schema(required))]
    pub orders: Option<OrderCounts>,
    /// Tickets by state, from the ledger as `money`.
    #[cfg_attr(feature = "schema", schema(required))]
    pub tickets: Option<TicketCounts>,
    /// What this server's room saw in the last 60 seconds.
    pub last_minute: ActivityCounts,
    /// What it has seen since it was opened.
    pub since_open: SinceOpen,
    /// In the plan's order; from the room.
    pub sections: Vec<SectionStats<'a>>,
    /// Seats that are held or claimed, by the minute in which that ends: less than one, less than two, ...; the last
    /// number is all the later ones. They come back unless they are bought or extended. From the room.
    pub expiring: [u32; EXPIRY_MINUTES],
    /// From the first look to the ticket.
    pub funnel: Funnel,
    /// How the live map travels.
    pub realtime: Realtime,
    /// The parts behind it.
    pub pipeline: Pipeline,
    /// What somebody should look at now; empty when all is well.
    pub alerts: Vec<Alert>,
}

/// An event's money; all in the event's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MoneyTotals {
    /// What was captured for orders of the event, also what was given back later.
    pub captured: Money,
    /// What the provider has given back. What it has still to give back is not in it.
    pub refunded: Money,
    /// The difference.
    pub kept: Money,
}

/// Orders by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OrderCounts {
    /// Their seats are claimed.
    pub awaiting_payment: u64,
    /// Their seats are sold.
    pub confirmed: u64,
    /// Too many cards were declined.
    pub failed: u64,
    /// Not paid in time.
    pub expired: u64,
    /// Given up.
    pub cancelled: u64,
    /// Given back.
    pub refunded: u64,
}

/// Tickets by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TicketCounts {
    /// Can still open the door.
    pub valid: u64,
    /// Have opened it.
    pub used: u64,
}

/// What happened to seats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ActivityCounts {
    /// Seats taken into a cart.
    pub holds: u64,
    /// Seats whose hold or claim ended before its time.
    pub releases: u64,
    /// Seats whose hold, or whose order's time to pay, was over.
    pub expiries: u64,
    /// Seats that were sold.
    pub sales: u64,
    /// Hold commands that were refused because somebody else had a seat: those that this server was asked to do.
    pub conflicts: u64,
}

/// The same over the life of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SinceOpen {
    /// What happened.
    #[serde(flatten)]
    pub counts: ActivityCounts,
    /// Since when, Unix milliseconds: this server has not seen what was before.
    pub since_ms: u64,
}

/// A section in numbers; all from the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SectionStats<'a> {
    /// From the plan.
    pub id: &'a str,
    /// From the plan.
    pub name: &'a str,
    /// Its seats.
    pub total: u32,
    /// Its seats by state.
    #[serde(flatten)]
    pub counts: SeatCounts,
    /// Age of its oldest hold, in milliseconds by the hold store's clock as of its last answer; `null` without holds.
    /// Claimed seats have left the cart and do not count.
    #[cfg_attr(feature = "schema", schema(required))]
    pub oldest_hold_ms: Option<u64>,
    /// Seats held in the last 60 seconds.
    pub holds_last_minute: u64,
    /// Refused hold commands for its seats in the last 60 seconds, at this server.
    pub conflicts_last_minute: u64,
}

/// How far people get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// Sockets in this server's room.
    pub watching: u64,
    /// People who hold seats now; from the room, so on whichever server they are.
    pub holding: u64,
    /// Orders that wait for their payment; from the ledger.
    #[cfg_attr(feature = "schema", schema(required))]
    pub in_checkout: Option<u64>,
    /// Confirmed orders; from the ledger.
    #[cfg_attr(feature = "schema", schema(required))]
    pub paid: Option<u64>,
    /// Tickets that are valid or used; from the ledger.
    #[cfg_attr(feature = "schema", schema(required))]
    pub tickets: Option<u64>,
    /// Median time from a seat's hold to its order, in milliseconds, of the latest seats that this room saw ordered (200
    /// at most); `null` before the first.
    #[cfg_attr(feature = "schema", schema(required))]
    pub median_hold_to_order_ms: Option<u64>,
    /// Median time from a seat's order to its sale, likewise.
    #[cfg_attr(feature = "schema", schema(required))]
    pub median_order_to_paid_ms: Option<u64>,
}

/// How the live map travels from this server.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Realtime {
    /// Sockets in this room.
    pub sockets: u64,
    /// Sockets of the whole server.
    pub sockets_all: u64,
    /// Open rooms of the server.
    pub rooms: u64,
    /// Sockets opened in this room, a second, over the last ten seconds; `null` before there are two readings.
    #[cfg_attr(feature = "schema", schema(required))]
    pub opened_per_s: Option<f64>,
    /// Sockets closed in this room, likewise.
    #[cfg_attr(feature = "schema", schema(required))]
    pub closed_per_s: Option<f64>,
    /// Messages written to this room's sockets, likewise.
    #[cfg_attr(feature = "schema", schema(required))]
    pub messages_per_s: Option<f64>,
    /// Bytes of these messages, without framing, likewise.
    #[cfg_attr(feature = "schema", schema(required))]
    pub bytes_per_s: Option<f64>,
    /// From the moment a delta is given to the room's sockets until one of them has taken it.
    pub fanout_ms: Percentiles,
    /// Seat changes in this room's deltas, a second, over the last ten seconds.
    #[cfg_attr(feature = "schema", schema(required))]
    pub delta_changes_per_s: Option<f64>,
    /// How often one of this room's sockets fell so far behind that it got a snapshot instead, in the last minute.
    pub slow_consumers: u64,
    /// Snapshots sent to sockets that were behind or asked, in the last minute.
    pub resyncs: u64,
}

/// Percentiles of the deliveries of the last minute, in milliseconds, right to an eighth; `null` if there were none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Percentiles {
    /// Half of them took no longer.
    #[cfg_attr(feature = "schema", schema(required))]
    pub p50: Option<f64>,
    /// 19 of 20.
    #[cfg_attr(feature = "schema", schema(required))]
    pub p95: Option<f64>,
    /// 99 of 100.
    #[cfg_attr(feature = "schema", schema(required))]
    pub p99: Option<f64>,
}

/// Whether something answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpDown {
    /// It answered the last time it was asked.
    Up,
    /// It did not.
    Down,
}

/// The parts behind the map, as this server sees them; `null` what was not asked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pipeline {
    /// Asked twice a second.
    #[cfg_attr(feature = "schema", schema(required))]
    pub hold_store: Option<UpDown>,
    /// Asked twice a second.
    #[cfg_attr(feature = "schema", schema(required))]
    pub ledger: Option<UpDown>,
    /// Asked twice a second.
    #[cfg_attr(feature = "schema", schema(required))]
    pub log: Option<UpDown>,
    /// The payment provider: as it was the last time somebody here needed it.
    #[cfg_attr(feature = "schema", schema(required))]
    pub payments: Option<UpDown>,
    /// Rows of the outbox that the log does not have yet, of all events; from the ledger.
    #[cfg_attr(feature = "schema", schema(required))]
    pub outbox_rows: Option<u64>,
    /// Age of the oldest of them, in milliseconds.
    #[cfg_attr(feature = "schema", schema(required))]
    pub outbox_oldest_ms: Option<u64>,
    /// How far the ticket generator has come with this event; from the ledger.
    #[cfg_attr(feature = "schema", schema(required))]
    pub generator: Option<GeneratorProgress>,
    /// Seats of this event that the reconciler found different twice in a row, since this room was opened.
    pub reconciler_drift: u64,
}

/// How far the ticket generator has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GeneratorProgress {
    /// Seats written.
    pub done: u32,
    /// Seats in the plan.
    pub total: u32,
    /// Why it failed; `null` if it did not.
    #[cfg_attr(feature = "schema", schema(required))]
    pub error: Option<String>,
}

impl From<&Generation> for GeneratorProgress {
    fn from(Generation { done, total, error }: &Generation) -> Self {
        Self { done: *done, total: *total, error: error.clone() }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    /// It may pass.
    Warning,
    /// Somebody has to do something.
    Critical,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alert {
    /// What clients switch on.
    pub code: AlertCode,
    /// How bad it is.
    pub level: AlertLevel,
    /// One sentence for the organizer.
    pub text: String,
}

/// The kinds of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlertCode {
    /// Seats are sold without a ticket, or twice.
    Oversold,
    /// Ledger, hold store and room did not agree at the last comparison.
    Drift,
    /// One of a hundred deliveries takes longer than half a second.
    FanoutSlow,
    /// A row has waited in the outbox for more than five seconds.
    OutboxLag,
    /// A hold is over for more than a second and still shown.
    ExpiryLate,
    /// An engine does not answer.
    EngineDown,
    /// The payment provider did not answer.
    ProviderDown,
    /// The room cannot reach the hold store: the map may be old.
    Stale,
}

/// One second of an event at one server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatsPoint {
    /// The end of the second, Unix milliseconds.
    pub ts_ms: u64,
    /// Seats held or claimed then.
    pub held: u32,
    /// Seats sold then.
    pub sold: u32,
    /// Seats held in this second.
    pub holds: u32,
    /// Seats released in it.
    pub releases: u32,
    /// Seats that expired in it.
    pub expiries: u32,
    /// Seats sold in it.
    pub sales: u32,
    /// Hold commands refused in it, at this server.
    pub conflicts: u32,
    /// Sockets in the room then.
    pub sockets: u32,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn stats() -> Stats<'static> {
        let counts = SeatCounts { available: 1, held: 2, sold: 3, blocked: 4 };
        let activity = ActivityCounts { holds: 1, releases: 2, expiries: 3, sales: 4, conflicts: 5 };
        Stats {
            ts_ms: 9,
            server: "server-1",
            event_status: EventStatus::OnSale,
            counts,
            money: None,
            orders: None,
            tickets: None,
            last_minute: activity,
            since_open: SinceOpen { counts: activity, since_ms: 7 },
            sections: vec![SectionStats {
                id: "A",
                name: "Block A",
                total: 10,
                counts,
                oldest_hold_ms: None,
                holds_last_minute: 0,
                conflicts_last_minute: 0,
            }],
            expiring: [0; EXPIRY_MINUTES],
            funnel: Funnel {
                watching: 1,
                holding: 1,
                in_checkout: None,
                paid: None,
                tickets: None,
                median_hold_to_order_ms: None,
                median_order_to_paid_ms: None,
            },
            realtime: Realtime {
                sockets: 1,
                sockets_all: 1,
                rooms: 1,
                opened_per_s: None,
                closed_per_s: None,
                messages_per_s: Some(0.5),
                bytes_per_s: None,
                fanout_ms: Percentiles::default(),
                delta_changes_per_s: None,
                slow_consumers: 0,
                resyncs: 0,
            },
            pipeline: Pipeline {
                hold_store: Some(UpDown::Up),
                ledger: Some(UpDown::Down),
                log: None,
                payments: None,
                outbox_rows: None,
                outbox_oldest_ms: None,
                generator: None,
                reconciler_drift: 0,
            },
            alerts: vec![Alert { code: AlertCode::EngineDown, level: AlertLevel::Critical, text: "why".into() }],
        }
    }

    #[test]
    fn o4_every_key_is_there_also_where_nothing_is_known() {
        let frame: Value = serde_json::from_str(&DashboardFrame::Stats(Box::new(stats())).to_json()).expect("JSON");
        let activity = json!({"holds": 1, "releases": 2, "expiries": 3, "sales": 4, "conflicts": 5});
        let mut since = activity.clone();
        since["since_ms"] = json!(7);
        let expected = json!({
            "type": "stats", "ts_ms": 9, "server": "server-1", "event_status": "on_sale",
            "counts": {"available": 1, "held": 2, "sold": 3, "blocked": 4},
            "money": null, "orders": null, "tickets": null,
            "last_minute": activity, "since_open": since,
            "sections": [{
                "id": "A", "name": "Block A", "total": 10, "available": 1, "held": 2, "sold": 3, "blocked": 4,
                "oldest_hold_ms": null, "holds_last_minute": 0, "conflicts_last_minute": 0,
            }],
            "expiring": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            "funnel": {
                "watching": 1, "holding": 1, "in_checkout": null, "paid": null, "tickets": null,
                "median_hold_to_order_ms": null, "median_order_to_paid_ms": null,
            },
            "realtime": {
                "sockets": 1, "sockets_all": 1, "rooms": 1, "opened_per_s": null, "closed_per_s": null,
                "messages_per_s": 0.5, "bytes_per_s": null, "fanout_ms": {"p50": null, "p95": null, "p99": null},
                "delta_changes_per_s": null, "slow_consumers": 0, "resyncs": 0,
            },
            "pipeline": {
                "hold_store": "up", "ledger": "down", "log": null, "payments": null, "outbox_rows": null,
                "outbox_oldest_ms": null, "generator": null, "reconciler_drift": 0,
            },
            "alerts": [{"code": "engine_down", "level": "critical", "text": "why"}],
        });
        assert_eq!(frame, expected);
    }

    #[test]
    fn the_other_frames_have_the_shapes_of_the_protocol() {
        let history =
            DashboardFrame::StatsHistory { points: vec![StatsPoint { ts_ms: 1_000, held: 2, ..Default::default() }] };
        let point = json!({
            "ts_ms": 1_000, "held": 2, "sold": 0, "holds": 0, "releases": 0, "expiries": 0, "sales": 0, "conflicts": 0,
            "sockets": 0,
        });
        let read = |frame: &DashboardFrame<'_>| serde_json::from_str::<Value>(&frame.to_json()).expect("JSON");
        assert_eq!(read(&history), json!({"type": "stats_history", "points": [point]}));
        assert_eq!(read(&DashboardFrame::RowsDropped { rows: 3 }), json!({"type": "rows_dropped", "rows": 3}));
    }

    #[test]
    fn protocol_md_lists_every_alert_and_every_row() {
        let text = include_str!("../../../../PROTOCOL.md");
        let alerts = [
            AlertCode::Oversold,
            AlertCode::Drift,
            AlertCode::FanoutSlow,
            AlertCode::OutboxLag,
            AlertCode::ExpiryLate,
            AlertCode::EngineDown,
            AlertCode::ProviderDown,
            AlertCode::Stale,
        ];
        let alerts = alerts.iter().map(|code| json!(code).as_str().unwrap_or_default().to_owned());
        let rows = crate::protocol::Activity::ALL.iter().map(|it| it.as_str().to_owned());
        for name in alerts.chain(rows) {
            assert!(text.contains(&format!("| `{name}` | ")), "PROTOCOL.md lacks {name}");
        }
    }
}
