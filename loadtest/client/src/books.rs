//! Everything that can be read about an event afterwards: orders, payments, tickets, live maps. Only reads.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use tokio::time::sleep;

use crate::api::Session;
use crate::hall::{Hall, Map};
use crate::provider::{Intent, Provider};

/// Accounts whose tickets are read at one time.
const READERS: usize = 16;
/// A server that was killed is back within a few seconds.
const RETURN_TIME: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// An order as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) seats: Vec<OrderSeat>,
    pub(crate) total: Money,
    pub(crate) payment: Payment,
    /// In the organizer's list.
    pub(crate) buyer_id: Option<String>,
    /// In the buyer's view of one that is confirmed.
    pub(crate) tickets: Option<Vec<Ticket>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct OrderSeat {
    pub(crate) seat: String,
    pub(crate) price: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Money {
    pub(crate) amount: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    pub(crate) order_id: String,
    pub(crate) event_id: String,
    pub(crate) seat: String,
    pub(crate) code: String,
    pub(crate) status: String,
}

impl Order {
    pub(crate) fn owns_its_seats(&self) -> bool {
        self.status == "confirmed"
    }

    pub(crate) fn seat_names(&self) -> Vec<String> {
        self.seats.iter().map(|seat| seat.seat.clone()).collect()
    }

    /// Something is going to happen to it by itself.
    fn is_due(&self) -> bool {
        self.status == "awaiting_payment" || matches!(self.payment.status.as_str(), "open" | "refund_due")
    }
}

/// The books of one event.
pub(crate) struct Books {
    pub(crate) orders: Vec<Order>,
    pub(crate) intents: Vec<Intent>,
    /// With the id of the account that listed it.
    pub(crate) tickets: Vec<(String, Ticket)>,
    /// With the server that has it.
    pub(crate) maps: Vec<(String, Map)>,
}

/// The orders of an event, as its organizer sees them.
pub(crate) async fn orders(organizer: &Session, hall: &Hall) -> Result<Vec<Order>> {
    organizer.list(&format!("admin/events/{}/orders", hall.event)).await
}

/// What is not settled yet, in words; `None` if nothing is.
pub(crate) fn due(orders: &[Order], intents: &[Intent]) -> Option<String> {
    let waiting = orders.iter().filter(|order| order.is_due()).count();
    let charging = intents.iter().filter(|intent| intent.status == "processing").count();
    let is_due = waiting > 0 || charging > 0;
    is_due.then(|| format!("{waiting} orders and {charging} payments are not settled"))
}

impl Books {
    pub(crate) async fn read(
        organizer: &Session,
        hall: &Hall,
        provider: &Provider,
        people: impl Iterator<Item = &Session>,
    ) -> Result<Self> {
        let orders = orders(organizer, hall).await?;
        let intents = provider.intents().await?;
        let lists = stream::iter(people).map(|person| tickets(person, hall));
        let tickets: Vec<Vec<_>> = lists.buffer_unordered(READERS).try_collect().await?;
        let maps = maps(organizer, hall).await?;
        Ok(Self { orders, intents, tickets: tickets.into_iter().flatten().collect(), maps })
    }
}

async fn tickets(person: &Session, hall: &Hall) -> Result<Vec<(String, Ticket)>> {
    let tickets: Vec<Ticket> = person.list("tickets").await?;
    let of_event = tickets.into_iter().filter(|ticket| ticket.event_id == hall.event);
    Ok(of_event.map(|ticket| (person.id.clone(), ticket)).collect())
}

/// The live map of every server. One that was killed a moment ago is given time to come back.
pub(crate) async fn maps(organizer: &Session, hall: &Hall) -> Result<Vec<(String, Map)>> {
    let mut maps = Vec::new();
    for (number, server) in organizer.api.servers().iter().enumerate() {
        let until = Instant::now() + RETURN_TIME;
        let map = loop {
            match hall.look(&organizer.api, number).await {
                Err(_) if Instant::now() < until => sleep(LOOK_AGAIN).await,
                looked => break looked.with_context(|| format!("the live map of {server}"))?,
            }
        };
        maps.push((server.clone(), map));
    }
    Ok(maps)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(status: &str, payment: &str) -> Order {
        let order = json!({
            "id": "o", "event_id": "e", "status": status, "seats": [], "total": {"amount": 0, "currency": "EUR"},
            "payment": {"id": "p", "provider": "mock", "status": payment},
        });
        serde_json::from_value(order).unwrap()
    }

    #[test]
    fn what_will_change_by_itself_is_due() {
        let intent =
            |status: &str| Intent { id: "p".into(), status: status.into(), amount_received: 0, amount_refunded: 0 };
        assert!(due(&[order("awaiting_payment", "open")], &[]).is_some());
        assert!(due(&[order("refunded", "refund_due")], &[]).is_some());
        assert!(due(&[order("expired", "open")], &[]).is_some());
        assert!(due(&[], &[intent("processing")]).is_some());
        assert_eq!(due(&[order("confirmed", "captured"), order("failed", "cancelled")], &[intent("succeeded")]), None);
    }
}
