//! The hold store: who has a seat for the next minutes.
//!
//! What a command does is specified by [`frontrow_domain::holds::HoldBook`]; an adapter only makes it atomic, shared
//! and fast. A hold is a lease, never the lock: what may be sold is decided by the ledger.

pub mod book;
pub mod redis;

use async_trait::async_trait;
use frontrow_domain::holds::{Command, Gate, Outcome, PastChange};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::seat::SeatRecord;
use tokio::sync::mpsc;

/// The store did not answer, or answered nonsense. Whether the command was done is unknown; every command may be
/// sent again.
#[derive(Debug, thiserror::Error)]
#[error("the hold store cannot be reached: {0}")]
pub struct HoldStoreError(pub String);

/// What a command did, and when by the store's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The store's time, Unix milliseconds.
    pub at_ms: u64,
    /// What happened.
    pub outcome: Outcome,
}

/// Seats as the store has them, and when by the store's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatsRead {
    /// The store's time, Unix milliseconds.
    pub at_ms: u64,
    /// One record for every seat asked for, in that order; a lease that has ended reads as available.
    pub records: Vec<SeatRecord>,
}

/// A buyer's seats as the store has them, and when by the store's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerRead {
    /// The store's time, Unix milliseconds.
    pub at_ms: u64,
    /// In the order of ordinals; without leases that have ended.
    pub seats: Vec<(Ordinal, SeatRecord)>,
}

/// A position in an event's stream of changes; only the store that made it can compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

/// What changed after a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// These seats may have changed, up to the new version.
    Seats(Vec<Ordinal>, Version),
    /// The stream does not reach back that far, or the store lost its memory: read everything.
    Unknown,
}

/// Something may have changed. Hints may be lost, repeated or out of order: only the value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// This seat.
    Seat(EventId, Ordinal),
    /// The connection was away: anything, anywhere.
    Everything,
}

/// The port.
#[async_trait]
pub trait Holds: Send + Sync + 'static {
    /// Does one command, atomically.
    async fn apply(&self, event: EventId, command: &Command) -> Result<Answer, HoldStoreError>;

    /// Reads some seats.
    async fn read(&self, event: EventId, seats: &[Ordinal]) -> Result<SeatsRead, HoldStoreError>;

    /// Everything that the store knows to be a buyer's: held, claimed or sold.
    async fn read_buyer(&self, event: EventId, buyer: UserId) -> Result<BuyerRead, HoldStoreError>;

    /// Up to `limit` of the newest commands that changed seats, the newest first. It reaches back a few thousand.
    async fn history(&self, event: EventId, limit: usize) -> Result<Vec<PastChange>, HoldStoreError>;

    /// The position of the newest change. Read it before the seats: what changes in between is then seen twice, not
    /// missed.
    async fn version(&self, event: EventId) -> Result<Version, HoldStoreError>;

    /// What changed after `version`.
    async fn changes_since(&self, event: EventId, version: &Version) -> Result<Changes, HoldStoreError>;

    /// The event's gate, `None` when the store knows nothing of the event, or may have forgotten something: it was
    /// started again, or replaced, since the gate was set.
    async fn gate(&self, event: EventId) -> Result<Option<Gate>, HoldStoreError>;

    /// The epoch of a rebuild that was started and has not set its gate yet.
    async fn rebuilding(&self, event: EventId) -> Result<Option<u64>, HoldStoreError>;

    /// Sends hints until it is dropped, reconnecting as needed. When `hints` is full a hint is dropped and
    /// [`Hint::Everything`] follows.
    async fn listen(&self, hints: mpsc::Sender<Hint>);

    /// Whether the store answers. A store that could not be reached at start is made ready by this.
    async fn check(&self) -> Result<(), HoldStoreError>;
}
