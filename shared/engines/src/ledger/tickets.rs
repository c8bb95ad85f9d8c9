//! Tickets: written by the sale, void after a refund, used once.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId, TicketId, UserId};
use frontrow_domain::ticket::{CheckIn, Ticket};

use super::LedgerError;

/// Which tickets to list. Every filter that is `None` lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct TicketQuery {
    /// Only this one.
    pub id: Option<TicketId>,
    /// Only this order's.
    pub order: Option<OrderId>,
    /// Only this buyer's.
    pub buyer: Option<UserId>,
    /// Only this event's.
    pub event: Option<EventId>,
    /// Only what comes after this ticket.
    pub after: Option<TicketId>,
    /// At most so many.
    pub limit: u32,
}

/// The port.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// The tickets of a query, in the order of their ids.
    async fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>, LedgerError>;

    /// Uses a ticket, if it is valid: of many who try at once exactly one is admitted. `None`: there is no such ticket.
    async fn check_in(&self, ticket: TicketId, by: UserId, now: UnixMs) -> Result<Option<CheckIn>, LedgerError>;
}
