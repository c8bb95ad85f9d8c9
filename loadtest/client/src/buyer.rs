//! One buyer: looks, chooses, holds, thinks, orders, pays, and now and then does not.
//!
//! A buyer knows only what any client knows. Must never ask for the same thing under a new key while the first answer is
//! lost, and must tell [`Told`] every answer that is a promise.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::api::{Ask, Reply, Session};
use crate::books::Order;
use crate::hall::{Hall, State};
use crate::measure::Verb;
use crate::paying::pay;
use crate::told::Told;

/// Wanted by one order.
const MOST_SEATS: usize = 4;

/// What all buyers share.
pub(crate) struct Sale {
    pub(crate) hall: Hall,
    pub(crate) told: Told,
    /// Holds end after this time.
    pub(crate) hold_ttl: Duration,
    /// Orders that are not paid end after this time.
    pub(crate) payment_window: Duration,
    /// How long buyers think at most.
    pub(crate) think_ms: u64,
    /// Free seats, as somebody who looks all the time sees them.
    pub(crate) free: watch::Sender<usize>,
    /// Everything is sold, or there is no time left.
    pub(crate) over: watch::Sender<bool>,
}

/// Somebody who wants seats.
pub(crate) struct Buyer {
    pub(crate) number: usize,
    pub(crate) session: Session,
}

/// One buyer in one round of the sale.
pub(crate) struct Round<'a> {
    pub(crate) buyer: &'a Buyer,
    pub(crate) sale: &'a Sale,
    pub(crate) rng: StdRng,
    /// Tells this round's keys from others'.
    pub(crate) name: String,
    /// Until then people may let things lapse; later they mean it, so that a run ends.
    pub(crate) dawdle_until: Instant,
}

/// What somebody does with seats in the cart.
enum Mind {
    Order,
    Release,
    /// Goes away; the hold ends by itself.
    Lapse,
}

impl Sale {
    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Sleeps, but not longer than the sale lasts.
    async fn nap(&self, time: Duration) {
        let mut over = self.over.subscribe();
        tokio::select! {
            () = sleep(time) => {}
            _ = over.wait_for(|over| *over) => {}
        }
    }

    async fn wait_for_free_seats(&self) {
        let (mut free, mut over) = (self.free.subscribe(), self.over.subscribe());
        tokio::select! {
            _ = free.wait_for(|free| *free > 0) => {}
            _ = over.wait_for(|over| *over) => {}
        }
    }
}

