//! An order, as MongoDB stores it.

use frontrow_domain::ids::Ordinal;
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderSeat, OrderStatus};
use frontrow_domain::seat::Fence;
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use super::LedgerError;
use super::documents::{corrupt, date, parsed, signed, unix_ms, unsigned};

/// Two more fields are of no use outside of the server: `look_at`, which is not there when nothing is left to do, and
/// `lease`, whoever looked last.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OrderDocument {
    #[serde(rename = "_id")]
    pub(super) id: String,
    event_id: String,
    buyer_id: String,
    status: String,
    /// `open`, `void`, `captured`, `refund_due` or `refunded`.
    money: String,
    seats: Vec<OrderSeatDocument>,
    total: i64,
    currency: String,
    payment_id: String,
    client_secret: String,
    declines: u32,
    letter_due: bool,
    pub(super) placed_at: DateTime,
    pub(super) deadline: DateTime,
    version: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderSeatDocument {
    ordinal: u32,
    seat: String,
    category: String,
    /// As it was pinned when the seat entered the cart.
    price: i64,
    fence_epoch: i64,
    fence_counter: i64,
}

impl From<&Order> for OrderDocument {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.to_string(),
            event_id: order.event_id.to_string(),
            buyer_id: order.buyer_id.to_string(),
            status: order.status.as_str().into(),
            money: order.money.as_str().into(),
            seats: order.seats.iter().map(OrderSeatDocument::from).collect(),
            total: order.total.amount,
            currency: order.total.currency.to_string(),
            payment_id: order.payment_id().to_string(),
            client_secret: order.client_secret.clone(),
            declines: order.declines,
            letter_due: order.letter_due,
            placed_at: date(order.placed_at),
            deadline: date(order.deadline),
            version: signed(order.version),
        }
    }
}

impl OrderDocument {
    pub(super) fn into_order(self) -> Result<Order, LedgerError> {
        Ok(Order {
            id: parsed("an order's id", &self.id)?,
            event_id: parsed("an order's event", &self.event_id)?,
            buyer_id: parsed("an order's buyer", &self.buyer_id)?,
            status: OrderStatus::parse(&self.status).ok_or_else(|| corrupt("an order's status", &self.status))?,
            money: MoneyState::parse(&self.money).ok_or_else(|| corrupt("an order's money", &self.money))?,
            seats: self.seats.into_iter().map(OrderSeat::from).collect(),
            total: Money { amount: self.total, currency: parsed("an order's currency", &self.currency)? },
            client_secret: self.client_secret,
            declines: self.declines,
            letter_due: self.letter_due,
            placed_at: unix_ms(self.placed_at),
            deadline: unix_ms(self.deadline),
            version: unsigned(self.version),
        })
    }
}

impl From<&OrderSeat> for OrderSeatDocument {
    fn from(seat: &OrderSeat) -> Self {
        Self {
            ordinal: seat.ordinal.0,
            seat: seat.seat.clone(),
            category: seat.category.clone(),
            price: seat.price,
            fence_epoch: signed(seat.fence.epoch),
            fence_counter: signed(seat.fence.counter),
        }
    }
}

impl From<OrderSeatDocument> for OrderSeat {
    fn from(seat: OrderSeatDocument) -> Self {
        Self {
            ordinal: Ordinal(seat.ordinal),
            seat: seat.seat,
            category: seat.category,
            price: seat.price,
            fence: Fence { epoch: unsigned(seat.fence_epoch), counter: unsigned(seat.fence_counter) },
        }
    }
}
