//! The outbox: facts that were committed with their cause and wait to be carried to the log.

use std::collections::BTreeMap;

use async_trait::async_trait;
use frontrow_domain::ids::OutboxId;
use frontrow_domain::inventory::InventoryMessage;

use super::LedgerError;

/// The next offset to read, by partition.
pub type LogPosition = BTreeMap<i32, i64>;

/// How far the relay is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxLag {
    /// Rows that the log does not have yet.
    pub rows: u64,
    /// Age of the oldest of them.
    pub oldest_ms: u64,
}

/// New outbox rows as they are committed. For speed only: what it misses, leasing finds.
#[async_trait]
pub trait OutboxFeed: Send {
    /// Waits for new rows and takes their leases for `lease_ms`. Rows that another relay has leased are left out.
    async fn next(&mut self, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError>;

    /// Remembers, in the ledger, that everything given out so far was carried.
    async fn save_position(&mut self) -> Result<(), LedgerError>;
}

/// The port.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Up to `limit` rows that are unpublished for `min_age_ms` and not leased by anybody, now leased to the caller.
    async fn lease(&self, limit: u32, min_age_ms: u64, lease_ms: u64) -> Result<Vec<InventoryMessage>, LedgerError>;

    /// Marks rows as carried. Only after the log's acknowledgement.
    async fn mark_published(&self, ids: &[OutboxId]) -> Result<(), LedgerError>;

    /// Follows new rows from where `follower` last saved its position; from now on if that position is gone.
    async fn follow(&self, follower: &str) -> Result<Box<dyn OutboxFeed>, LedgerError>;

    /// How far the relay is behind.
    async fn lag(&self) -> Result<OutboxLag, LedgerError>;

    /// Removes rows that were carried and are older than `min_age_ms`, by the ledger's clock; gives back how many.
    async fn prune(&self, min_age_ms: u64) -> Result<u64, LedgerError>;

    /// Where a reader of the log stands; empty if it never read.
    async fn log_position(&self, reader: &str) -> Result<LogPosition, LedgerError>;

    /// Remembers where a reader of the log stands, after the effects of what it read.
    async fn save_log_position(&self, reader: &str, position: &LogPosition) -> Result<(), LedgerError>;
}
