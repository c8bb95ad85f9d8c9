//! The catalogue in `SQLite`: plans, the generation of events, and their inventory. Events themselves: `events.rs`.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::inventory::InventoryFact;
use frontrow_domain::journal::Entry;
use rusqlite::params;

use super::answers::finish_within;
use super::rows::{all, message, one, signed, unsigned, value};
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger, events, journal};
use crate::ledger::{
    AnswerKey, Catalogue, EventQuery, InventoryCategory, InventorySeat, InventorySection, PlanBytes, StoredAnswer,
};

#[async_trait]
impl Catalogue for SqliteLedger {
    async fn create_event(
        &self,
        event: &Event,
        plan: &PlanBytes,
        outbox_id: OutboxId,
        answer: Option<(&AnswerKey, &StoredAnswer)>,
    ) -> Result<(), LedgerError> {
        let (event, plan) = (event.clone(), plan.clone());
        let answer = answer.map(|(key, answer)| (key.clone(), answer.clone()));
        self.change(move |work| {
            let store = "INSERT INTO plans (hash, packed) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            work.run(store, params![plan.hash(), plan.packed()])?;
            events::insert(work, &event)?;
            let fact = InventoryFact::EventCreated { plan_hash: plan.hash().to_owned() };
            work.append(&message(outbox_id, event.id, event.created_at, fact))?;
            answer.map_or(Ok(()), |(key, answer)| finish_within(work, &key, &answer))
        })
        .await
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>, LedgerError> {
        self.read(move |connection| events::find(connection, id)).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, LedgerError> {
        let query = query.clone();
        self.read(move |connection| events::list(connection, &query)).await
    }

    async fn save_event(&self, event: &Event, entry: &Entry) -> Result<bool, LedgerError> {
        let (event, entry) = (event.clone(), entry.clone());
        self.write(move |work| {
            let fact = InventoryFact::EventChanged { status: event.status };
            if !events::replace(work, &event)? {
                return Ok(Step::Abort(false));
            }
            work.append(&message(entry.id, event.id, entry.at, fact))?;
            journal::insert(work, event.id, &entry)?;
            Ok(Step::Commit(true))
        })
        .await
    }

    async fn plan(&self, hash: &str) -> Result<Option<PlanBytes>, LedgerError> {
        let hash = hash.to_owned();
        self.read(move |connection| {
            let packed = value(connection, "SELECT packed FROM plans WHERE hash = ?1", [&hash])?;
            Ok(packed.map(|packed| PlanBytes::stored(hash, packed)))
        })
        .await
    }

    async fn write_inventory_heads(
        &self,
        event: EventId,
        categories: &[InventoryCategory],
        sections: &[InventorySection],
    ) -> Result<(), LedgerError> {
        let (categories, sections) = (categories.to_vec(), sections.to_vec());
        self.change(move |work| {
            let event = event.to_string();
            let category = "INSERT INTO categories (event_id, position, id, name, color, total) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
            for (position, new) in (0_u32..).zip(&categories) {
                work.run(category, params![event, position, new.id, new.name, new.color, new.total])?;
            }
            let section = "INSERT INTO sections (event_id, position, id, name, total) \
                VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            for (position, new) in (0_u32..).zip(&sections) {
                work.run(section, params![event, position, new.id, new.name, new.total])?;
            }
            Ok(())
        })
        .await
    }

    async fn write_inventory_seats(
        &self,
        event: EventId,
        first: u32,
        seats: &[InventorySeat],
    ) -> Result<(), LedgerError> {
        let seats = seats.to_vec();
        self.change(move |work| insert_seats(work, event, first, &seats)).await
    }

    async fn finish_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError> {
        self.write(move |work| {
            let Some(found) = events::find(work, event)? else { return Ok(Step::Abort(false)) };
            let status = if found.on_sale_when_generated { EventStatus::OnSale } else { EventStatus::Draft };
            if !become_status(work, event, EventStatus::Generating, status, None)? {
                return Ok(Step::Abort(false));
            }
            work.run("UPDATE events SET generated = seats_total WHERE id = ?1", [event.to_string()])?;
            let fact = InventoryFact::InventoryGenerated { seats_total: found.seats_total };
            work.append(&message(outbox_id, event, now, fact))?;
            Ok(Step::Commit(true))
        })
        .await
    }

    async fn fail_generation(
        &self,
        event: EventId,
        error: &str,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<bool, LedgerError> {
        let error = error.to_owned();
        self.write(move |work| {
            if !become_status(work, event, EventStatus::Generating, EventStatus::Failed, Some(&error))? {
                return Ok(Step::Abort(false));
            }
            work.append(&message(outbox_id, event, now, InventoryFact::InventoryFailed { error }))?;
            Ok(Step::Commit(true))
        })
        .await
    }

    async fn retry_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError> {
        self.write(move |work| {
            let Some(found) = events::find(work, event)? else { return Ok(Step::Abort(false)) };
            if !become_status(work, event, EventStatus::Failed, EventStatus::Generating, None)? {
                return Ok(Step::Abort(false));
            }
            let fact = InventoryFact::EventCreated { plan_hash: found.plan_hash };
            work.append(&message(outbox_id, event, now, fact))?;
            Ok(Step::Commit(true))
        })
        .await
    }

    async fn categories(&self, event: EventId) -> Result<Vec<InventoryCategory>, LedgerError> {
        let sql = "SELECT id, name, color, total FROM categories WHERE event_id = ?1 ORDER BY position";
        let category = |row: &rusqlite::Row<'_>| {
            let (id, name) = (row.get("id")?, row.get("name")?);
            Ok(InventoryCategory { id, name, color: row.get("color")?, total: row.get("total")? })
        };
        self.read(move |connection| all(connection, sql, [event.to_string()], category)).await
    }

    async fn sections(&self, event: EventId) -> Result<Vec<InventorySection>, LedgerError> {
        let sql = "SELECT id, name, total FROM sections WHERE event_id = ?1 ORDER BY position";
        let section = |row: &rusqlite::Row<'_>| {
            Ok(InventorySection { id: row.get("id")?, name: row.get("name")?, total: row.get("total")? })
        };
        self.read(move |connection| all(connection, sql, [event.to_string()], section)).await
    }

