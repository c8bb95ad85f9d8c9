//! A buyer: wants seats of the hot few whether they are free or not, lets holds lapse, extends them, orders, pays with cards
//! of all kinds, cancels, gives back. What a buyer does next is decided by the seed; what becomes of it by the servers.

use std::sync::Arc;

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use serde_json::json;
use tokio::sync::mpsc;

use super::api::{Answer, Ask, seats};
use super::door::Paper;
use super::person::{Deed, Person, World};
use crate::history::{Outcome, Told, Verb};

/// Attempts under one key, at one server after the other.
const INSISTING: usize = 7;
/// Per hundred: who wants which event.
const HOT: u32 = 45;
const WARM: u32 = 70;
/// Per hundred answers that are asked for again.
const REPEATED: f64 = 0.04;
/// Wanted by one hold.
const MOST_SEATS: usize = 4;
const MOST_IN_A_GROUP: usize = 8;

pub(super) struct Buyer {
    person: Arc<Person>,
    world: Arc<World>,
    rng: StdRng,
    /// By event.
    plans: Vec<Plan>,
    /// Tickets for the door.
    papers: mpsc::Sender<Paper>,
    keys: u64,
}

/// What somebody believes to have in an event.
#[derive(Default)]
struct Plan {
    cart: Vec<String>,
    order: Option<Told>,
    /// Cards that were tried for the order.
    cards: usize,
    owned: Vec<String>,
}

/// By a number below 100: the provider's cards, the good one most often.
fn card(lot: u32) -> &'static str {
    match lot {
        0..8 => "card_declined",
        8..14 => "card_slow",
        14..20 => "card_lost_reply",
        20..26 => "card_webhook_first",
        26..32 => "card_duplicated",
        32..38 => "card_reordered",
        38..43 => "card_late",
        43..45 => "card_hangs",
        _ => "card_ok",
    }
}

impl Buyer {
    pub(super) fn new(person: Arc<Person>, world: Arc<World>, rng: StdRng, papers: mpsc::Sender<Paper>) -> Self {
        let plans = world.halls.iter().map(|_| Plan::default()).collect();
        Self { person, world, rng, plans, papers, keys: 0 }
    }

    /// One thing that a buyer does.
    pub(super) async fn step(&mut self) {
        let lot = self.rng.random_range(0..100);
        let event = if lot < HOT { 0 } else { 1 + usize::from(lot >= WARM) };
        let lot = self.rng.random_range(0..100);
        let plan = &self.plans[event];
        if plan.order.is_some() {
            self.with_an_order(event, lot).await;
        } else if !plan.cart.is_empty() {
            self.with_a_cart(event, lot).await;
        } else {
            self.with_nothing(event, lot).await;
        }
    }

    async fn with_nothing(&mut self, event: usize, lot: u32) {
        match lot {
            0..8 => self.best(event).await,
            8..12 => self.give_back(event).await,
            12..13 => {
                let server = self.server();
                self.person.renew(&self.world, server).await;
            }
            _ => self.hold(event).await,
        }
    }

    async fn with_a_cart(&mut self, event: usize, lot: u32) {
        match lot {
            0..60 => self.order(event).await,
            60..70 => self.release(event).await,
            70..78 => self.extend(event).await,
            78..93 => self.hold(event).await,
            // Goes away; the holds end by themselves.
            _ => self.plans[event].cart.clear(),
        }
    }

    async fn with_an_order(&mut self, event: usize, lot: u32) {
        match lot {
            0..75 => self.pay(event).await,
            75..83 => self.cancel(event).await,
            83..95 => self.look(event).await,
            // Forgets about it; it expires, or money arrives late.
            _ => self.plans[event].order = None,
        }
    }

    fn server(&mut self) -> usize {
        self.rng.random_range(0..self.world.api.servers())
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("chaos-{}-{}-{}", self.world.seed, self.person.number, self.keys)
    }

    async fn act(&mut self, verb: Verb, event: usize, ask: Ask, seats: Vec<usize>) -> Answer {
        let order = self.plans[event].order.as_ref().filter(|_| verb != Verb::Order).map(|order| order.order.clone());
        let attempts = if ask.key.is_some() { INSISTING } else { 1 };
        let repeated = ask.key.is_some() && self.rng.random_bool(REPEATED);
        let (server, since_us) = (self.server(), self.world.history.now_us());
        let again = repeated.then(|| ask.clone());
        let deed = Deed { verb, event, ask, server, attempts };
        let about = |operation: &mut crate::history::Operation| {
            operation.seats = seats;
            operation.order = order;
        };
        let answer = self.person.act(&self.world, deed, about).await;
        if let (Some(ask), Outcome::Ok) = (again, answer.outcome()) {
            self.repeat(event, &ask, &answer, since_us).await;
        }
        answer
    }

    /// The same request under the same key must have the same answer, byte for byte.
    async fn repeat(&mut self, event: usize, ask: &Ask, first: &Answer, since_us: u64) {
        let history = &self.world.history;
        let begun = history.invoke(Verb::Repeat, self.person.number, event).about(history, |_| {});
        let server = self.rng.random_range(0..self.world.api.servers());
        let answer = self.person.ask(&self.world, ask, server, 1).await;
        let passing = answer.outcome() == Outcome::Unknown || matches!(answer.status(), 401 | 429 | 503);
        let same = passing || (answer.status(), answer.bytes()) == (first.status(), first.bytes());
        let begun = begun.heard(|operation| {
            operation.same = same;
            // What was noise then is noise now.
            operation.start_us = since_us;
        });
        self.world.history.complete(begun, answer.outcome(), answer.code());
    }

