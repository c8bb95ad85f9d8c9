//! Tickets as the API shows them.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId, TicketId};
use frontrow_domain::ticket::{Ticket, TicketState};
use serde::Serialize;
use utoipa::ToSchema;

/// A ticket of an order, and an item of `GET tickets`.
#[derive(Serialize, ToSchema)]
#[schema(as = Ticket)]
pub(crate) struct TicketView {
    id: TicketId,
    order_id: OrderId,
    event_id: EventId,
    seat: String,
    /// Signed; what the scanner reads.
    code: String,
    status: TicketStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    used_at: Option<UnixMs>,
}

/// What became of a ticket, in the words of the API.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TicketStatus {
    Valid,
    Used,
    Refunded,
}

impl TicketView {
    pub(crate) fn new(ticket: Ticket) -> Self {
        let (status, used_at) = match ticket.state {
            TicketState::Valid => (TicketStatus::Valid, None),
            TicketState::Used { at, .. } => (TicketStatus::Used, Some(at)),
            TicketState::Refunded => (TicketStatus::Refunded, None),
        };
        let Ticket { id, order_id, event_id, seat, code, .. } = ticket;
        Self { id, order_id, event_id, seat, code, status, used_at }
    }
}
