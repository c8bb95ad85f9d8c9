//! The organizer: blocks and unblocks seats, and gives so many orders back that there is always something to buy.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use super::api::Ask;
use super::person::{Deed, Person, World};
use crate::history::{Outcome, Verb};

const INSISTING: usize = 5;
/// Orders that stay sold, per event; of the larger hall more.
const KEPT: usize = 2;
/// Orders given back at one time.
const REFUNDS: usize = 4;

pub(super) struct Organizer {
    pub(super) person: Arc<Person>,
    pub(super) world: Arc<World>,
    pub(super) rng: StdRng,
    pub(super) event: usize,
    pub(super) keys: u64,
}

impl Organizer {
    /// Runs the event until everybody goes home, and leaves no seat blocked that it can unblock.
    pub(super) async fn run(mut self, over: watch::Receiver<bool>) {
        let mut blocked = None;
        while !*over.borrow() {
            let pause_ms = self.rng.random_range(200..900);
            sleep(Duration::from_millis(pause_ms)).await;
            match blocked.take() {
                Some(seat) => self.block(Verb::Unblock, seat).await,
                None if self.rng.random_bool(0.3) => {
                    let seat = self.rng.random_range(0..self.world.halls[self.event].seats.len());
                    self.block(Verb::Block, seat).await;
                    blocked = Some(seat);
                }
                None => self.refund_some().await,
            }
        }
        if let Some(seat) = blocked {
            self.block(Verb::Unblock, seat).await;
        }
    }

    fn server(&mut self) -> usize {
        self.rng.random_range(0..self.world.api.servers())
    }

    fn key(&mut self, what: &str) -> String {
        self.keys += 1;
        format!("{what}-{}-{}-{}", self.world.seed, self.event, self.keys)
    }

    async fn block(&mut self, verb: Verb, seat: usize) {
        let hall = &self.world.halls[self.event];
        let word = if verb == Verb::Block { "block" } else { "unblock" };
        let body = json!({"seats": [hall.seats[seat]], "reason": "chaos"});
        let path = format!("admin/events/{}/{word}", hall.id);
        let ask = Ask::post(path, body).with_key(self.key(word));
        let deed = Deed { verb, event: self.event, ask, server: self.server(), attempts: INSISTING };
        self.person.act(&self.world, deed, |operation| operation.seats = vec![seat]).await;
    }

    async fn refund_some(&mut self) {
        let hall = &self.world.halls[self.event];
        let ask = Ask::get(format!("admin/events/{}/orders?status=confirmed&limit=100", hall.id));
        let server = self.server();
        let answer = self.person.ask(&self.world, &ask, server, 1).await;
        if answer.outcome() != Outcome::Ok {
            return;
        }
        let orders = answer.body()["items"].as_array().into_iter().flatten();
        let sold: Vec<_> = orders.filter_map(|order| Some(order["id"].as_str()?.to_owned())).collect();
        let kept = KEPT * self.world.halls[self.event].seats.len().div_ceil(16);
        let surplus = sold.len().saturating_sub(kept).min(REFUNDS);
        let chosen: Vec<_> = sold.choose_multiple(&mut self.rng, surplus).cloned().collect();
        for order in chosen {
            let ask = Ask::post(format!("orders/{order}/refund"), json!({"reason": "chaos"}));
            let ask = ask.with_key(self.key("refund"));
            let deed = Deed { verb: Verb::Refund, event: self.event, ask, server: self.server(), attempts: INSISTING };
            self.person.act(&self.world, deed, |operation| operation.order = Some(order)).await;
        }
    }
}
