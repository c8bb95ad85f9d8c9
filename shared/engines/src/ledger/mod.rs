//! The ledger: the truth. What it has committed survives everything; what it has not, never happened.
//!
//! Seven small traits, one per noun, all implemented by one adapter over one database, because a change and its outbox
//! row share a transaction. Times and ids are arguments; only leases and deadlines use the database's clock.

mod accounts;
mod answers;
mod catalogue;
mod journal;
pub mod mongo;
mod outbox;
mod plan_bytes;
mod sales;
pub mod sqlite;
mod tickets;

pub use accounts::{Accounts, OneTimeToken, RefreshToken, Rotation, SocketLogin, TokenKind};
pub use answers::{AnswerKey, Answers, Begin, StoredAnswer};
pub use catalogue::{Catalogue, EventOrder, EventQuery, InventoryCategory, InventorySeat, InventorySection};
pub use journal::Journal;
pub use outbox::{LogPosition, Outbox, OutboxFeed, OutboxLag};
pub use plan_bytes::PlanBytes;
pub use sales::{
    AnswerToStore, ChangeRefusal, NextLook, OrderChange, OrderQuery, OrdersRead, Placing, PlacingRefusal, Sales,
    SalesFigures, SalesTotals, SeatsChange,
};
pub use tickets::{TicketQuery, Tickets};

use async_trait::async_trait;

/// The ledger did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be reached, or gave up after conflicts: nothing was changed, or the outcome is unknown.
    #[error("the ledger cannot be reached: {0}")]
    Unavailable(String),
    /// A row does not read as what it should be.
    #[error("the ledger holds something unreadable: {0}")]
    Corrupt(String),
}

/// Everything that the ledger does.
#[async_trait]
pub trait Ledger: Accounts + Catalogue + Sales + Tickets + Journal + Outbox + Answers {
    /// Whether it answers. A ledger that could not be reached at start is made ready by this; until then it refuses.
    async fn check(&self) -> Result<(), LedgerError>;
}
