//! Sales: the lock on every seat. One row per seat, changed by compare-and-set on its state and fence.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, OutboxId, UserId};
use frontrow_domain::seat::Fence;

use super::LedgerError;

/// A seat that an order wants to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedSeat {
    /// Which seat.
    pub ordinal: Ordinal,
    /// Under which fence it is held; an older one than the row has seen is refused.
    pub fence: Fence,
}

/// An order's claim on seats, before any money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Of which event.
    pub event_id: EventId,
    /// For which order; claiming again for the same order succeeds.
    pub order_id: OrderId,
    /// For whom.
    pub buyer_id: UserId,
    /// Which seats.
    pub seats: Vec<ClaimedSeat>,
    /// Until when, by the ledger's clock.
    pub deadline: UnixMs,
    /// How many claimed and sold seats the buyer may have in this event.
    pub limit: u32,
}

/// Why a claim was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    /// These seats are claimed, sold or blocked, or were granted to somebody later.
    #[error("{} of the seats are lost", .0.len())]
    Lost(Vec<Ordinal>),
    /// The buyer would have more than the limit.
    #[error("the buyer has too many seats")]
    Limit,
}

/// The port. Every change writes its outbox row in the same transaction.
#[async_trait]
pub trait Sales: Send + Sync {
    /// Claims every seat of the order, or none.
    async fn claim(
        &self,
        claim: &Claim,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), ClaimRefusal>, LedgerError>;

    /// Ends an order's claim without a sale; its seats are available again. Gives back which.
    async fn release_claim(
        &self,
        event: EventId,
        order: OrderId,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError>;

    /// Turns an order's claimed seats into sold ones. Gives back which; none if there is no such claim.
    async fn sell(
        &self,
        event: EventId,
        order: OrderId,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError>;

    /// Takes available seats out of sale, all or none; the ones that are claimed or sold come back as the error.
    async fn block(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError>;

    /// Puts blocked seats back on sale, all or none; the ones that are not blocked come back as the error.
    async fn unblock(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError>;

    /// The durable state of these seats, or of every seat that ever had one: what a hold store has to follow.
    async fn settled(&self, event: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError>;
}
