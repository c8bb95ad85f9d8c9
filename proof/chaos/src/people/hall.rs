//! The events of a run: small hot ones that everybody wants, and a larger one for groups.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::api::Ask;
use super::person::{Person, World};
use crate::books::Hall;

/// As short as servers allow.
const PAYMENT_WINDOW_S: u64 = 10;
const GENERATION_TIME: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What one event is like.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    rows: usize,
    seats_per_row: usize,
    limit: usize,
    hold_ttl_s: u64,
}

/// In the order of their numbers in the history.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "hot", rows: 1, seats_per_row: 8, limit: 4, hold_ttl_s: 3 },
    Kind { name: "warm", rows: 2, seats_per_row: 4, limit: 2, hold_ttl_s: 4 },
    Kind { name: "groups", rows: 12, seats_per_row: 16, limit: 8, hold_ttl_s: 5 },
];

impl Kind {
    /// The price of a row; the next one costs more, so that a wrong seat is a wrong sum.
    fn price(row: usize) -> i64 {
        2_500 + 150 * i64::try_from(row).unwrap_or_default()
    }

    fn plan(&self) -> Value {
        let seat = |row: usize, number: usize| {
            json!({
                "seat_number": number.to_string(), "seat_guid": format!("{}-{row}-{number}", self.name),
                "category": format!("Row {row}"), "position": {"x": number * 25, "y": 0},
            })
        };
        let row = |row: usize| {
            json!({
                "row_number": row.to_string(), "position": {"x": 0, "y": row * 25},
                "seats": (0..self.seats_per_row).map(|number| seat(row, number)).collect::<Vec<_>>(),
            })
        };
        let category = |row: usize| json!({"name": format!("Row {row}"), "color": "#1D3557"});
        json!({
            "name": self.name,
            "categories": (0..self.rows).map(category).collect::<Vec<_>>(),
            "size": {"width": self.seats_per_row * 25, "height": self.rows * 25},
            "zones": [{
                "zone_id": "Z", "name": "Stalls", "position": {"x": 0, "y": 0},
                "rows": (0..self.rows).map(row).collect::<Vec<_>>(),
            }],
        })
    }

    /// Creates it and waits until it is on sale.
    pub(crate) async fn create(&self, world: &World, organizer: &Person) -> Result<Hall> {
        let prices: serde_json::Map<_, _> =
            (0..self.rows).map(|row| (format!("Row {row}"), json!(Self::price(row)))).collect();
        let event = json!({
            "name": format!("Chaos, {}", self.name), "venue": "Nowhere", "starts_at": "2031-06-12T18:00:00Z",
            "refundable_until": "2031-06-11T18:00:00Z", "currency": "EUR", "plan": self.plan(), "prices": prices,
            "hold_ttl_s": self.hold_ttl_s, "payment_window_s": PAYMENT_WINDOW_S, "max_seats_per_user": self.limit,
            "on_sale": true,
        });
        let ask = Ask::post("events", event).with_key(Uuid::new_v4().to_string());
        let created = organizer.must(world, &ask, 202).await?;
        let id = created["id"].as_str().context("an event without an id")?.to_owned();
        await_sale(world, organizer, &id).await?;
        let layout = organizer.must(world, &Ask::get(format!("events/{id}/plan")), 200).await?;
        let seats = layout["seats"].as_array().context("a plan without seats")?;
        let text = |seat: &Value, key: &str| seat[key].as_str().map(str::to_owned).context("a seat without a name");
        let prices = seats.iter().map(|seat| prices[&text(seat, "category")?].as_i64().context("a price"));
        Ok(Hall {
            prices: prices.collect::<Result<_>>()?,
            seats: seats.iter().map(|seat| text(seat, "seat")).collect::<Result<_>>()?,
            id,
            limit: self.limit,
            hold_ttl_us: self.hold_ttl_s * 1_000_000,
            payment_window_us: PAYMENT_WINDOW_S * 1_000_000,
        })
    }
}

/// Every server must know, or the first people are told that there is no such event.
async fn await_sale(world: &World, organizer: &Person, id: &str) -> Result<()> {
    let until = Instant::now() + GENERATION_TIME;
    for server in 0..world.api.servers() {
        loop {
            let answer = organizer.ask(world, &Ask::get(format!("events/{id}")), server, 1).await;
            if answer.body()["status"] == "on_sale" {
                break;
            }
            if Instant::now() > until || answer.body()["status"] == "failed" {
                bail!("the event is not on sale: {}", answer.body());
            }
            sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}
