//! A run: two servers or one, a hold store, a ledger and a log, clients, and a seed from which all the rest follows. A storm
//! first, then calm; and when it has been calm for three seconds, everybody has to be right.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use frontrow_domain::clock::{Clock as _, UnixMs};
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::LoginId;
use frontrow_engines::ledger::Accounts as _;
use frontrow_settings::Rooms as RoomSettings;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::actors::{self, MAX_JUMP_MS};
use super::client::Client;
use super::faults::{Kinds, Weather};
use super::hall;
use super::inspector;
use super::ledger::SimulatedLedger;
use super::line::Wire;
use super::log::SimulatedLog;
use super::mirror::Mirror;
use super::server::SimulatedServer;
use super::store::SimulatedHolds;
use super::trace::{Record, SimulatedClock, Trace};

/// Goal S5.
const HEALED_AFTER: Duration = Duration::from_secs(3);
/// A lease that ended so short a time ago may still be shown.
const ON_ITS_WAY_MS: u64 = 300;
/// Heartbeats without an answer, a stalled close, and the longest linger.
pub(super) const GONE_AFTER: Duration = Duration::from_mins(1);

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Everybody does what they want, and everything may go wrong.
    Storm,
    /// Nothing goes wrong any more, and clients only look.
    Calm,
    /// Clients go home.
    Over,
}

/// See the module.
pub(super) struct World {
    pub(super) trace: Arc<Trace>,
    pub(super) store: Arc<SimulatedHolds>,
    pub(super) ledger: Arc<SimulatedLedger>,
    pub(super) log: Arc<SimulatedLog>,
    pub(super) servers: Vec<SimulatedServer>,
    phase: Mutex<Phase>,
    /// It wakes whoever waits in their order; a `watch` would draw lots.
    turned: Notify,
    pub(super) tick_ms: u64,
    pub(super) linger: Duration,
    clock: SimulatedClock,
    began: Instant,
    pub(super) lines: Mutex<Vec<Weak<Wire>>>,
}

/// One run, from its seed to its verdict.
pub(super) async fn run(seed: u64, keeps_trace: bool, keys: &Path) -> Record {
    let trace = Arc::new(Trace::new(keeps_trace));
    let mut rng = StdRng::seed_from_u64(seed);
    let world = Arc::new(World::draw(&mut rng, &trace, keys));
    for server in &world.servers {
        server.warm_up().await;
    }
    let mut workers = JoinSet::new();
    world.servers.iter().for_each(|server| server.start_workers(&mut workers));
    let mut clients = JoinSet::new();
    let mut mirrors = Vec::new();
    for number in 0..rng.random_range(3..=6) {
        let client = Client::new(&world, number, rng.random());
        mirrors.push(client.shown());
        clients.spawn(client.run());
    }
    world.storm(&mut rng).await;
    world.calm(&mirrors).await;
    world.enter(Phase::Over);
    if timeout(GONE_AFTER, clients.join_all()).await.is_err() {
        trace.wrong("clients do not come to an end");
    }
    world.wind_down(workers).await;
    trace.record()
}

impl World {
    fn draw(rng: &mut StdRng, trace: &Arc<Trace>, keys: &Path) -> Self {
        let kinds = Kinds::draw(rng);
        trace.note(format_args!("{kinds:?}"));
        let weather = Weather::new(kinds, rng.random());
        let clock = SimulatedClock::new(rng.random_range(-5_000..5_000));
        let store = Arc::new(SimulatedHolds::new(clock, weather, Arc::clone(trace)));
        let plan = hall::plan();
        let ledger = Arc::new(SimulatedLedger::new(hall::event(&plan, rng.random_range(2..=5)), plan));
        let log = Arc::new(SimulatedLog::new(rng.random(), if kinds.log_breaks { 15 } else { 0 }));
        let rooms = room_settings(rng);
        let servers = (0..rng.random_range(1..=2)).map(|_| {
            // A login must not seem to last longer than it does.
            let clock = Arc::new(SimulatedClock::new(rng.random_range(0..1_500)));
            SimulatedServer::new(store.clone(), ledger.clone(), log.clone(), clock, (rooms.clone(), keys))
        });
        Self {
            trace: Arc::clone(trace),
            servers: servers.collect(),
            store,
            ledger,
            log,
            phase: Mutex::new(Phase::Storm),
            turned: Notify::new(),
            tick_ms: rooms.tick_ms,
            linger: Duration::from_millis(rooms.linger_ms),
            clock: SimulatedClock::new(0),
            began: Instant::now(),
            lines: Mutex::default(),
        }
    }

