//! An order as an answer of the API shows it: a promise that the books must keep.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What somebody was told of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Told {
    pub(crate) order: String,
    pub(crate) status: String,
    pub(crate) payment: String,
    /// Minor units.
    pub(crate) total: i64,
    /// Names with prices.
    pub(crate) seats: Vec<(String, i64)>,
    /// Of a confirmed order.
    pub(crate) tickets: Vec<ToldTicket>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldTicket {
    pub(crate) id: String,
    pub(crate) seat: String,
    pub(crate) code: String,
}

#[derive(Deserialize)]
struct View {
    id: String,
    status: String,
    payment: Payment,
    total: Money,
    seats: Vec<Seat>,
    #[serde(default)]
    tickets: Vec<ToldTicket>,
}

#[derive(Deserialize)]
struct Payment {
    id: String,
}

#[derive(Deserialize)]
struct Money {
    amount: i64,
}

#[derive(Deserialize)]
struct Seat {
    seat: String,
    price: Money,
}

impl Told {
    /// Reads the order of an answer.
    pub(crate) fn read(body: &Value) -> Result<Self> {
        let view = View::deserialize(body).context("an order")?;
        let seats = view.seats.into_iter().map(|seat| (seat.seat, seat.price.amount)).collect();
        Ok(Self {
            order: view.id,
            status: view.status,
            payment: view.payment.id,
            total: view.total.amount,
            seats,
            tickets: view.tickets,
        })
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        self.status == "confirmed"
    }
}
