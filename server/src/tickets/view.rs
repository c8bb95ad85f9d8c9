//! Tickets as the API shows them.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId, TicketId};
use frontrow_domain::ticket::{Ticket, TicketState};
use serde::Serialize;

/// A ticket of an order, and an item of `GET tickets`.
#[derive(Serialize)]
pub(crate) struct TicketView {
    id: TicketId,
    order_id: OrderId,
    event_id: EventId,
    seat: String,
    code: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<UnixMs>,
}

impl TicketView {
    pub(crate) fn new(ticket: Ticket) -> Self {
        let (status, used_at) = match ticket.state {
            TicketState::Valid => ("valid", None),
            TicketState::Used { at, .. } => ("used", Some(at)),
            TicketState::Refunded => ("refunded", None),
        };
        let Ticket { id, order_id, event_id, seat, code, .. } = ticket;
        Self { id, order_id, event_id, seat, code, status, used_at }
    }
}
