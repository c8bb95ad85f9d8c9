//! The inventory log: facts of the ledger, carried to everybody at least once, in order per partition.
//!
//! Two ways to read it. Work that must be done once by somebody (the ticket generator) is shared by a group. What
//! every server must know is read by each of them from its own stored position, so that no rebalance ever pauses it.

pub mod kafka;
pub mod outbox;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::inventory::InventoryMessage;

use crate::ledger::LogPosition;

/// The log did not do it.
#[derive(Debug, thiserror::Error)]
#[error("the inventory log cannot be reached: {0}")]
pub struct LogError(pub String);

/// What a reader found at one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A message.
    Message(InventoryMessage),
    /// Bytes that are no message, and why. They belong into the dead letters.
    Poison {
        /// The bytes.
        payload: Vec<u8>,
        /// What is wrong with them.
        reason: String,
    },
}

/// One entry with where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub partition: i32,
    /// The offset in it.
    pub offset: i64,
    /// What was there.
    pub entry: Entry,
}

/// What was buried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its place among the dead letters.
    pub offset: i64,
    /// When it was buried.
    pub at: UnixMs,
    /// Why.
    pub reason: String,
    /// The bytes, as they were found.
    pub payload: Vec<u8>,
}

/// A member of a group that shares the work.
#[async_trait]
pub trait GroupReader: Send {
    /// The next entry of the partitions that are this member's. Repeated after a crash or a rebalance.
    async fn next(&mut self) -> Result<Delivered, LogError>;

    /// Remembers for the whole group that everything up to this entry was dealt with. Only after the effect.
    async fn commit(&mut self, delivered: &Delivered) -> Result<(), LogError>;
}

/// A reader of every partition, by itself.
#[async_trait]
pub trait TailReader: Send + Sync {
    /// Where it stands, in every partition: behind the last entry it gave.
    fn position(&self) -> &LogPosition;

    /// The next entry.
    async fn next(&mut self) -> Result<Delivered, LogError>;
}

/// The port.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Appends messages, keyed by event; returns when the log has acknowledged every one of them.
    async fn publish(&self, messages: &[InventoryMessage]) -> Result<(), LogError>;

    /// Appends to the dead letters, with the reason.
    async fn bury(&self, payload: &[u8], reason: &str) -> Result<(), LogError>;

    /// The dead letters that are still kept, oldest first.
    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, LogError>;

    /// Joins a group. `member` names this process, so that it has its partitions back at once after a restart.
    async fn join(&self, group: &str, member: &str) -> Result<Box<dyn GroupReader>, LogError>;

    /// Reads every partition from `position`; partitions that it does not name are read from now on.
    async fn tail(&self, position: &LogPosition) -> Result<Box<dyn TailReader>, LogError>;

    /// Whether it answers. A log that could not be reached at start is made ready by this.
    async fn check(&self) -> Result<(), LogError>;
}
