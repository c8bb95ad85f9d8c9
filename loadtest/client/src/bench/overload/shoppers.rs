//! People with accounts and seats of their own to buy, so that nobody is refused for any other reason than the load. Each does
//! one purchase at a time: an order takes everything in the cart.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use serde_json::json;

use crate::api::{Ask, Reply, Session, text};
use crate::hall::Hall;
use crate::measure::Verb;

/// What became of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Confirmed,
    NotHeld,
    NotOrdered,
    /// Ordered, and then refused at the till.
    NotPaid,
    /// No answer.
    Lost,
    /// There was nobody left to try it.
    Nobody,
}

/// Everybody who is not busy.
pub(super) struct Shoppers {
    free: Mutex<VecDeque<Shopper>>,
    orders: AtomicU64,
}

struct Shopper {
    session: Arc<Session>,
    event: String,
    /// What they have not bought yet.
    seats: Vec<String>,
}

impl Shoppers {
    /// Every account is one shopper in every hall: carts are an event's.
    pub(super) fn new(sessions: &[Arc<Session>], halls: &[Hall], seats_each: usize) -> Self {
        let in_hall = |hall: &Hall| {
            let shares = hall.seats.chunks(seats_each).map(<[String]>::to_vec);
            let shopper = |(session, seats): (&Arc<Session>, Vec<String>)| Shopper {
                session: Arc::clone(session),
                event: hall.event.clone(),
                seats,
            };
            sessions.iter().zip(shares).map(shopper).collect::<Vec<_>>()
        };
        let free = halls.iter().flat_map(in_hall).collect();
        Self { free: Mutex::new(free), orders: AtomicU64::new(0) }
    }

    /// One purchase by whoever has been free for the longest time.
    pub(super) async fn purchase(&self) -> End {
        let next = self.lock().pop_front();
        let Some(mut shopper) = next else { return End::Nobody };
        let Some(seat) = shopper.seats.last() else { return End::Nobody };
        let end = self.buy(&shopper, seat).await.unwrap_or(End::Lost);
        // A seat that is bought, or in an order that nobody has heard the end of, is not bought again.
        if matches!(end, End::Confirmed | End::NotPaid | End::Lost) {
            shopper.seats.pop();
        }
        if !shopper.seats.is_empty() {
            self.lock().push_back(shopper);
        }
        end
    }

    async fn buy(&self, Shopper { session, event, .. }: &Shopper, seat: &str) -> Result<End> {
        let hold = Ask::post(Verb::Hold, format!("events/{event}/holds"), json!({"seats": [seat]}));
        if session.once(&hold).await?.status != 201 {
            return Ok(End::NotHeld);
        }
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        let order = Ask::post(Verb::Order, "orders", json!({"event_id": event}));
        let Reply { status: 201, body: order } = session.once(&order.with_key(format!("overload-{number}"))).await?
        else {
            return Ok(End::NotOrdered);
        };
        let payment = text(&order["payment"]["id"], "a payment")?;
        let pay = Ask::post(Verb::Pay, format!("payments/{payment}/confirm"), json!({"method": "card_ok"}));
        let paid = session.once(&pay.with_key(format!("overload-pay-{number}"))).await?;
        Ok(if paid.status == 200 { End::Confirmed } else { End::NotPaid })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Shopper>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
