//! The journal in MongoDB: one document per line. Ids sort by time.

use async_trait::async_trait;
use frontrow_domain::ids::{EventId, Ordinal, OutboxId};
use frontrow_domain::inventory::InventoryFact;
use frontrow_domain::journal::{Action, Entry};
use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{DateTime, doc};
use mongodb::error::Error;
use serde::{Deserialize, Serialize};

use super::catalogue::message;
use super::documents::{OutboxDocument, corrupt, date, parsed, unix_ms};
use super::{LedgerError, MongoLedger};
use crate::ledger::Journal;
#[cfg(feature = "mutants")]
use crate::mutant::{self, Mutant};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntryDocument {
    #[serde(rename = "_id")]
    id: String,
    event_id: String,
    at: DateTime,
    by_user: Option<String>,
    action: String,
    seats: Vec<u32>,
    order_id: Option<String>,
    reason: Option<String>,
}

/// What a change tells: its outbox row and its line of the journal.
pub(super) struct Tidings {
    row: OutboxDocument,
    line: EntryDocument,
}

#[async_trait]
impl Journal for MongoLedger {
    async fn note(&self, event: EventId, entry: &Entry) -> Result<(), LedgerError> {
        let lines = self.collection("journal");
        self.ask(lines.insert_one(EntryDocument::new(event, entry))).await.map(drop)
    }

    async fn journal(&self, event: EventId, before: Option<OutboxId>, limit: u32) -> Result<Vec<Entry>, LedgerError> {
        let mut filter = doc! {"event_id": event.to_string()};
        filter.extend(before.map(|id| ("_id".to_owned(), doc! {"$lt": id.to_string()}.into())));
        let lines = self.collection::<EntryDocument>("journal");
        let wanted = lines.find(filter).sort(doc! {"_id": -1}).limit(limit.into());
        let found = self.ask(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        found.into_iter().map(EntryDocument::into_entry).collect()
    }
}

impl MongoLedger {
    /// Writes both in the transaction of what they tell.
    pub(super) async fn tell(&self, session: &mut ClientSession, tidings: &Tidings) -> Result<(), Error> {
        #[cfg(feature = "mutants")]
        if mutant::is(Mutant::OutboxAfterCommit) {
            self.tell_afterwards(&tidings.row)?;
            return self.write_line(session, &tidings.line).await;
        }
        self.collection::<OutboxDocument>("outbox").insert_one(&tidings.row).session(&mut *session).await?;
        self.write_line(session, &tidings.line).await
    }

    /// [`Mutant::OutboxAfterCommit`]
    #[cfg(feature = "mutants")]
    fn tell_afterwards(&self, row: &OutboxDocument) -> Result<(), Error> {
        let row = mongodb::bson::serialize_to_document(row)?;
        let rows = self.collection::<mongodb::bson::Document>("outbox");
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            rows.insert_one(row).await.ok();
        });
        Ok(())
    }

    pub(super) async fn write_line(&self, session: &mut ClientSession, line: &EntryDocument) -> Result<(), Error> {
        self.collection::<EntryDocument>("journal").insert_one(line).session(session).await.map(drop)
    }
}

impl Tidings {
    pub(super) fn new(event: EventId, entry: &Entry, fact: InventoryFact) -> Result<Self, LedgerError> {
        let row = OutboxDocument::new(&message(entry.id, event, entry.at, fact))?;
        Ok(Self { row, line: EntryDocument::new(event, entry) })
    }
}

impl EntryDocument {
    pub(super) fn new(event: EventId, entry: &Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            event_id: event.to_string(),
            at: date(entry.at),
            by_user: entry.by.map(|by| by.to_string()),
            action: entry.action.as_str().into(),
            seats: entry.seats.iter().map(|seat| seat.0).collect(),
            order_id: entry.order_id.map(|order| order.to_string()),
            reason: entry.reason.clone(),
        }
    }

    fn into_entry(self) -> Result<Entry, LedgerError> {
        Ok(Entry {
            id: parsed("a journal entry's id", &self.id)?,
            at: unix_ms(self.at),
            by: self.by_user.map(|by| parsed("an actor", &by)).transpose()?,
            action: Action::parse(&self.action).ok_or_else(|| corrupt("an action", &self.action))?,
            seats: self.seats.into_iter().map(Ordinal).collect(),
            order_id: self.order_id.map(|id| parsed("a journal entry's order", &id)).transpose()?,
            reason: self.reason,
        })
    }
}