    async fn count_seats(&self, event: EventId) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM seats WHERE event_id = ?1";
        self.read(move |connection| Ok(unsigned(value(connection, sql, [event.to_string()])?.unwrap_or(0)))).await
    }

    async fn advance_fence_epoch(&self, event: EventId, expected: u64) -> Result<Option<u64>, LedgerError> {
        let sql = "UPDATE events SET fence_epoch = fence_epoch + 1 WHERE id = ?1 AND fence_epoch = ?2 \
            RETURNING fence_epoch";
        self.change(move |work| {
            one(work, sql, params![event.to_string(), signed(expected)], |row| Ok(unsigned(row.get("fence_epoch")?)))
        })
        .await
    }
}

fn insert_seats(work: &Work<'_>, event: EventId, first: u32, seats: &[InventorySeat]) -> Result<(), LedgerError> {
    let event = event.to_string();
    let sql = "INSERT INTO seats (event_id, ordinal, seat, section, row, number, category) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    for (ordinal, new) in (first..).zip(seats) {
        work.run(sql, params![event, ordinal, new.seat, new.section, new.row, new.number, new.category])?;
    }
    let done = first + u32::try_from(seats.len()).unwrap_or(0);
    work.run("UPDATE events SET generated = max(generated, ?2) WHERE id = ?1", params![event, done]).map(drop)
}

/// The ticket generator's changes of an event's status; `false` if the event had another one.
fn become_status(
    work: &Work<'_>,
    event: EventId,
    from: EventStatus,
    to: EventStatus,
    error: Option<&str>,
) -> Result<bool, LedgerError> {
    let sql = "UPDATE events SET status = ?3, generation_error = ?4, version = version + 1 \
        WHERE id = ?1 AND status = ?2";
    Ok(work.run(sql, params![event.to_string(), from.as_str(), to.as_str(), error])? == 1)
}
