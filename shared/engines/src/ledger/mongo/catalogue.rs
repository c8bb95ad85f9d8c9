//! The catalogue in MongoDB: `plans` in chunks, the generation of events, and their inventory. Events themselves:
//! `events.rs`.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_domain::journal::Entry;
use futures_util::TryStreamExt as _;
use mongodb::bson::{Binary, doc, spec::BinarySubtype};
use serde::{Deserialize, Serialize};

use super::documents::{EventDocument, OutboxDocument, SeatDocument, signed};
use super::journal::Tidings;
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{
    AnswerKey, Catalogue, EventQuery, InventoryCategory, InventorySeat, InventorySection, PlanBytes, StoredAnswer,
};

/// A document may have 16 MB; a chunk of one keeps single writes short.
const PLAN_CHUNK_BYTES: usize = 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct PlanChunk {
    #[serde(rename = "_id")]
    id: String,
    plan_hash: String,
    index: u32,
    chunks: u32,
    bytes: Binary,
}

/// A category or a section: the part of the inventory that people browse by.
#[derive(Debug, Serialize, Deserialize)]
struct HeadDocument {
    #[serde(rename = "_id")]
    id: String,
    event_id: String,
    index: u32,
    name_id: String,
    name: String,
    color: Option<String>,
    total: u32,
}

