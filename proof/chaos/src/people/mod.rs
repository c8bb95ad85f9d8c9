//! The people of a run: buyers, an organizer for every event, two scanners at the door. They speak to the public API alone,
//! through whatever is broken in between. They must never look into a store.

mod api;
mod buyer;
mod door;
mod hall;
mod organizer;
mod person;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub(crate) use self::api::{Api, Ask};
use self::buyer::Buyer;
use self::organizer::Organizer;
pub(crate) use self::person::{PASSWORD, Person, World};
use crate::history::History;
use crate::stage::Admin;

/// Enough that every hot seat is always wanted by several.
const BUYERS: usize = 36;
/// Hashing passwords is the server's work; more at once only wait.
const REGISTRATIONS: usize = 4;
/// How long a buyer thinks at most. Short, since most of what they want is taken anyway.
const THINKING_MS: u64 = 120;
/// Longer than the longest chain of attempts that somebody is in.
const GOING_HOME: Duration = Duration::from_secs(90);
/// Tickets on their way to the door; who finds no place there stays outside.
const QUEUE: usize = 256;

/// Everybody, at work.
pub(crate) struct Crowd {
    pub(crate) world: Arc<World>,
    /// Everybody with an account: first the organizer, then the scanner, then buyers.
    pub(crate) cast: Vec<Arc<Person>>,
    over: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Creates events and accounts while nothing is broken yet. Nobody wants anything before `begin`.
pub(crate) async fn assemble(servers: &[String], admin: &Admin, history: &History, seed: u64) -> Result<Crowd> {
    let api = Api::new(servers)?;
    let mut world = World { api, history: history.clone(), halls: Vec::new(), seed };
    let organizer = Person::sign_in(&world.api, 0, admin.email.clone(), &admin.password).await?;
    let mut halls = Vec::new();
    for kind in hall::KINDS {
        halls.push(kind.create(&world, &organizer).await.with_context(|| format!("the event {:?}", kind.name))?);
    }
    world.halls = halls;
    let accounts = (1..BUYERS + 2).map(|number| Person::register(&world.api, number, format!("p{number}@chaos.test")));
    let people: Vec<_> = stream::iter(accounts).buffered(REGISTRATIONS).try_collect().await?;
    let scanner = people.first().context("nobody came")?;
    for hall in &world.halls {
        let ask =
            Ask::post(format!("admin/users/{}/role", scanner.id), json!({"role": "scanner", "event_id": hall.id}));
        organizer.must(&world, &ask, 200).await?;
    }
    let cast = std::iter::once(organizer).chain(people).map(Arc::new).collect();
    Ok(Crowd { world: Arc::new(world), cast, over: watch::Sender::new(false), tasks: JoinSet::new() })
}

impl Crowd {
    /// From now on everybody wants something.
    pub(crate) fn begin(&mut self) {
        let (papers, shown) = mpsc::channel(QUEUE);
        let (organizer, scanner) = (&self.cast[0], &self.cast[1]);
        let scanners = [Arc::clone(organizer), Arc::clone(scanner)];
        self.tasks.spawn(door::stand(Arc::clone(&self.world), scanners, self.rng(1), shown));
        for event in 0..self.world.halls.len() {
            let rng = self.rng(1_000 + event as u64);
            let (person, world) = (Arc::clone(&self.cast[0]), Arc::clone(&self.world));
            let organizer = Organizer { person, world, rng, event, keys: 0 };
            self.tasks.spawn(organizer.run(self.over.subscribe()));
        }
        for person in &self.cast[2..] {
            let rng = self.rng(10_000 + person.number as u64);
            let mut pauses = self.rng(20_000 + person.number as u64);
            let mut buyer = Buyer::new(Arc::clone(person), Arc::clone(&self.world), rng, papers.clone());
            let over = self.over.subscribe();
            self.tasks.spawn(async move {
                while !*over.borrow() {
                    sleep(Duration::from_millis(pauses.random_range(0..THINKING_MS))).await;
                    buyer.step().await;
                }
            });
        }
    }

    fn rng(&self, of: u64) -> StdRng {
        StdRng::seed_from_u64(self.world.seed ^ (of << 32))
    }

    /// Nobody begins anything new.
    pub(crate) fn call_it_a_day(&self) {
        self.over.send_replace(true);
    }

    /// Everybody has finished what they were at.
    pub(crate) async fn gone(&mut self) -> Result<()> {
        let gone = timeout(GOING_HOME, async {
            while let Some(ended) = self.tasks.join_next().await {
                ended.context("somebody's task")?;
            }
            anyhow::Ok(())
        });
        gone.await.context("somebody does not go home")?
    }
}
