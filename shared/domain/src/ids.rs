//! Identifiers, one type per noun, so that a user's id can never be passed where an event's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// One event: a night, a hall, a set of seats on sale.
    EventId
);
uuid_id!(
    /// One account.
    UserId
);
uuid_id!(
    /// One login: from signing in until logout, expiry or misuse. Every token it leads to carries its id.
    LoginId
);
uuid_id!(
    /// One order: a purchase from claim to tickets.
    OrderId
);
uuid_id!(
    /// One payment of an order; made from the order's id, so that asking again for it is asking for the same one.
    PaymentId
);
uuid_id!(
    /// One ticket: one seat of one order.
    TicketId
);
uuid_id!(
    /// One row of the outbox; consumers recognise a repeated message by it.
    OutboxId
);

impl PaymentId {
    /// The payment of an order.
    pub fn of(order: OrderId) -> Self {
        Self(Uuid::new_v5(&order.0, b"payment"))
    }
}

impl TicketId {
    /// The ticket of a seat of an order: the same however often it is made.
    pub fn of(order: OrderId, seat: Ordinal) -> Self {
        Self(Uuid::new_v5(&order.0, format!("ticket {seat}").as_bytes()))
    }
}

/// A seat's index in its event's compiled layout: small, dense, and what travels in deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ordinal(pub u32);

impl Ordinal {
    /// The ordinal as an index into per-seat vectors.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
