//! The outbox in MongoDB: a change stream for speed, leases for truth, and where readers of the log stand.

use std::time::Duration;

use async_trait::async_trait;
use frontrow_domain::ids::OutboxId;
use frontrow_domain::inventory::InventoryMessage;
use futures_util::TryStreamExt as _;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, ResumeToken};
use mongodb::options::FullDocumentType;
use serde::{Deserialize, Serialize};
use tracing::warn;
use uuid::Uuid;

use super::documents::{OutboxDocument, strings, unsigned};
use super::{LedgerError, MongoLedger, unavailable};
use crate::ledger::{LogPosition, Outbox, OutboxFeed, OutboxLag};

/// How long the feed collects what comes right after the first row, so that a burst goes out as one batch.
const GATHER: Duration = Duration::from_millis(2);
/// The most rows of one batch.
const BATCH: usize = 500;

#[derive(Debug, Serialize, Deserialize)]
struct FeedDocument {
    #[serde(rename = "_id")]
    follower: String,
    token: ResumeToken,
}

#[derive(Debug, Serialize, Deserialize)]
struct PositionDocument {
    #[serde(rename = "_id")]
    reader: String,
    offsets: Vec<PartitionOffset>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PartitionOffset {
    partition: i32,
    offset: i64,
}

#[async_trait]
impl Outbox for MongoLedger {
    async fn lease(&self, limit: u32, min_age_ms: u64, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError> {
        let min_age_ms = i64::try_from(min_age_ms).unwrap_or(i64::MAX);
        let old = doc! {"$expr": {"$lte": ["$created_at", {"$subtract": ["$$NOW", min_age_ms]}]}};
        let unpublished = doc! {"$and": [{"published": false}, old]};
        let rows = self.collection::<OutboxDocument>("outbox");
        let oldest = rows.find(unpublished).sort(doc! {"created_at": 1}).limit(limit.into());
        let found = self.ask(async { oldest.await?.try_collect::<Vec<_>>().await }).await?;
        self.take_leases(found.into_iter().map(|row| row.id).collect(), lease_ms).await
    }

    async fn mark_published(&self, ids: &[OutboxId]) -> Result<(), LedgerError> {
        let rows = self.collection::<OutboxDocument>("outbox");
        let carried = doc! {"_id": {"$in": strings(ids)}};
        self.ask(rows.update_many(carried, doc! {"$set": {"published": true}})).await.map(drop)
    }

    async fn follow(&self, follower: &str) -> Result<Box<dyn OutboxFeed>, LedgerError> {
        let feeds = self.collection::<FeedDocument>("outbox_feeds");
        let saved = self.ask(feeds.find_one(doc! {"_id": follower})).await?;
        let stream = match self.ask(self.watch(saved.map(|saved| saved.token))).await {
            Ok(stream) => stream,
            Err(error) => {
                // The oplog has moved past the token. What was missed is found by leasing.
                warn!(%error, "the outbox feed starts anew");
                self.ask(self.watch(None)).await?
            }
        };
        Ok(Box::new(MongoFeed { ledger: self.clone(), follower: follower.to_owned(), stream, token: None }))
    }

    async fn lag(&self) -> Result<OutboxLag, LedgerError> {
        let rows = self.collection::<Document>("outbox");
        let unpublished = doc! {"published": false};
        let pipeline = [
            doc! {"$match": unpublished},
            doc! {"$group": {"_id": null, "rows": {"$sum": 1_i64}, "oldest": {"$min": "$created_at"}}},
            doc! {"$project": {"rows": 1, "oldest_ms": {"$subtract": ["$$NOW", "$oldest"]}}},
        ];
        let found = self.ask(async { rows.aggregate(pipeline).await?.try_next().await }).await?;
        let Some(lag) = found else { return Ok(OutboxLag::default()) };
        let number = |field| unsigned(lag.get_i64(field).unwrap_or(0));
        Ok(OutboxLag { rows: number("rows"), oldest_ms: number("oldest_ms") })
    }

    async fn prune(&self, min_age_ms: u64) -> Result<u64, LedgerError> {
        let min_age_ms = i64::try_from(min_age_ms).unwrap_or(i64::MAX);
        let old = doc! {"$expr": {"$lte": ["$created_at", {"$subtract": ["$$NOW", min_age_ms]}]}};
        let rows = self.collection::<OutboxDocument>("outbox");
        let carried = doc! {"$and": [{"published": true}, old]};
        self.ask_at_length(rows.delete_many(carried)).await.map(|removed| removed.deleted_count)
    }

    async fn log_position(&self, reader: &str) -> Result<LogPosition, LedgerError> {
        let positions = self.collection::<PositionDocument>("log_positions");
        let found = self.ask(positions.find_one(doc! {"_id": reader})).await?;
        let offsets = found.map(|found| found.offsets).unwrap_or_default();
        Ok(offsets.into_iter().map(|at| (at.partition, at.offset)).collect())
    }

    async fn save_log_position(&self, reader: &str, position: &LogPosition) -> Result<(), LedgerError> {
        let offsets = position.iter().map(|(&partition, &offset)| PartitionOffset { partition, offset }).collect();
        let document = PositionDocument { reader: reader.to_owned(), offsets };
        let positions = self.collection::<PositionDocument>("log_positions");
        self.ask(positions.replace_one(doc! {"_id": reader}, document).upsert(true)).await.map(drop)
    }
}

impl MongoLedger {
    async fn watch(
        &self,
        token: Option<ResumeToken>,
    ) -> Result<ChangeStream<ChangeStreamEvent<OutboxDocument>>, mongodb::error::Error> {
        let inserts = [doc! {"$match": {"operationType": "insert"}}];
        let rows = self.collection::<OutboxDocument>("outbox");
        rows.watch().pipeline(inserts).full_document(FullDocumentType::UpdateLookup).resume_after(token).await
    }

