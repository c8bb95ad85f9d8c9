//! What the organizer does: an event with a few seats for sale, its opening, and refunds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::api::{Ask, Session, text};
use crate::books::Order;
use crate::hall::Hall;
use crate::measure::Verb;
use crate::told::Told;

/// Seats that one request may name.
const BATCH: usize = 100;
const GENERATION_TIME: Duration = Duration::from_mins(1);
/// Until every server knows that a sale is open.
const SPREADING_TIME: Duration = Duration::from_secs(10);
/// Minor units: the first category's price, and what each further one costs more.
const FIRST_PRICE: i64 = 2_500;
const PRICE_STEP: i64 = 750;

/// The rules of the sale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) hold_ttl_s: u32,
    pub(crate) payment_window_s: u32,
    pub(crate) limit: usize,
}

/// Creates an event from a plan in a file and waits until it has its seats; it is not on sale yet.
pub(crate) async fn create(admin: &Session, plan: &Path, run: &str, rules: Rules) -> Result<Hall> {
    let plan = fs::read(plan).with_context(|| plan.display().to_string())?;
    let plan: Value = serde_json::from_slice(&plan).context("the plan is not JSON")?;
    create_from(admin, &plan, run, rules).await
}

/// The same from a plan that is at hand.
pub(crate) async fn create_from(admin: &Session, plan: &Value, run: &str, rules: Rules) -> Result<Hall> {
    let prices = prices(plan)?;
    let event = json!({
        "name": format!("Load {run}"), "venue": "Nowhere", "starts_at": "2030-06-12T18:00:00Z", "currency": "EUR",
        "plan": plan, "prices": prices, "hold_ttl_s": rules.hold_ttl_s, "payment_window_s": rules.payment_window_s,
        "max_seats_per_user": rules.limit, "on_sale": false,
    });
    let ask = Ask::post(Verb::Admin, "events", event).with_key(format!("event-{run}"));
    let created = admin.insist(&ask).await?.expect(202, "creating the event")?;
    let id = text(&created["id"], "the event's id")?;
    await_seats(admin, &id).await?;
    let layout = admin.insist(&Ask::get(Verb::Admin, format!("events/{id}/plan"))).await?.expect(200, "the plan")?;
    Hall::new(&id, rules.limit, layout, &prices)
}

/// A price for every category, all of them different.
pub(crate) fn prices(plan: &Value) -> Result<BTreeMap<String, i64>> {
    let categories = plan["categories"].as_array().context("the plan has no categories")?;
    let named = categories.iter().map(|category| text(&category["name"], "the name of a category"));
    named.zip(0..).map(|(name, number)| Ok((name?, FIRST_PRICE + number * PRICE_STEP))).collect()
}

async fn await_seats(admin: &Session, event: &str) -> Result<()> {
    let until = Instant::now() + GENERATION_TIME;
    loop {
        let ask = Ask::get(Verb::Admin, format!("events/{event}"));
        let found = admin.insist(&ask).await?.expect(200, "the event")?;
        match found["status"].as_str() {
            Some("draft") => return Ok(()),
            Some("generating") if Instant::now() < until => sleep(Duration::from_millis(100)).await,
            _ => bail!("the event got no seats: {found}"),
        }
    }
}

/// Blocks seats, in batches.
pub(crate) async fn block(admin: &Session, hall: &Hall, seats: &[String]) -> Result<()> {
    for batch in seats.chunks(BATCH) {
        let body = json!({"seats": batch, "reason": "not for sale in this run"});
        let ask = Ask::post(Verb::Admin, format!("admin/events/{}/block", hall.event), body);
        admin.insist(&ask).await?.expect(200, "blocking seats")?;
    }
    Ok(())
}

/// From now on seats can be bought, at every server.
pub(crate) async fn open(admin: &Session, hall: &Hall) -> Result<()> {
    let ask = Ask::patch(format!("events/{}", hall.event), json!({"status": "on_sale"}));
    let event = admin.insist(&ask).await?.expect(200, "opening the sale")?;
    ensure!(event["status"] == "on_sale", "the sale is not open: {event}");
    let until = Instant::now() + SPREADING_TIME;
    let ask = Ask::get(Verb::Admin, format!("events/{}", hall.event));
    for (number, server) in admin.api.servers().iter().enumerate() {
        // A draft is nobody's business: before a server has heard of it, there is no such event.
        while admin.api.once(number, &ask, None).await?.status != 200 {
            ensure!(Instant::now() < until, "{server} has not heard that the sale is open");
            sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// Gives an order back.
pub(crate) async fn refund(admin: &Session, told: &Told, order: &Order) -> Result<()> {
    told.refund_asked(&order.id);
    let ask = Ask::post(Verb::Refund, format!("orders/{}/refund", order.id), json!({"reason": "a load test"}));
    let reply = admin.insist(&ask.with_key(format!("refund-{}", order.id))).await?;
    let refunded: Order = serde_json::from_value(reply.expect(200, "refunding")?)?;
    told.hear(&refunded);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_another_price() {
        let plan = json!({"categories": [{"name": "I"}, {"name": "II"}]});
        assert_eq!(prices(&plan).unwrap(), BTreeMap::from([("I".into(), 2_500), ("II".into(), 3_250)]));
        assert!(prices(&json!({})).is_err());
    }
}