impl Round<'_> {
    /// Shops until this many seats are bought, or the sale is over.
    pub(crate) async fn shop(mut self, wanted: usize) -> Result<()> {
        let (mut bought, mut attempt) = (0, 0_u32);
        while bought < wanted && !self.sale.is_over() {
            attempt += 1;
            if !self.fill_cart().await? {
                continue;
            }
            self.think(20, self.sale.think_ms).await;
            match self.make_up_mind() {
                Mind::Lapse => {
                    self.sale.nap(self.sale.hold_ttl + Duration::from_millis(300)).await;
                    continue;
                }
                Mind::Release => {
                    self.empty_cart().await?;
                    continue;
                }
                Mind::Order => {}
            }
            let key = format!("{}-{attempt}", self.name);
            if let Some(order) = self.order(&key).await? {
                bought += self.settle(order, &key).await?;
            }
        }
        Ok(())
    }

    pub(crate) fn may_dawdle(&self) -> bool {
        Instant::now() < self.dawdle_until
    }

    pub(crate) async fn think(&mut self, from_ms: u64, to_ms: u64) {
        let time = Duration::from_millis(self.rng.random_range(from_ms..=to_ms));
        self.sale.nap(time).await;
    }

    fn make_up_mind(&mut self) -> Mind {
        match self.rng.random_range(0..100) {
            0..6 if self.may_dawdle() => Mind::Lapse,
            6..12 => Mind::Release,
            _ => Mind::Order,
        }
    }

    /// Holds one to four free seats; `false` if that came to nothing.
    async fn fill_cart(&mut self) -> Result<bool> {
        let hall = &self.sale.hall;
        let wish = self.rng.random_range(1..=MOST_SEATS.min(hall.limit));
        let ask = if self.rng.random_bool(0.2) {
            Ask::post(Verb::Hold, format!("events/{}/holds/best-available", hall.event), json!({"quantity": wish}))
        } else {
            let seats = self.choose(wish).await?;
            if seats.is_empty() {
                self.sale.wait_for_free_seats().await;
                self.think(0, 400).await;
                return Ok(false);
            }
            Ask::post(Verb::Hold, format!("events/{}/holds", hall.event), json!({"seats": seats}))
        };
        let reply = self.buyer.session.insist(&ask).await?;
        match (reply.status, reply.code()) {
            (201, _) => Ok(true),
            // A server may hear a moment later than others that the sale is open.
            (409, "seat_taken" | "not_enough_seats" | "not_on_sale") => {
                self.think(10, 300).await;
                Ok(false)
            }
            // What a lost answer has left in the cart.
            (422, "seat_limit") => {
                self.empty_cart().await?;
                self.think(200, 1_000).await;
                Ok(false)
            }
            _ => bail!("holding seats: {reply:?}"),
        }
    }

    /// Free seats that follow each other on the map.
    async fn choose(&mut self, wish: usize) -> Result<Vec<String>> {
        let hall = &self.sale.hall;
        let ask = Ask::get(Verb::Look, format!("events/{}/state", hall.event));
        let body = self.buyer.session.insist(&ask).await?.expect(200, "the live map")?;
        let free = hall.named(&crate::hall::Map::read(&body)?, State::Available);
        if free.is_empty() {
            return Ok(free);
        }
        let first = self.rng.random_range(0..free.len());
        Ok(free.into_iter().skip(first).take(wish).collect())
    }

    async fn empty_cart(&self) -> Result<()> {
        let event = &self.sale.hall.event;
        let ask = Ask::get(Verb::Look, format!("cart?event_id={event}"));
        let cart = self.buyer.session.insist(&ask).await?.expect(200, "the cart")?;
        let seats: Vec<_> = cart["seats"].as_array().into_iter().flatten().map(|seat| &seat["seat"]).collect();
        if seats.is_empty() {
            return Ok(());
        }
        let body = json!({"seats": seats});
        let ask = Ask::post(Verb::Release, format!("events/{event}/holds/release"), body);
        let reply = self.buyer.session.insist(&ask).await?;
        // A hold that has ended meanwhile, or whose release was not heard of, is not held: just as well.
        if reply.status == 204 || reply.code() == "not_held" { Ok(()) } else { bail!("releasing seats: {reply:?}") }
    }

    /// Places an order for the cart; `None` if there is nothing left in it.
    async fn order(&mut self, key: &str) -> Result<Option<Order>> {
        let body = json!({"event_id": self.sale.hall.event});
        let ask = Ask::post(Verb::Order, "orders", body).with_key(format!("order-{key}"));
        let reply = self.buyer.session.insist(&ask).await?;
        match (reply.status, reply.code()) {
            (201, _) => self.hear(reply).map(Some),
            (409, "seats_lost") | (422, "empty_cart") => Ok(None),
            (422, "seat_limit") => {
                self.empty_cart().await?;
                Ok(None)
            }
            _ => bail!("placing an order: {reply:?}"),
        }
    }

    /// Pays, or not; how many seats were bought.
    async fn settle(&mut self, order: Order, key: &str) -> Result<usize> {
        let order = match self.rng.random_range(0..100) {
            0..6 => self.cancel(&order).await?,
            // Walks away; the order expires.
            6..9 if self.may_dawdle() => {
                self.sale.nap(self.sale.payment_window).await;
                self.read(&order).await?
            }
            _ => pay(self, order, key).await?,
        };
        Ok(if order.owns_its_seats() { order.seats.len() } else { 0 })
    }

    async fn cancel(&self, order: &Order) -> Result<Order> {
        let ask = Ask::post(Verb::Cancel, format!("orders/{}/cancel", order.id), json!({}));
        let reply = self.buyer.session.insist(&ask).await?;
        match (reply.status, reply.code()) {
            (200, _) => self.hear(reply),
            (409, "order_closed") => self.read(order).await,
            _ => bail!("cancelling: {reply:?}"),
        }
    }

    /// The order as it is now.
    pub(crate) async fn read(&self, order: &Order) -> Result<Order> {
        let reply = self.buyer.session.insist(&Ask::get(Verb::Look, format!("orders/{}", order.id))).await?;
        if reply.status == 200 { self.hear(reply) } else { bail!("reading the order {}: {reply:?}", order.id) }
    }

    /// An answer that is an order, and a promise.
    pub(crate) fn hear(&self, reply: Reply) -> Result<Order> {
        let order: Order = serde_json::from_value(reply.body)?;
        self.sale.told.hear(&order);
        Ok(order)
    }
}