    async fn hold(&mut self, event: usize) {
        let hall = &self.world.halls[event];
        let most = if hall.seats.len() > 20 { MOST_IN_A_GROUP } else { MOST_SEATS };
        let count = self.rng.random_range(1..=most.min(hall.limit));
        let wanted: Vec<usize> = if hall.seats.len() > 20 {
            let first = self.rng.random_range(0..=hall.seats.len() - count);
            (first..first + count).collect()
        } else {
            let mut all: Vec<_> = (0..hall.seats.len()).collect();
            all.shuffle(&mut self.rng);
            all.truncate(count);
            all
        };
        let names: Vec<_> = wanted.iter().map(|&ordinal| hall.seats[ordinal].clone()).collect();
        let ask = Ask::post(format!("events/{}/holds", hall.id), seats(&names));
        let answer = self.act(Verb::Hold, event, ask, wanted).await;
        self.take(event, &answer);
    }

    async fn best(&mut self, event: usize) {
        let hall = &self.world.halls[event];
        let quantity = self.rng.random_range(1..=hall.limit);
        let ask = Ask::post(format!("events/{}/holds/best-available", hall.id), json!({"quantity": quantity}));
        let answer = self.act(Verb::BestAvailable, event, ask, Vec::new()).await;
        self.take(event, &answer);
    }

    fn take(&mut self, event: usize, answer: &Answer) {
        if answer.outcome() == Outcome::Ok {
            let names =
                answer.body()["seats"].as_array().into_iter().flatten().filter_map(|seat| seat["seat"].as_str());
            let cart = &mut self.plans[event].cart;
            cart.extend(names.map(str::to_owned));
            cart.sort_unstable();
            cart.dedup();
        }
    }

    async fn release(&mut self, event: usize) {
        let hall = &self.world.halls[event];
        let mut cart = std::mem::take(&mut self.plans[event].cart);
        // All of them, or one.
        if self.rng.random_bool(0.5) {
            cart.shuffle(&mut self.rng);
            self.plans[event].cart = cart.split_off(1);
        }
        let ordinals = hall.seats.iter().enumerate().filter(|(_, name)| cart.contains(name)).map(|(seat, _)| seat);
        let ordinals = ordinals.collect();
        let ask = Ask::post(format!("events/{}/holds/release", hall.id), seats(&cart));
        if self.act(Verb::Release, event, ask, ordinals).await.outcome() != Outcome::Ok {
            self.plans[event].cart.clear();
        }
    }

    async fn extend(&mut self, event: usize) {
        let ask = Ask::post(format!("events/{}/holds/extend", self.world.halls[event].id), json!({}));
        let answer = self.act(Verb::Extend, event, ask, Vec::new()).await;
        if answer.outcome() == Outcome::Ok {
            self.plans[event].cart.clear();
            self.take(event, &answer);
        }
    }

    async fn order(&mut self, event: usize) {
        self.plans[event].cart.clear();
        let body = json!({"event_id": self.world.halls[event].id});
        let ask = Ask::post("orders", body).with_key(self.key());
        let answer = self.act(Verb::Order, event, ask, Vec::new()).await;
        self.hear(event, &answer);
        self.plans[event].cards = 0;
    }

    async fn pay(&mut self, event: usize) {
        let Some(payment) = self.plans[event].order.as_ref().map(|order| order.payment.clone()) else { return };
        let method = card(self.rng.random_range(0..100));
        let ask = Ask::post(format!("payments/{payment}/confirm"), json!({"method": method})).with_key(self.key());
        let answer = self.act(Verb::Pay, event, ask, Vec::new()).await;
        self.plans[event].cards += 1;
        match answer.status() {
            200 | 202 => self.hear(event, &answer),
            402 if self.plans[event].cards < 3 => {}
            _ => self.plans[event].order = None,
        }
    }

    async fn cancel(&mut self, event: usize) {
        let Some(id) = self.plans[event].order.as_ref().map(|order| order.order.clone()) else { return };
        let ask = Ask::post(format!("orders/{id}/cancel"), json!({})).with_key(self.key());
        self.act(Verb::Cancel, event, ask, Vec::new()).await;
        self.plans[event].order = None;
    }

    async fn look(&mut self, event: usize) {
        let Some(id) = self.plans[event].order.as_ref().map(|order| order.order.clone()) else { return };
        let answer = self.act(Verb::Look, event, Ask::get(format!("orders/{id}")), Vec::new()).await;
        if answer.outcome() == Outcome::Ok {
            self.hear(event, &answer);
        }
    }

    /// Gives something back that was bought.
    async fn give_back(&mut self, event: usize) {
        let Some(id) = self.plans[event].owned.choose(&mut self.rng).cloned() else { return self.hold(event).await };
        self.plans[event].owned.retain(|other| *other != id);
        let ask = Ask::post(format!("orders/{id}/refund"), json!({"reason": "cannot come"})).with_key(self.key());
        let deed = Deed { verb: Verb::Refund, event, ask, server: self.server(), attempts: INSISTING };
        self.person.act(&self.world, deed, |operation| operation.order = Some(id)).await;
    }

    /// An order as an answer shows it.
    fn hear(&mut self, event: usize, answer: &Answer) {
        let plan = &mut self.plans[event];
        plan.order = Told::read(answer.body()).ok();
        let Some(told) = plan.order.take_if(|told| told.status != "awaiting_payment") else { return };
        if told.is_confirmed() {
            for ticket in &told.tickets {
                // Those who find no place in the queue do not go in.
                let _ = self.papers.try_send(Paper { event, ticket: ticket.id.clone(), code: ticket.code.clone() });
            }
            plan.owned.push(told.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_card_of_the_provider_is_used() {
        let used: BTreeSet<_> = (0..100).map(card).collect();
        assert_eq!(used.len(), 9, "{used:?}");
    }
}