    /// Leases those of the rows that nobody else has, by the database's clock, and reads them back.
    async fn take_leases(&self, ids: Vec<String>, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let lease = Uuid::new_v4().to_string();
        let lease_ms = i64::try_from(lease_ms).unwrap_or(i64::MAX);
        let rows = self.collection::<OutboxDocument>("outbox");
        let free = doc! {
            "_id": {"$in": ids}, "published": false, "$expr": {"$lt": ["$lease_until", "$$NOW"]},
        };
        let take = vec![doc! {"$set": {"lease": &lease, "lease_until": {"$add": ["$$NOW", lease_ms]}}}];
        self.ask(rows.update_many(free, take)).await?;
        let mine = rows.find(doc! {"lease": &lease}).sort(doc! {"created_at": 1, "_id": 1});
        let leased = self.ask(async { mine.await?.try_collect::<Vec<_>>().await }).await?;
        leased.into_iter().map(OutboxDocument::into_message).collect()
    }
}

struct MongoFeed {
    ledger: MongoLedger,
    follower: String,
    stream: ChangeStream<ChangeStreamEvent<OutboxDocument>>,
    /// Of the newest row given out. The stream's own token may already be further.
    token: Option<ResumeToken>,
}

#[async_trait]
impl OutboxFeed for MongoFeed {
    async fn next(&mut self, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError> {
        let mut ids = Vec::new();
        while ids.len() < BATCH {
            let next = self.stream.try_next();
            let event = if ids.is_empty() {
                next.await
            } else {
                match tokio::time::timeout(GATHER, next).await {
                    Ok(event) => event,
                    Err(_elapsed) => break,
                }
            };
            match event.map_err(unavailable)? {
                Some(event) => {
                    self.token = Some(event.id);
                    ids.extend(event.full_document.map(|row| row.id));
                }
                None => return Err(LedgerError::Unavailable("the change stream ended".into())),
            }
        }
        self.ledger.take_leases(ids, lease_ms).await
    }

    async fn save_position(&mut self) -> Result<(), LedgerError> {
        let Some(token) = self.token.clone() else { return Ok(()) };
        let feeds = self.ledger.collection::<FeedDocument>("outbox_feeds");
        let document = FeedDocument { follower: self.follower.clone(), token };
        self.ledger.ask(feeds.replace_one(doc! {"_id": &self.follower}, document).upsert(true)).await.map(drop)
    }
}

/// Unused leases are in the past from the start, so that `$lt: $$NOW` needs no special case.
const _: () = assert!(DateTime::MIN.timestamp_millis() < 0);
