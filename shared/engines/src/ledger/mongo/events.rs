//! The `events` collection: one document per event, listed by start or by name.

use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::inventory::InventoryMessage;
use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;

use super::documents::{EventDocument, OutboxDocument, date, signed};
use super::journal::Tidings;
use super::transaction::Step;
use super::{LedgerError, MongoLedger};
use crate::ledger::{AnswerToStore, EventOrder, EventQuery};

impl MongoLedger {
    /// The events of a query, after its cursor. A cursor that is gone is none.
    pub(super) async fn list_events(
        &self,
        query: &EventQuery,
        after: Option<&Event>,
    ) -> Result<Vec<Event>, LedgerError> {
        let events = self.collection::<EventDocument>("events");
        let (field, direction) = order(query.order);
        let wanted =
            events.find(filter(query, after)).sort(doc! {field: direction, "_id": direction}).limit(query.limit.into());
        let found = self.ask(async { wanted.await?.try_collect::<Vec<_>>().await }).await?;
        found.into_iter().map(EventDocument::into_event).collect()
    }

    pub(super) async fn insert_event(
        &self,
        session: &mut ClientSession,
        event: &Event,
        row: &OutboxDocument,
        answer: AnswerToStore<'_>,
    ) -> Result<Step<()>, Error> {
        self.collection("events").insert_one(EventDocument::from(event)).session(&mut *session).await?;
        self.collection::<OutboxDocument>("outbox").insert_one(row).session(&mut *session).await?;
        self.store_answer(session, answer).await?;
        Ok(Step::Commit(()))
    }

    pub(super) async fn replace_event(
        &self,
        session: &mut ClientSession,
        event: &Event,
        tidings: &Tidings,
    ) -> Result<Step<bool>, Error> {
        let unchanged = doc! {"_id": event.id.to_string(), "version": signed(event.version) - 1};
        let mut document = mongodb::bson::serialize_to_document(&EventDocument::from(event))?;
        // Two fields belong to others: the rebuild of the hold store and the ticket generator.
        for foreign in ["_id", "fence_epoch", "generated"] {
            document.remove(foreign);
        }
        let events = self.collection::<EventDocument>("events");
        let saved = events.update_one(unchanged, doc! {"$set": document}).session(&mut *session).await?;
        if saved.matched_count == 0 {
            return Ok(Step::Abort(false));
        }
        self.tell(session, tidings).await?;
        Ok(Step::Commit(true))
    }

    /// Moves an event on from a status, with the outbox row that tells of it.
    pub(super) async fn move_generation(
        &self,
        from: EventStatus,
        message: &InventoryMessage,
        set: Document,
    ) -> Result<bool, LedgerError> {
        let row = OutboxDocument::new(message)?;
        let unmoved = doc! {"_id": message.event_id.to_string(), "status": from.as_str()};
        let change = doc! {"$set": set, "$inc": {"version": 1_i64}};
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.update_with_row(&mut transaction.session, &unmoved, &change, &row).await;
                if let Some(ended) = transaction.finish(body).await? {
                    return Ok(ended);
                }
            }
        })
        .await
    }

    async fn update_with_row(
        &self,
        session: &mut ClientSession,
        filter: &Document,
        change: &Document,
        row: &OutboxDocument,
    ) -> Result<Step<bool>, Error> {
        let events = self.collection::<EventDocument>("events");
        let updated = events.update_one(filter.clone(), change.clone()).session(&mut *session).await?;
        if updated.matched_count == 0 {
            return Ok(Step::Abort(false));
        }
        self.collection::<OutboxDocument>("outbox").insert_one(row).session(session).await?;
        Ok(Step::Commit(true))
    }
}

const fn order(order: EventOrder) -> (&'static str, i32) {
    match order {
        EventOrder::StartsAt => ("starts_at", 1),
        EventOrder::StartsAtDescending => ("starts_at", -1),
        EventOrder::Name => ("name", 1),
    }
}

fn filter(query: &EventQuery, after: Option<&Event>) -> Document {
    let mut all = Vec::new();
    if !query.with_private {
        let public = EventStatus::ALL.into_iter().filter(|status| status.is_public()).map(EventStatus::as_str);
        all.push(doc! {"status": {"$in": public.collect::<Vec<_>>()}});
    }
    all.extend(query.status.map(|status| doc! {"status": status.as_str()}));
    all.extend(query.genre.as_ref().map(|genre| doc! {"genre": genre}));
    all.extend(query.organizer_id.map(|id| doc! {"organizer_id": id.to_string()}));
    all.extend(query.from.map(|from| doc! {"starts_at": {"$gte": date(from)}}));
    all.extend(query.to.map(|to| doc! {"starts_at": {"$lt": date(to)}}));
    if let Some(text) = &query.text {
        let contains = doc! {"$regex": literal(text), "$options": "i"};
        let fields = ["name", "venue", "description"].map(|field| doc! {field: contains.clone()});
        all.push(doc! {"$or": fields.to_vec()});
    }
    if let Some(last) = after {
        let (field, direction) = order(query.order);
        let further = if direction > 0 { "$gt" } else { "$lt" };
        let value = match query.order {
            EventOrder::Name => doc! {field: &last.name},
            EventOrder::StartsAt | EventOrder::StartsAtDescending => doc! {field: date(last.starts_at)},
        };
        let value = value.get(field).cloned();
        let same = doc! {field: value.clone(), "_id": {further: last.id.to_string()}};
        all.push(doc! {"$or": [{field: {further: value}}, same]});
    }
    if all.is_empty() {
        Document::new()
    } else {
        doc! {"$and": all}
    }
}

/// The text as a regular expression that matches only itself.
pub(super) fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
