//! The verdict on a run: what everybody shows is what the store has, which is what was committed; and of a run that is over
//! nothing is left.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use frontrow_domain::holds::Settled;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::SeatRecord;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::user;
use super::hall::{self, EVENT, SEATS};
use super::mirror::Mirror;
use super::world::{GONE_AFTER, World, lock};
use crate::holds::Buyer;

impl World {
    pub(super) fn compare(&self, mirrors: &[Arc<Mutex<Mirror>>]) {
        let truth = self.store.map();
        for (number, mirror) in mirrors.iter().enumerate() {
            let mirror = lock(mirror);
            match mirror.map() {
                Some(map) if mirror.is_shown() && *map == truth => {}
                Some(map) if mirror.is_shown() => {
                    let differs = |&seat: &u32| map.get(Ordinal(seat)) != truth.get(Ordinal(seat));
                    let seats: Vec<_> = (0..SEATS).filter(differs).collect();
                    self.trace.wrong(&format!("client {number} differs from the store in seats {seats:?}"));
                }
                _ => self.trace.wrong(&format!("client {number} has no map")),
            }
            self.compare_cart(number, &mirror);
        }
    }

    /// Whoever is signed in knows what they hold.
    fn compare_cart(&self, number: usize, mirror: &Mirror) {
        let owner = user(number as u64);
        let mine = |record: &SeatRecord| matches!(record, SeatRecord::Held(lease) if lease.owner == owner);
        let records = (0..).map(Ordinal).zip(self.store.records());
        let held: Vec<_> = records.filter(|(_, record)| mine(record)).map(|(seat, _)| hall::name(seat)).collect();
        if mirror.cart().is_some_and(|cart| cart != held) {
            let cart = mirror.cart();
            self.trace.wrong(&format!("client {number} holds {held:?} and is told that it holds {cart:?}"));
        }
    }

    /// What was committed is what the store has.
    pub(super) fn compare_with_ledger(&self) {
        for (seat, record) in (0..).map(Ordinal).zip(self.store.records()) {
            let settled = self.ledger.seat(seat);
            let is_same = match (&settled, &record) {
                (Settled::Sold { owner }, SeatRecord::Sold { owner: stored }) => owner == stored,
                (Settled::Claimed(lease), SeatRecord::Claimed(stored)) => lease.fence == stored.fence,
                (Settled::Blocked, SeatRecord::Blocked)
                | (Settled::Available { .. }, SeatRecord::Available | SeatRecord::Held(_)) => true,
                _ => false,
            };
            if !is_same {
                self.trace.wrong(&format!("seat {seat} is {settled:?} in the ledger and {record:?} in the store"));
            }
        }
    }

    /// Whatever happened before, a free seat can be held at every server.
    pub(super) async fn probe(&self) {
        for (which, server) in (0..).zip(&self.servers) {
            let records = self.store.records();
            let Some(free) = records.iter().position(|record| *record == SeatRecord::Available) else { return };
            let name = hall::name(Ordinal(u32::try_from(free).unwrap_or(0)));
            if let Err(problem) =
                server.app.desk.hold(Buyer { user: user(200 + which), address: None }, EVENT, &[name]).await
            {
                self.trace.wrong(&format!("seat {free} is free and is refused: {}", problem.detail));
            }
        }
    }

    /// Nothing is left of a run that is over.
    pub(super) async fn wind_down(&self, mut workers: JoinSet<()>) {
        for server in &self.servers {
            server.wind_down(&self.trace, GONE_AFTER).await;
        }
        if let Some(ended) = workers.try_join_next() {
            self.trace.wrong(&format!("a worker has ended by itself: {ended:?}"));
        }
        workers.shutdown().await;
        // The task of a hub is aborted, and ends when it is looked at next.
        sleep(Duration::from_millis(1)).await;
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        if tasks > 0 {
            self.trace.wrong(&format!("{tasks} tasks are left"));
        }
        let lines = lock(&self.lines);
        let open = lines.iter().filter(|line| line.strong_count() > 0).count();
        if open > 0 {
            self.trace.wrong(&format!("{open} lines are still open"));
        }
    }
}
