//! The outbox as the inventory log: read by offset, published or not. For `log/outbox.rs` only.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::inventory::InventoryMessage;
use rusqlite::{Connection, params};

use super::outbox::NOW_MS;
use super::rows::{all, value};
use super::work::Step;
use super::{LedgerError, SqliteLedger};
use crate::log::DeadLetter;

/// A row of the log.
pub(crate) struct LogRow {
    pub(crate) offset: i64,
    pub(crate) event: String,
    /// The message as JSON, unless somebody damaged it.
    pub(crate) message: String,
}

impl SqliteLedger {
    /// The offset that the next row will have.
    pub(crate) async fn log_end(&self) -> Result<i64, LedgerError> {
        let sql = "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox'";
        self.read(move |connection| Ok(value(connection, sql, [])?.unwrap_or(1))).await
    }

    /// Up to `limit` rows from an offset on.
    pub(crate) async fn log_rows(&self, from: i64, limit: u32) -> Result<Vec<LogRow>, LedgerError> {
        let sql = "SELECT offset, event_id, message FROM outbox WHERE offset >= ?1 ORDER BY offset LIMIT ?2";
        self.read(move |connection| {
            all(connection, sql, [from, limit.into()], |row| {
                Ok(LogRow { offset: row.get("offset")?, event: row.get("event_id")?, message: row.get("message")? })
            })
        })
        .await
    }

    /// Appends the messages that are not there yet. Usually all are: they come from here.
    pub(crate) async fn append_missing(&self, messages: &[InventoryMessage]) -> Result<(), LedgerError> {
        let messages = messages.to_vec();
        let missing = self.read(move |connection| without_known(connection, messages)).await?;
        if missing.is_empty() {
            return Ok(());
        }
        self.change(move |work| missing.iter().try_for_each(|message| work.append_carried(message))).await
    }

    /// Where a group stands: the next offset to read. A new one starts with the oldest row that is kept.
    pub(crate) async fn group_position(&self, group: &str) -> Result<i64, LedgerError> {
        let reader = group_reader(group);
        let sql = "SELECT offset FROM log_positions WHERE reader = ?1 AND partition = 0";
        self.read(move |connection| Ok(value(connection, sql, [reader])?.unwrap_or(0))).await
    }

    /// Moves a group on; never back, in whatever order its members come.
    pub(crate) async fn advance_group(&self, group: &str, offset: i64) -> Result<(), LedgerError> {
        let reader = group_reader(group);
        let sql = "INSERT INTO log_positions (reader, partition, offset) VALUES (?1, 0, ?2) \
            ON CONFLICT DO UPDATE SET offset = excluded.offset WHERE offset < excluded.offset";
        self.write(move |work| {
            let moved = work.run(sql, params![reader, offset])? == 1;
            Ok(if moved { Step::Commit(()) } else { Step::Abort(()) })
        })
        .await
    }

    pub(crate) async fn bury(&self, payload: &[u8], reason: &str) -> Result<(), LedgerError> {
        let (payload, reason) = (payload.to_vec(), reason.to_owned());
        let sql = format!("INSERT INTO dead_letters (at, reason, payload) VALUES ({NOW_MS}, ?1, ?2)");
        self.change(move |work| work.run(&sql, params![reason, payload]).map(drop)).await
    }

    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, LedgerError> {
        let sql = "SELECT offset, at, reason, payload FROM dead_letters ORDER BY offset";
        self.read(move |connection| {
            all(connection, sql, [], |row| {
                let (at, reason) = (UnixMs(row.get("at")?), row.get("reason")?);
                Ok(DeadLetter { offset: row.get("offset")?, at, reason, payload: row.get("payload")? })
            })
        })
        .await
    }
}

fn without_known(
    connection: &Connection,
    messages: Vec<InventoryMessage>,
) -> Result<Vec<InventoryMessage>, LedgerError> {
    let mut missing = Vec::new();
    for message in messages {
        let known: Option<i64> = value(connection, "SELECT 1 FROM outbox WHERE id = ?1", [message.id.to_string()])?;
        if known.is_none() {
            missing.push(message);
        }
    }
    Ok(missing)
}

fn group_reader(group: &str) -> String {
    format!("group:{group}")
}
