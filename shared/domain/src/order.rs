//! An order: seats that are claimed, paid for and owned, or given up. Every change of it is one of the steps below.
//!
//! ```text
//! awaiting_payment --paid--> confirmed --given back--> refunded
//!        '--cancelled, failed, expired--> ended; what is captured after that is bought again or given back
//! ```

use serde::{Deserialize, Serialize};

use crate::clock::UnixMs;
use crate::ids::{EventId, OrderId, Ordinal, PaymentId, UserId};
use crate::money::Money;
use crate::seat::Fence;

/// Cards that may be declined before an order has failed.
pub const MAX_DECLINES: u32 = 3;

/// The version of an order that was just placed.
pub const FIRST_VERSION: u64 = 1;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OrderStatus {
    /// Its seats are claimed until the deadline.
    AwaitingPayment,
    /// Paid: its seats are sold.
    Confirmed,
    /// Too many cards were declined.
    Failed,
    /// It was not paid in time.
    Expired,
    /// Given up by the buyer, or because the event was closed.
    Cancelled,
    /// Paid and given back.
    Refunded,
}

impl OrderStatus {
    /// Every status, for parsing and for documentation.
    pub const ALL: [Self; 6] =
        [Self::AwaitingPayment, Self::Confirmed, Self::Failed, Self::Expired, Self::Cancelled, Self::Refunded];

    /// The name on the wire and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What is known of an order's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MoneyState {
    /// Not captured as far as we know; the provider may know better.
    Open,
    /// Never captured, and never will be.
    Void,
    /// Captured, for the seats that the order owns.
    Captured,
    /// Captured, and to be given back.
    RefundDue,
    /// Captured and given back.
    Refunded,
}

impl MoneyState {
    /// Every state, for parsing.
    pub const ALL: [Self; 5] = [Self::Open, Self::Void, Self::Captured, Self::RefundDue, Self::Refunded];

    /// The name in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Void => "void",
            Self::Captured => "captured",
            Self::RefundDue => "refund_due",
            Self::Refunded => "refunded",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A seat of an order, at the price that was pinned when it entered the cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSeat {
    /// Which seat.
    pub ordinal: Ordinal,
    /// Its name in the plan.
    pub seat: String,
    /// Category id.
    pub category: String,
    /// Minor units of the order's currency.
    pub price: i64,
    /// Under which fence it was held; an older one than the ledger has seen claims nothing.
    pub fence: Fence,
}

/// An order as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Made from the buyer and the request's key, so that a request sent again means the same order.
    pub id: OrderId,
    /// Of which event.
    pub event_id: EventId,
    /// Whose.
    pub buyer_id: UserId,
    /// Where it stands.
    pub status: OrderStatus,
    /// What is known of its money.
    pub money: MoneyState,
    /// In the order of ordinals.
    pub seats: Vec<OrderSeat>,
    /// The sum of the prices.
    pub total: Money,
    /// What the buyer's browser shows to the provider.
    pub client_secret: String,
    /// Cards that were declined.
    pub declines: u32,
    /// Whether the buyer has to be written to about the status.
    pub letter_due: bool,
    /// When it was placed.
    pub placed_at: UnixMs,
    /// Until when it can be paid, by the ledger's clock.
    pub deadline: UnixMs,
    /// Raised by every change.
    pub version: u64,
}

impl Order {
    /// The payment that belongs to it.
    pub fn payment_id(&self) -> PaymentId {
        PaymentId::of(self.id)
    }

    /// Its seats' ordinals.
    pub fn ordinals(&self) -> Vec<Ordinal> {
        self.seats.iter().map(|seat| seat.ordinal).collect()
    }

    /// Its seats with the fences under which they were held.
    pub fn fences(&self) -> Vec<(Ordinal, Fence)> {
        self.seats.iter().map(|seat| (seat.ordinal, seat.fence)).collect()
    }

    /// Whether it waits for its payment.
    pub fn is_open(&self) -> bool {
        self.status == OrderStatus::AwaitingPayment
    }

    /// Whether a card may have been charged: every attempt is written down before it is made.
    pub fn was_charged(&self) -> bool {
        self.version > FIRST_VERSION
    }

    /// The next version, with nothing else changed: a reason to look at it at another time.
    #[must_use]
    pub fn touched(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// Paid, in time or late: its seats are the buyer's for good.
    #[must_use]
    pub fn confirmed(&self) -> Self {
        Self { status: OrderStatus::Confirmed, money: MoneyState::Captured, letter_due: true, ..self.touched() }
    }

    /// A card was declined. After too many the order has failed.
    #[must_use]
    pub fn declined(&self) -> Self {
        let declines = self.declines + 1;
        let status = if declines >= MAX_DECLINES { OrderStatus::Failed } else { self.status };
        Self { status, declines, ..self.touched() }
    }

    /// Ended without a sale. What the provider has taken or may still take is looked after.
    #[must_use]
    pub fn ended(&self, status: OrderStatus) -> Self {
        Self { status, ..self.touched() }
    }

    /// Its seats are given back, and so will be the money.
    #[must_use]
    pub fn refunded(&self) -> Self {
        Self { status: OrderStatus::Refunded, money: MoneyState::RefundDue, letter_due: true, ..self.touched() }
    }

    /// Something else became known of its money.
    #[must_use]
    pub fn with_money(&self, money: MoneyState) -> Self {
        Self { money, ..self.touched() }
    }

    /// The buyer was written to.
    #[must_use]
    pub fn written(&self) -> Self {
        Self { letter_due: false, ..self.touched() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn order() -> Order {
        Order {
            id: OrderId(Uuid::from_u128(1)),
            event_id: EventId(Uuid::from_u128(2)),
            buyer_id: UserId(Uuid::from_u128(3)),
            status: OrderStatus::AwaitingPayment,
            money: MoneyState::Open,
            seats: Vec::new(),
            total: Money { amount: 0, currency: "EUR".parse().expect("a currency") },
            client_secret: String::new(),
            declines: 0,
            letter_due: false,
            placed_at: UnixMs(0),
            deadline: UnixMs(0),
            version: 1,
        }
    }

    #[test]
    fn names_round_trip() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.as_str()), Some(status));
        }
        for state in MoneyState::ALL {
            assert_eq!(MoneyState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn the_third_declined_card_is_the_last() {
        let second = order().declined().declined();
        assert_eq!((second.status, second.declines, second.version), (OrderStatus::AwaitingPayment, 2, 3));
        assert_eq!(second.declined().status, OrderStatus::Failed);
    }

    #[test]
    fn what_is_captured_too_late_is_not_forgotten() {
        let late = order().ended(OrderStatus::Expired);
        assert_eq!(late.money, MoneyState::Open, "the provider may still have taken it");
        assert_eq!(late.with_money(MoneyState::RefundDue).status, OrderStatus::Expired);
        assert_eq!(late.confirmed().money, MoneyState::Captured);
        assert_eq!(late.confirmed().refunded().money, MoneyState::RefundDue);
    }
}
