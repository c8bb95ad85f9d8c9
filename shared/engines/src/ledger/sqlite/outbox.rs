//! The outbox in `SQLite`. Leases are kept in memory: the one process that carries rows has the file to itself, and
//! when it dies its leases die with it. Ages are by the machine's clock.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use frontrow_domain::ids::OutboxId;
use frontrow_domain::inventory::InventoryMessage;
use rusqlite::{Connection, params};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::warn;

use super::rows::{all, one, signed, unsigned};
use super::{LedgerError, SqliteLedger};
use crate::ledger::{LogPosition, Outbox, OutboxFeed, OutboxLag};

/// The most rows of one batch of the feed.
const BATCH: u32 = 500;
/// Rows removed by one transaction: some milliseconds of work, for which nobody else can write.
const PRUNED_AT_ONCE: u32 = 1_000;
/// Rows of another process (an administrator's command) do not wake anybody here; they are found after this long.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// The machine's clock in Unix milliseconds.
pub(super) const NOW_MS: &str = "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)";

/// Which rows are being carried, by offset, and until when: as many as were committed while a lease lasts.
#[derive(Default)]
pub(super) struct Leases(HashMap<i64, Instant>);

#[async_trait]
impl Outbox for SqliteLedger {
    async fn lease(&self, limit: u32, min_age_ms: u64, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError> {
        let leased = self.take_leases(Wanted { after: 0, limit, min_age_ms: Some(min_age_ms) }, lease_ms).await?;
        Ok(leased.messages)
    }

    async fn mark_published(&self, ids: &[OutboxId]) -> Result<(), LedgerError> {
        let ids = ids.to_vec();
        // Their leases lapse by themselves.
        self.change(move |work| {
            let sql = "UPDATE outbox SET published = 1 WHERE id = ?1 AND published = 0";
            ids.iter().try_for_each(|id| work.run(sql, [id.to_string()]).map(drop))
        })
        .await
    }

    async fn follow(&self, _follower: &str) -> Result<Box<dyn OutboxFeed>, LedgerError> {
        Ok(Box::new(SqliteFeed { ledger: self.clone(), appended: self.appended(), last: 0 }))
    }

    async fn lag(&self) -> Result<OutboxLag, LedgerError> {
        let sql = format!(
            "SELECT count(*) AS rows, max(0, {NOW_MS} - min(created_at)) AS oldest_ms FROM outbox WHERE published = 0"
        );
        let lag = self.read(move |connection| {
            one(connection, &sql, [], |row| {
                let oldest_ms = row.get::<_, Option<i64>>("oldest_ms")?.unwrap_or(0);
                Ok(OutboxLag { rows: unsigned(row.get("rows")?), oldest_ms: unsigned(oldest_ms) })
            })
        });
        Ok(lag.await?.unwrap_or_default())
    }

    async fn prune(&self, min_age_ms: u64) -> Result<u64, LedgerError> {
        // The rows are the log as well: what a reader has still to read stays, and the newest row marks the end.
        let sql = format!(
            "DELETE FROM outbox WHERE offset IN (SELECT offset FROM outbox \
                WHERE published = 1 AND created_at <= {NOW_MS} - ?1 \
                    AND offset < (SELECT max(offset) FROM outbox) \
                    AND offset < ifnull((SELECT min(offset) FROM log_positions WHERE partition = 0), ?2) \
                LIMIT ?3)"
        );
        let min_age_ms = signed(min_age_ms);
        let mut removed = 0;
        loop {
            let sql = sql.clone();
            let batch = self.change(move |work| work.run(&sql, params![min_age_ms, i64::MAX, PRUNED_AT_ONCE]));
            match batch.await? {
                0 => return Ok(removed),
                rows => removed += rows as u64,
            }
        }
    }

    async fn log_position(&self, reader: &str) -> Result<LogPosition, LedgerError> {
        let reader = reader.to_owned();
        let sql = "SELECT partition, offset FROM log_positions WHERE reader = ?1";
        let at = |row: &rusqlite::Row<'_>| Ok((row.get("partition")?, row.get("offset")?));
        self.read(move |connection| Ok(all(connection, sql, [reader], at)?.into_iter().collect())).await
    }

    async fn save_log_position(&self, reader: &str, position: &LogPosition) -> Result<(), LedgerError> {
        let (reader, position) = (reader.to_owned(), position.clone());
        self.change(move |work| {
            work.run("DELETE FROM log_positions WHERE reader = ?1", [&reader])?;
            let sql = "INSERT INTO log_positions (reader, partition, offset) VALUES (?1, ?2, ?3)";
            for (partition, offset) in &position {
                work.run(sql, params![reader, partition, offset])?;
            }
            Ok(())
        })
        .await
    }
}

/// Which rows to lease.
#[derive(Clone, Copy)]
struct Wanted {
    /// Only later rows than this offset.
    after: i64,
    limit: u32,
    min_age_ms: Option<u64>,
}

/// Rows that were leased.
struct Leased {
    messages: Vec<InventoryMessage>,
    /// The last row that was looked at, leased or not.
    last: i64,
}

impl SqliteLedger {
    async fn take_leases(&self, wanted: Wanted, lease_ms: u64) -> Result<Leased, LedgerError> {
        let (now, leases) = (Instant::now(), Arc::clone(&self.shared.leases));
        let until = now + Duration::from_millis(lease_ms);
        self.read(move |connection| {
            let mut leases = leases.lock().unwrap_or_else(PoisonError::into_inner);
            leases.0.retain(|_, until| *until > now);
            find(connection, &wanted, |offset| match leases.0.entry(offset) {
                Entry::Occupied(_) => false,
                Entry::Vacant(free) => {
                    free.insert(until);
                    true
                }
            })
        })
        .await
    }
}

/// The wanted rows that `take` lets through, in the order in which they were committed.
fn find(connection: &Connection, wanted: &Wanted, mut take: impl FnMut(i64) -> bool) -> Result<Leased, LedgerError> {
    // By itself SQLite would walk through all that was ever carried.
    let sql = format!(
        "SELECT offset, message FROM outbox INDEXED BY outbox_unpublished WHERE published = 0 AND offset > ?1 \
            AND (?2 IS NULL OR created_at <= {NOW_MS} - ?2) ORDER BY offset"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![wanted.after, wanted.min_age_ms.map(signed)])?;
    let mut leased = Leased { messages: Vec::new(), last: wanted.after };
    while leased.messages.len() < wanted.limit as usize {
        let Some(row) = rows.next()? else { break };
        leased.last = row.get("offset")?;
        if !take(leased.last) {
            continue;
        }
        match serde_json::from_str(row.get_ref("message")?.as_str().map_err(rusqlite::Error::from)?) {
            Ok(message) => leased.messages.push(message),
            // The readers of the log bury it; it must not hold up the rows behind it.
            Err(error) => warn!(%error, log.offset = leased.last, "an outbox row is unreadable"),
        }
    }
    Ok(leased)
}

struct SqliteFeed {
    ledger: SqliteLedger,
    appended: watch::Receiver<()>,
    /// The last row that it has seen.
    last: i64,
}

#[async_trait]
impl OutboxFeed for SqliteFeed {
    async fn next(&mut self, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError> {
        loop {
            self.appended.mark_unchanged();
            let wanted = Wanted { after: self.last, limit: BATCH, min_age_ms: None };
            let leased = self.ledger.take_leases(wanted, lease_ms).await?;
            self.last = leased.last;
            if !leased.messages.is_empty() {
                return Ok(leased.messages);
            }
            tokio::time::timeout(LOOK_AGAIN, self.appended.changed()).await.ok();
        }
    }

    /// Nothing to remember: what is unpublished is what is to be carried.
    async fn save_position(&mut self) -> Result<(), LedgerError> {
        Ok(())
    }
}
