//! Tickets in MongoDB: one document per sold seat and sale generation.

use std::collections::HashMap;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{OrderId, Ordinal, TicketId, UserId};
use frontrow_domain::ticket::{CheckIn, Ticket, TicketState};
use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::error::Error;
use serde::{Deserialize, Serialize};

use super::catalogue::seat_id;
use super::documents::{corrupt, date, parsed, unix_ms};
use super::{LedgerError, MongoLedger};
use crate::ledger::{TicketQuery, Tickets};
use crate::mutant::{self, Mutant};

#[derive(Debug, Serialize, Deserialize)]
struct TicketDocument {
    #[serde(rename = "_id")]
    id: String,
    order_id: String,
    event_id: String,
    buyer_id: String,
    ordinal: u32,
    sale_generation: i64,
    seat: String,
    code: String,
    /// `valid`, `used` or `refunded`.
    state: String,
    used_at: Option<DateTime>,
    used_by: Option<String>,
}

/// What a ticket has to know of its seat.
#[derive(Deserialize)]
struct Generation {
    #[serde(rename = "_id")]
    id: String,
    sale_generation: i64,
}

#[async_trait]
impl Tickets for MongoLedger {
    async fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>, LedgerError> {
        let tickets = self.collection::<TicketDocument>("tickets");
        let wanted = tickets.find(filter(query)).sort(doc! {"_id": 1}).limit(query.limit.into());
        let found = self.ask(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        found.into_iter().map(TicketDocument::into_ticket).collect()
    }

    async fn check_in(&self, ticket: TicketId, by: UserId, now: UnixMs) -> Result<Option<CheckIn>, LedgerError> {
        let tickets = self.collection::<TicketDocument>("tickets");
        let mut valid = doc! {"_id": ticket.to_string(), "state": "valid"};
        if mutant::is(Mutant::CheckInReadsThenWrites) && self.ask(tickets.count_documents(valid.clone())).await? == 1 {
            valid.remove("state");
        }
        let used = doc! {"$set": {"state": "used", "used_at": date(now), "used_by": by.to_string()}};
        if self.ask(tickets.update_one(valid, used)).await?.matched_count == 1 {
            return Ok(Some(CheckIn::Admitted));
        }
        let found = self.ask(tickets.find_one(doc! {"_id": ticket.to_string()})).await?;
        let Some(found) = found.map(TicketDocument::into_ticket).transpose()? else { return Ok(None) };
        Ok(Some(match found.state {
            TicketState::Used { at, .. } => CheckIn::AlreadyUsed { at },
            TicketState::Valid | TicketState::Refunded => CheckIn::Refunded,
        }))
    }
}

impl MongoLedger {
    /// Writes tickets for seats that were sold in this transaction, under the sale generation of each seat.
    pub(super) async fn insert_tickets(&self, session: &mut ClientSession, tickets: &[Ticket]) -> Result<(), Error> {
        if tickets.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = tickets.iter().map(|ticket| seat_id(ticket.event_id, ticket.ordinal.0)).collect();
        let seats = self.collection::<Generation>("seats");
        let wanted = seats.find(doc! {"_id": {"$in": ids}}).projection(doc! {"sale_generation": 1});
        let mut cursor = wanted.session(&mut *session).await?;
        let found: Vec<_> = cursor.stream(&mut *session).try_collect().await?;
        let generations: HashMap<_, _> = found.into_iter().map(|seat| (seat.id, seat.sale_generation)).collect();
        let documents = tickets.iter().filter_map(|ticket| {
            let generation = generations.get(&seat_id(ticket.event_id, ticket.ordinal.0))?;
            Some(TicketDocument::new(ticket, *generation))
        });
        self.collection("tickets").insert_many(documents).session(session).await.map(drop)
    }

    /// Voids an order's tickets, or only those that nobody has come in with; says how many.
    pub(super) async fn void_tickets(
        &self,
        session: &mut ClientSession,
        order: OrderId,
        only_unused: bool,
    ) -> Result<u64, Error> {
        let mut theirs = doc! {"order_id": order.to_string()};
        if only_unused {
            theirs.insert("state", "valid");
        }
        let tickets = self.collection::<Document>("tickets");
        let voided = tickets.update_many(theirs, doc! {"$set": {"state": "refunded"}}).session(session).await?;
        Ok(voided.matched_count)
    }
}

fn filter(query: &TicketQuery) -> Document {
    let mut id = Document::new();
    id.extend(query.id.map(|id| ("$eq".to_owned(), id.to_string().into())));
    id.extend(query.after.map(|id| ("$gt".to_owned(), id.to_string().into())));
    let fields = [
        ("_id", (!id.is_empty()).then(|| id.into())),
        ("order_id", query.order.map(|id| id.to_string().into())),
        ("buyer_id", query.buyer.map(|id| id.to_string().into())),
        ("event_id", query.event.map(|id| id.to_string().into())),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))).collect()
}

impl TicketDocument {
    fn new(ticket: &Ticket, sale_generation: i64) -> Self {
        Self {
            id: ticket.id.to_string(),
            order_id: ticket.order_id.to_string(),
            event_id: ticket.event_id.to_string(),
            buyer_id: ticket.buyer_id.to_string(),
            ordinal: ticket.ordinal.0,
            sale_generation,
            seat: ticket.seat.clone(),
            code: ticket.code.clone(),
            state: "valid".into(),
            used_at: None,
            used_by: None,
        }
    }

    fn into_ticket(self) -> Result<Ticket, LedgerError> {
        let state = match (self.state.as_str(), self.used_at, &self.used_by) {
            ("valid", ..) => TicketState::Valid,
            ("used", Some(at), Some(by)) => {
                TicketState::Used { at: unix_ms(at), by: parsed("a ticket's scanner", by)? }
            }
            ("refunded", ..) => TicketState::Refunded,
            (other, ..) => return Err(corrupt("a ticket's state", other)),
        };
        Ok(Ticket {
            id: parsed("a ticket's id", &self.id)?,
            order_id: parsed("a ticket's order", &self.order_id)?,
            event_id: parsed("a ticket's event", &self.event_id)?,
            buyer_id: parsed("a ticket's buyer", &self.buyer_id)?,
            ordinal: Ordinal(self.ordinal),
            seat: self.seat,
            code: self.code,
            state,
        })
    }
}