    pub(super) fn weather(&self) -> &Weather {
        &self.store.weather
    }

    pub(super) fn phase(&self) -> Phase {
        *lock(&self.phase)
    }

    /// Waits for the end of this phase.
    pub(super) async fn end_of(&self, phase: Phase) {
        loop {
            let turned = self.turned.notified();
            if self.phase() != phase {
                return;
            }
            turned.await;
        }
    }

    fn enter(&self, phase: Phase) {
        *lock(&self.phase) = phase;
        self.turned.notify_waiters();
    }

    pub(super) fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// The moment of a time, which must not be before the run.
    pub(super) fn moment(&self, at: UnixMs) -> Instant {
        let since_now_ms = u64::try_from(at.0 - self.now().0).unwrap_or(0);
        (Instant::now() + Duration::from_millis(since_now_ms)).max(self.began)
    }

    pub(super) async fn end_login(&self, login: LoginId) {
        self.ledger.end_login(login, self.now()).await.ok();
    }

    pub(super) fn watch_line(&self, line: Weak<Wire>) {
        lock(&self.lines).push(line);
    }

    async fn storm(self: &Arc<Self>, rng: &mut StdRng) {
        let [weather, organizer, strangers] = [0; 3].map(|_: u64| rng.random());
        let there_are_strangers = self.weather().kinds.strangers;
        let everybody = async {
            let strangers = async {
                if there_are_strangers {
                    actors::strangers(self, strangers).await;
                }
            };
            tokio::join!(
                biased;
                actors::weather(self, weather),
                actors::organizer(self, organizer),
                strangers,
                inspector::inspect(self),
            );
        };
        let lasts = Duration::from_millis(rng.random_range(4_000..14_000));
        timeout(lasts, everybody).await.ok();
    }

    /// Heals everything, waits as long as it may take, and compares.
    async fn calm(&self, mirrors: &[Arc<Mutex<Mirror>>]) {
        self.trace.note(format_args!("calm"));
        self.weather().clear_up();
        self.store.hints.mend();
        self.log.clear_up();
        if self.ledger.status() != EventStatus::OnSale {
            actors::set_status(self, EventStatus::OnSale);
        }
        self.enter(Phase::Calm);
        timeout(HEALED_AFTER, inspector::inspect(self)).await.ok();
        let patience = Instant::now() + GONE_AFTER;
        while (self.a_lease_ends() || mirrors.iter().any(|it| lock(it).is_new())) && Instant::now() < patience {
            sleep(Duration::from_millis(50)).await;
        }
        self.compare(mirrors);
        self.compare_with_ledger();
        if !self.trace.is_wrong() {
            self.probe().await;
        }
    }

    /// Whether a lease is about to end, or has ended so short a time ago that this may still be shown.
    fn a_lease_ends(&self) -> bool {
        let jump_ms = if self.weather().kinds.clock_jumps { MAX_JUMP_MS.unsigned_abs() } else { 0 };
        let now_ms = self.store.clock.now_ms();
        let ends = now_ms.saturating_sub(ON_ITS_WAY_MS + jump_ms)..now_ms + 100;
        self.store.changed_at_ms() >= ends.start || self.store.deadlines().any(|at_ms| ends.contains(&at_ms))
    }
}

/// A run in which something panicked has failed anyway.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn room_settings(rng: &mut StdRng) -> RoomSettings {
    RoomSettings {
        tick_ms: 20,
        beacon_ms: rng.random_range(200..2_000),
        heartbeat_ms: rng.random_range(500..3_000),
        linger_ms: rng.random_range(100..3_000),
        deltas_kept: rng.random_range(2..40),
    }
}
