//! The journal of every event. Most lines are written by what they tell; see [`super::Sales`] and [`super::Catalogue`].

use async_trait::async_trait;
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::journal::Entry;

use super::LedgerError;

/// The port.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes a line about something that is not kept in the ledger: somebody's holds.
    async fn note(&self, event: EventId, entry: &Entry) -> Result<(), LedgerError>;

    /// Up to `limit` lines of an event before `before`, the newest first.
    async fn journal(&self, event: EventId, before: Option<OutboxId>, limit: u32) -> Result<Vec<Entry>, LedgerError>;
}
