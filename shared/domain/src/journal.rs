//! The journal of an event: what was done to it and to its seats, by whom, when and why.

use serde::Serialize;

use crate::clock::UnixMs;
use crate::ids::{OrderId, Ordinal, OutboxId, UserId};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Action {
    /// An order was placed and claimed its seats.
    SeatsClaimed,
    /// An order was paid.
    SeatsSold,
    /// An order was not paid in time.
    OrderExpired,
    /// An order was given up, by its buyer or because the event was closed.
    OrderCancelled,
    /// Too many cards were declined.
    OrderFailed,
    /// An order was given back.
    OrderRefunded,
    /// The provider has given the money of an order back.
    MoneyReturned,
    /// Seats were taken out of sale.
    SeatsBlocked,
    /// Seats were put back on sale.
    SeatsUnblocked,
    /// Somebody's holds were ended for them.
    HoldsReleased,
    /// Somebody's holds were given more time.
    HoldsExtended,
    /// The event's record was changed.
    EventChanged,
}

impl Action {
    /// Every action, for parsing and for documentation.
    pub const ALL: [Self; 12] = [
        Self::SeatsClaimed,
        Self::SeatsSold,
        Self::OrderExpired,
        Self::OrderCancelled,
        Self::OrderFailed,
        Self::OrderRefunded,
        Self::MoneyReturned,
        Self::SeatsBlocked,
        Self::SeatsUnblocked,
        Self::HoldsReleased,
        Self::HoldsExtended,
        Self::EventChanged,
    ];

    /// The name on the wire and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeatsClaimed => "seats_claimed",
            Self::SeatsSold => "seats_sold",
            Self::OrderExpired => "order_expired",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderFailed => "order_failed",
            Self::OrderRefunded => "order_refunded",
            Self::MoneyReturned => "money_returned",
            Self::SeatsBlocked => "seats_blocked",
            Self::SeatsUnblocked => "seats_unblocked",
            Self::HoldsReleased => "holds_released",
            Self::HoldsExtended => "holds_extended",
            Self::EventChanged => "event_changed",
        }
    }

    /// The action of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// One line of the journal, written in the transaction of what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Also the id of the outbox row, where there is one. Sorts by time.
    pub id: OutboxId,
    /// When.
    pub at: UnixMs,
    /// Who; `None` if nobody did: a deadline came.
    pub by: Option<UserId>,
    /// What.
    pub action: Action,
    /// To which seats.
    pub seats: Vec<Ordinal>,
    /// For which order.
    pub order_id: Option<OrderId>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(action));
            assert_eq!(serde_json::to_value(action).expect("a name"), action.as_str());
        }
    }
}