#[async_trait]
impl Catalogue for MongoLedger {
    async fn create_event(
        &self,
        event: &Event,
        plan: &PlanBytes,
        outbox_id: OutboxId,
        answer: Option<(&AnswerKey, &StoredAnswer)>,
    ) -> Result<(), LedgerError> {
        // The plan is stored under the hash of its content: before the transaction, and as often as anybody likes.
        self.store_plan(plan).await?;
        let fact = InventoryFact::EventCreated { plan_hash: plan.hash().to_owned() };
        let row = OutboxDocument::new(&message(outbox_id, event.id, event.created_at, fact))?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.insert_event(&mut transaction.session, event, &row, answer).await;
                if let Some(()) = transaction.finish(body).await? {
                    return Ok(());
                }
            }
        })
        .await
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>, LedgerError> {
        let events = self.collection::<EventDocument>("events");
        let found = self.ask(events.find_one(doc! {"_id": id.to_string()})).await?;
        found.map(EventDocument::into_event).transpose()
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, LedgerError> {
        let after = match query.after {
            Some(id) => self.event(id).await?,
            None => None,
        };
        self.list_events(query, after.as_ref()).await
    }

    async fn save_event(&self, event: &Event, entry: &Entry) -> Result<bool, LedgerError> {
        let tidings = Tidings::new(event.id, entry, InventoryFact::EventChanged { status: event.status })?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.replace_event(&mut transaction.session, event, &tidings).await;
                if let Some(saved) = transaction.finish(body).await? {
                    return Ok(saved);
                }
            }
        })
        .await
    }

    async fn plan(&self, hash: &str) -> Result<Option<PlanBytes>, LedgerError> {
        let chunks = self.collection::<PlanChunk>("plans");
        let wanted = chunks.find(doc! {"plan_hash": hash}).sort(doc! {"index": 1});
        let found = self.ask_at_length(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        let complete = found.first().is_some_and(|first| first.chunks as usize == found.len());
        if !complete {
            return Ok(None);
        }
        let packed = found.into_iter().flat_map(|chunk| chunk.bytes.bytes).collect();
        Ok(Some(PlanBytes::stored(hash.to_owned(), packed)))
    }

    async fn write_inventory_heads(
        &self,
        event: EventId,
        categories: &[InventoryCategory],
        sections: &[InventorySection],
    ) -> Result<(), LedgerError> {
        let categories = (0..).zip(categories).map(|(index, category)| HeadDocument {
            id: format!("{event}:{index}"),
            event_id: event.to_string(),
            index,
            name_id: category.id.clone(),
            name: category.name.clone(),
            color: Some(category.color.clone()),
            total: category.total,
        });
        self.insert_new("categories", categories.collect()).await?;
        let sections = (0..).zip(sections).map(|(index, section)| HeadDocument {
            id: format!("{event}:{index}"),
            event_id: event.to_string(),
            index,
            name_id: section.id.clone(),
            name: section.name.clone(),
            color: None,
            total: section.total,
        });
        self.insert_new("sections", sections.collect()).await
    }

    async fn write_inventory_seats(
        &self,
        event: EventId,
        first: u32,
        seats: &[InventorySeat],
    ) -> Result<(), LedgerError> {
        let documents: Vec<_> =
            (first..).zip(seats).map(|(ordinal, seat)| seat_document(event, ordinal, seat)).collect();
        let done = first + u32::try_from(documents.len()).unwrap_or(0);
        self.insert_new("seats", documents).await?;
        let events = self.collection::<EventDocument>("events");
        let progress = doc! {"$max": {"generated": done}};
        self.ask(events.update_one(doc! {"_id": event.to_string()}, progress)).await.map(drop)
    }

    async fn finish_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError> {
        let Some(found) = self.event(event).await? else { return Ok(false) };
        let status = if found.on_sale_when_generated { EventStatus::OnSale } else { EventStatus::Draft };
        let fact = InventoryFact::InventoryGenerated { seats_total: found.seats_total };
        let set = doc! {"status": status.as_str(), "generated": found.seats_total};
        self.move_generation(EventStatus::Generating, &message(outbox_id, event, now, fact), set).await
    }

    async fn fail_generation(
        &self,
        event: EventId,
        error: &str,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<bool, LedgerError> {
        let fact = InventoryFact::InventoryFailed { error: error.to_owned() };
        let set = doc! {"status": EventStatus::Failed.as_str(), "generation_error": error};
        self.move_generation(EventStatus::Generating, &message(outbox_id, event, now, fact), set).await
    }

    async fn retry_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError> {
        let Some(found) = self.event(event).await? else { return Ok(false) };
        let fact = InventoryFact::EventCreated { plan_hash: found.plan_hash };
        let set = doc! {"status": EventStatus::Generating.as_str(), "generation_error": null};
        self.move_generation(EventStatus::Failed, &message(outbox_id, event, now, fact), set).await
    }

    async fn categories(&self, event: EventId) -> Result<Vec<InventoryCategory>, LedgerError> {
        let heads = self.heads("categories", event).await?;
        let category = |head: HeadDocument| InventoryCategory {
            id: head.name_id,
            name: head.name,
            color: head.color.unwrap_or_default(),
            total: head.total,
        };
        Ok(heads.into_iter().map(category).collect())
    }

    async fn sections(&self, event: EventId) -> Result<Vec<InventorySection>, LedgerError> {
        let heads = self.heads("sections", event).await?;
        let section = |head: HeadDocument| InventorySection { id: head.name_id, name: head.name, total: head.total };
        Ok(heads.into_iter().map(section).collect())
    }

    async fn count_seats(&self, event: EventId) -> Result<u64, LedgerError> {
        let seats = self.collection::<SeatDocument>("seats");
        self.ask_at_length(seats.count_documents(doc! {"event_id": event.to_string()})).await
    }

    async fn advance_fence_epoch(&self, event: EventId, expected: u64) -> Result<Option<u64>, LedgerError> {
        let events = self.collection::<EventDocument>("events");
        let unchanged = doc! {"_id": event.to_string(), "fence_epoch": signed(expected)};
        let raised = self.ask(events.update_one(unchanged, doc! {"$inc": {"fence_epoch": 1_i64}})).await?;
        Ok((raised.modified_count == 1).then_some(expected + 1))
    }
}

impl MongoLedger {
    async fn store_plan(&self, plan: &PlanBytes) -> Result<(), LedgerError> {
        let chunks = u32::try_from(plan.packed().len().div_ceil(PLAN_CHUNK_BYTES)).unwrap_or(u32::MAX);
        let chunk = |(index, bytes): (u32, &[u8])| PlanChunk {
            id: format!("{}:{index}", plan.hash()),
            plan_hash: plan.hash().to_owned(),
            index,
            chunks,
            bytes: Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() },
        };
        let documents = (0..).zip(plan.packed().chunks(PLAN_CHUNK_BYTES)).map(chunk).collect();
        self.insert_new("plans", documents).await
    }

    /// Inserts documents with deterministic ids; those that are there already stay as they are.
    async fn insert_new<T: Serialize + Send + Sync>(
        &self,
        collection: &str,
        documents: Vec<T>,
    ) -> Result<(), LedgerError> {
        if documents.is_empty() {
            return Ok(());
        }
        let collection = self.collection::<T>(collection);
        self.ask_at_length(async {
            match collection.insert_many(documents).ordered(false).await {
                Err(error) if !is_duplicate(&error) => Err(error),
                Ok(_) | Err(_) => Ok(()),
            }
        })
        .await
    }

    async fn heads(&self, collection: &str, event: EventId) -> Result<Vec<HeadDocument>, LedgerError> {
        // The id is "event:index": a range over it needs no further index.
        let range = doc! {"_id": {"$gte": format!("{event}:"), "$lt": format!("{event};")}};
        let wanted = self.collection::<HeadDocument>(collection);
        let mut heads = self.ask(async { wanted.find(range).await?.try_collect::<Vec<_>>().await }).await?;
        heads.sort_by_key(|head: &HeadDocument| head.index);
        Ok(heads)
    }
}

pub(super) const fn message(id: OutboxId, event_id: EventId, at: UnixMs, fact: InventoryFact) -> InventoryMessage {
    InventoryMessage { id, event_id, at, fact }
}

pub(super) fn seat_id(event: EventId, ordinal: u32) -> String {
    format!("{event}:{ordinal}")
}

fn seat_document(event: EventId, ordinal: u32, seat: &InventorySeat) -> SeatDocument {
    SeatDocument {
        id: seat_id(event, ordinal),
        event_id: event.to_string(),
        ordinal,
        seat: seat.seat.clone(),
        section: seat.section.clone(),
        row: seat.row.clone(),
        number: seat.number.clone(),
        category: seat.category.clone(),
        state: "available".into(),
        version: 0,
        sale_generation: 0,
        order_id: None,
        owner_id: None,
        fence_epoch: 0,
        fence_counter: 0,
        deadline: None,
    }
}
