//! An event as the API shows it.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule, Prices};
use frontrow_domain::ids::EventId;
use frontrow_domain::money::Currency;
use frontrow_domain::seat::SeatCounts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// `GET events/{id}` and every item of `GET events`.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView<'a> {
    id: EventId,
    name: &'a str,
    description: &'a str,
    #[schema(required)]
    genre: Option<&'a str>,
    venue: &'a str,
    /// IANA name in which people read the times.
    timezone: &'a str,
    starts_at: UnixMs,
    #[schema(required)]
    ends_at: Option<UnixMs>,
    /// Until when a buyer may give an order back.
    #[schema(required)]
    refundable_until: Option<UnixMs>,
    status: EventStatus,
    currency: Currency,
    /// Minor units by category.
    #[schema(value_type = BTreeMap<String, i64>)]
    prices: &'a Prices,
    orphan_rule: OrphanRule,
    hold_ttl_s: u32,
    payment_window_s: u32,
    max_seats_per_user: u32,
    seats_total: u32,
    /// `null` while the hold store cannot be reached and nobody here has looked at the event.
    #[schema(required)]
    counts: Option<SeatCounts>,
    generation: &'a Generation,
    created_at: UnixMs,
}

impl<'a> EventView<'a> {
    pub(super) fn new(event: &'a Event, counts: Option<SeatCounts>) -> Self {
        Self {
            id: event.id,
            name: &event.name,
            description: &event.description,
            genre: event.genre.as_deref(),
            venue: &event.venue,
            timezone: &event.timezone,
            starts_at: event.starts_at,
            ends_at: event.ends_at,
            refundable_until: event.refundable_until,
            status: event.status,
            currency: event.currency,
            prices: &event.prices,
            orphan_rule: event.orphan_rule,
            hold_ttl_s: event.hold_ttl_s,
            payment_window_s: event.payment_window_s,
            max_seats_per_user: event.max_seats_per_user,
            seats_total: event.seats_total,
            counts,
            generation: &event.generation,
            created_at: event.created_at,
        }
    }
}

/// The live counts of an event. An event without inventory has none to count.
pub(super) async fn live_counts(app: &App, event: &Event) -> Option<SeatCounts> {
    if matches!(event.status, EventStatus::Generating | EventStatus::Failed) {
        return Some(SeatCounts { available: event.generation.done, ..SeatCounts::default() });
    }
    app.rooms.open(event.id).await.ok().map(|room| room.counts())
}
