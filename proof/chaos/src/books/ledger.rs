//! `MongoDB`, read as it is stored. It must never write: a run's own hands in the ledger would prove nothing.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection, Database};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Hall, Order, OrderSeat, Seat, Ticket};

/// What servers call the database unless their settings say otherwise.
const DATABASE: &str = "frontrow";

/// The ledger of a run.
pub(crate) struct Ledger(Database);

#[derive(Deserialize)]
struct OrderDocument {
    #[serde(rename = "_id")]
    id: String,
    event_id: String,
    buyer_id: String,
    status: String,
    money: String,
    seats: Vec<OrderSeat>,
    total: i64,
    payment_id: String,
}

#[derive(Deserialize)]
struct SeatDocument {
    event_id: String,
    ordinal: usize,
    state: String,
    sale_generation: i64,
    order_id: Option<String>,
    owner_id: Option<String>,
}

#[derive(Deserialize)]
struct TicketDocument {
    #[serde(rename = "_id")]
    id: String,
    order_id: String,
    event_id: String,
    buyer_id: String,
    ordinal: usize,
    sale_generation: i64,
    seat: String,
    code: String,
    state: String,
}

impl Ledger {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        Ok(Self(Client::with_uri_str(url).await.context("the ledger's URL")?.database(DATABASE)))
    }

    async fn all<T: DeserializeOwned + Send + Sync + Unpin>(&self, name: &str) -> Result<Vec<T>> {
        let collection: Collection<T> = self.0.collection(name);
        let read = async { collection.find(doc! {}).await?.try_collect().await };
        read.await.with_context(|| format!("reading {name} of the ledger"))
    }

    pub(crate) async fn orders(&self, halls: &[Hall]) -> Result<Vec<Order>> {
        let events = numbers(halls);
        let read = |order: OrderDocument| {
            let event = *events.get(order.event_id.as_str())?;
            let OrderDocument { id, buyer_id: buyer, status, money, seats, total, payment_id: payment, .. } = order;
            Some(Order { id, event, buyer, status, money, seats, total, payment })
        };
        Ok(self.all("orders").await?.into_iter().filter_map(read).collect())
    }

    pub(crate) async fn seats(&self, halls: &[Hall]) -> Result<Vec<Seat>> {
        let events = numbers(halls);
        let read = |seat: SeatDocument| {
            let event = *events.get(seat.event_id.as_str())?;
            let SeatDocument { ordinal, state, sale_generation: generation, order_id: order, owner_id: owner, .. } =
                seat;
            Some(Seat { event, ordinal, state, generation, order, owner })
        };
        Ok(self.all("seats").await?.into_iter().filter_map(read).collect())
    }

    pub(crate) async fn tickets(&self, halls: &[Hall]) -> Result<Vec<Ticket>> {
        let events = numbers(halls);
        let read = |ticket: TicketDocument| {
            let event = *events.get(ticket.event_id.as_str())?;
            let TicketDocument { id, order_id: order, buyer_id: buyer, ordinal, seat, code, state, .. } = ticket;
            Some(Ticket { id, order, event, buyer, ordinal, generation: ticket.sale_generation, seat, code, state })
        };
        Ok(self.all("tickets").await?.into_iter().filter_map(read).collect())
    }

    /// Facts that the log has not heard.
    pub(crate) async fn outbox_waiting(&self) -> Result<u64> {
        let outbox: Collection<Document> = self.0.collection("outbox");
        outbox.count_documents(doc! {"published": false}).await.context("reading the outbox")
    }
}

fn numbers(halls: &[Hall]) -> BTreeMap<&str, usize> {
    halls.iter().enumerate().map(|(number, hall)| (hall.id.as_str(), number)).collect()
}
