//! The journal in `SQLite`.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::journal::{Action, Entry};
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::rows::{all, corrupt, id};
use super::work::Work;
use super::{LedgerError, SqliteLedger};
use crate::ledger::Journal;

#[async_trait]
impl Journal for SqliteLedger {
    async fn note(&self, event: EventId, entry: &Entry) -> Result<(), LedgerError> {
        let entry = entry.clone();
        self.change(move |work| insert(work, event, &entry)).await
    }

    async fn journal(&self, event: EventId, before: Option<OutboxId>, limit: u32) -> Result<Vec<Entry>, LedgerError> {
        let older = if before.is_some() { "AND id < ?" } else { "" };
        let sql = format!("SELECT * FROM journal WHERE event_id = ? {older} ORDER BY id DESC LIMIT {limit}");
        let values: Vec<Value> =
            [Some(event.to_string()), before.map(|id| id.to_string())].into_iter().flatten().map(Value::from).collect();
        self.read(move |connection| all(connection, &sql, params_from_iter(values), read)).await
    }
}

/// Writes a line in the transaction of what it tells.
pub(super) fn insert(work: &Work<'_>, event: EventId, entry: &Entry) -> Result<(), LedgerError> {
    let sql = "INSERT INTO journal (event_id, id, at, by_user, action, seats, order_id, reason) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let seats = serde_json::to_string(&entry.seats).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
    let (by, order) = (entry.by.map(|by| by.to_string()), entry.order_id.map(|order| order.to_string()));
    let (event, id, action) = (event.to_string(), entry.id.to_string(), entry.action.as_str());
    work.run(sql, params![event, id, entry.at.0, by, action, seats, order, entry.reason]).map(drop)
}

fn read(row: &Row<'_>) -> Result<Entry, LedgerError> {
    let (action, seats): (String, String) = (row.get("action")?, row.get("seats")?);
    let optional = |column: &str| row.get::<_, Option<String>>(column);
    Ok(Entry {
        id: id(row, "id")?,
        at: UnixMs(row.get("at")?),
        by: optional("by_user")?.map(|by| by.parse().map_err(|_| corrupt("an actor", &by))).transpose()?,
        action: Action::parse(&action).ok_or_else(|| corrupt("an action", &action))?,
        seats: serde_json::from_str(&seats).map_err(|_| corrupt("an entry's seats", &seats))?,
        order_id: optional("order_id")?.map(|id| id.parse().map_err(|_| corrupt("an order's id", &id))).transpose()?,
        reason: row.get("reason")?,
    })
}
