//! The hall and the event of every run: small, so that the same seats are wanted again and again.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_engines::ledger::PlanBytes;
use serde_json::json;
use uuid::Uuid;

pub(super) const EVENT: EventId = EventId(Uuid::from_u128(0xe));
pub(super) const SEATS: u32 = 24;

/// A seat's name.
pub(super) fn name(seat: Ordinal) -> String {
    format!("S-1-{}", seat.0 + 1)
}

pub(super) fn plan() -> PlanBytes {
    let seats: Vec<_> = (0..SEATS)
        .map(|seat| {
            let (guid, number) = (name(Ordinal(seat)), (seat + 1).to_string());
            json!({"seat_guid": guid, "seat_number": number, "position": {"x": 25 * seat, "y": 0}, "category": "Stalls"})
        })
        .collect();
    let plan = json!({
        "name": "Small hall",
        "size": {"width": 1000, "height": 100},
        "categories": [{"name": "Stalls", "color": "#123456"}],
        "zones": [{
            "name": "Stalls", "zone_id": "S", "position": {"x": 0, "y": 0},
            "rows": [{"row_number": "1", "position": {"x": 0, "y": 0}, "seats": seats}],
            "areas": []
        }]
    });
    PlanBytes::pack(plan.to_string().as_bytes()).expect("a vector takes everything")
}

pub(super) fn event(plan: &PlanBytes, hold_ttl_s: u32) -> Event {
    Event {
        id: EVENT,
        organizer_id: UserId(Uuid::from_u128(0x0a)),
        name: "Simulated".into(),
        description: String::new(),
        genre: None,
        venue: String::new(),
        timezone: "UTC".into(),
        starts_at: UnixMs(0),
        ends_at: None,
        refundable_until: None,
        status: EventStatus::OnSale,
        on_sale_when_generated: true,
        currency: "EUR".parse().expect("a currency"),
        prices: [("Stalls".to_owned(), 100)].into(),
        earlier_prices: Vec::new(),
        orphan_rule: OrphanRule::Off,
        hold_ttl_s,
        payment_window_s: 10,
        max_seats_per_user: 8,
        seats_total: SEATS,
        plan_hash: plan.hash().to_owned(),
        generation: Generation { done: SEATS, total: SEATS, error: None },
        fence_epoch: 0,
        version: 1,
        created_at: UnixMs(0),
    }
}
