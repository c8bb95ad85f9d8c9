//! The bench: two servers, watchers at both, buyers who come and go, orders that claim, buy and give back.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_domain::holds::{CLAIM_GRACE_MS, Command, Outcome, Settled};
use frontrow_domain::ids::{EventId, OrderId, Ordinal, OutboxId, TicketId, UserId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderSeat, OrderStatus};
use frontrow_domain::seat::{Fence, SeatRecord};
use frontrow_domain::ticket::{Ticket, TicketState};
use frontrow_engines::ledger::{NextLook, OrderChange, OrderQuery, Placing, SeatsChange};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::engines::Engines;
use crate::support::{Engine, TestClient, TestStack};
use crate::watcher::{Shown, watch};

pub(crate) const SEATS: u32 = 120;
/// These are the orders'; the rest is for people who hold and release.
const SEATS_OF_ORDERS: u32 = 60;
const BUYERS: usize = 6;
/// Everybody must agree again within this time after the engine is back.
const AGREED_WITHIN: Duration = Duration::from_secs(15);

/// See the module.
pub(crate) struct Bench {
    pub(crate) engines: Engines,
    pub(crate) stack: TestStack,
    pub(crate) event: EventId,
    pub(crate) work: Arc<Work>,
    watchers: Vec<(Shown, JoinHandle<()>)>,
    workers: Vec<JoinHandle<()>>,
    table: String,
    metrics: PrometheusHandle,
    drift_seen: u64,
}

/// What the workers share.
#[derive(Default)]
pub(crate) struct Work {
    paused: AtomicBool,
    /// Workers in the middle of something.
    busy: AtomicU64,
    pub(crate) holds: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) orders_failed: AtomicU64,
    /// The longest answer that was a refusal for want of an engine, in milliseconds, since it was last looked at.
    pub(crate) slowest_refusal_ms: AtomicU64,
    /// Sales that the ledger has acknowledged: they are for ever.
    sold: Mutex<BTreeSet<(Ordinal, UserId)>>,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let metrics = frontrow_server::metrics::install().expect("nobody else collects in this process");
        let engines = tokio::task::spawn_blocking(Engines::start).await.unwrap();
        let stack = TestStack::with(Engine::Cluster, 2, |settings| {
            settings.redis.url.clone_from(&engines.redis_url);
            settings.mongo.url.clone_from(&engines.mongo_url);
            settings.kafka.brokers.clone_from(&engines.kafka_brokers);
            settings.reconciler.every_ms = 2_000;
            settings.limits.account_requests_per_s = 10_000;
            settings.limits.account_requests_burst = 10_000;
        })
        .await;
        let id = stack.event(SEATS, |wish| wish["hold_ttl_s"] = json!(3)).await;
        let event: EventId = id.parse().unwrap();
        let watchers = (0..6).map(|n| watch(stack.address(n), id.clone())).collect();
        let work = Arc::new(Work::default());
        let mut workers = Vec::new();
        for (n, person) in (0..).zip(stack.crowd(BUYERS).await) {
            let person = person.at(&stack.address(n as usize));
            workers.push(tokio::spawn(buy(Arc::clone(&work), person, id.clone(), n)));
        }
        let engines_of_servers = stack.engines.clone();
        workers.push(tokio::spawn(order(Arc::clone(&work), engines_of_servers, event)));
        let table = format!(
            "{:<34}{:>12}{:>22}{:>20}{:>8}\n",
            "trouble", "away for", "slowest refusal", "all agree after", "drift"
        );
        Self { engines, stack, event, work, watchers, workers, table, metrics, drift_seen: 0 }
    }

    /// Some seconds of holds and orders before the next trouble.
    pub(crate) async fn let_people_buy(&self) {
        self.work.paused.store(false, Ordering::SeqCst);
        self.work.slowest_refusal_ms.store(0, Ordering::SeqCst);
        let before = self.work.holds.load(Ordering::SeqCst);
        let going = async {
            while self.work.holds.load(Ordering::SeqCst) < before + 40 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(20), going).await.expect("holds are granted");
        self.healthy();
    }

    /// The engine is back. Lets everybody come to rest and measures until all clients show the truth.
    pub(crate) async fn settle(&mut self, trouble: &str, away: Duration, expected_drift: bool) {
        let back = Instant::now();
        self.work.paused.store(true, Ordering::SeqCst);
        let refusal = self.work.slowest_refusal_ms.load(Ordering::SeqCst);
        let agreed = async {
            while let Err(difference) = self.disagreement().await {
                assert!(back.elapsed() < AGREED_WITHIN, "after {trouble}: {difference}");
                sleep(Duration::from_millis(20)).await;
            }
        };
        agreed.await;
        let took = back.elapsed();
        self.healthy();
        // Two more rounds of the reconciler: at rest it finds nothing, whatever the trouble was.
        sleep(Duration::from_secs(5)).await;
        if trouble == "redis: kill -9" {
            assert!(refusal <= 150, "S6: with Redis down refusals come within 150 ms, not {refusal}");
        }
        let drift = self.drift() - self.drift_seen;
        assert!(expected_drift == (drift > 0), "after {trouble} the reconciler repaired {drift} seats");
        self.drift_seen += drift;
        writeln!(
            self.table,
            "{trouble:<34}{:>10.1} s{:>19} ms{:>17} ms{drift:>8}",
            away.as_secs_f64(),
            refusal,
            took.as_millis()
        )
        .unwrap();
        println!("{}", self.table.lines().last().unwrap());
    }

    /// Why not everybody agrees: workers that are still busy, the ledger, the store, or a browser.
    async fn disagreement(&self) -> Result<(), String> {
        if self.work.busy.load(Ordering::SeqCst) > 0 {
            return Err("somebody still waits for an answer".into());
        }
        let engines = &self.stack.engines;
        let seats: Vec<_> = (0..SEATS).map(Ordinal).collect();
        let settled = engines.ledger.settled(self.event, None).await.map_err(|error| error.to_string())?;
        let read = engines.holds.read(self.event, &seats).await.map_err(|error| error.to_string())?;
        if engines.holds.gate(self.event).await.map_err(|error| error.to_string())?.is_none() {
            return Err("there is no gate".into());
        }
        for seat in &settled {
            let record = read.records[seat.ordinal.index()];
            let agrees = match (seat.state, record) {
                (Settled::Sold { owner }, SeatRecord::Sold { owner: seen }) => owner == seen,
                (Settled::Claimed(lease), SeatRecord::Claimed(seen)) => lease.owner == seen.owner,
                (Settled::Available { .. }, record) => matches!(record, SeatRecord::Available | SeatRecord::Held(_)),
                (Settled::Sold { .. } | Settled::Claimed(_) | Settled::Blocked, _) => false,
            };
            if !agrees {
                return Err(format!("the ledger says {seat:?}, the store {record:?}"));
            }
        }
        for (seat, owner) in self.work.sold.lock().unwrap().iter() {
            let kept = settled.iter().any(|row| row.ordinal == *seat && row.state == Settled::Sold { owner: *owner });
            assert!(kept, "I3: the acknowledged sale of seat {seat} to {owner} is gone");
        }
        let truth: Vec<u8> = read.records.iter().map(|record| record.state() as u8).collect();
        for (n, (shown, _)) in self.watchers.iter().enumerate() {
            let shown = shown.states();
            if shown != truth {
                let seat = shown.iter().zip(&truth).position(|(shown, truth)| shown != truth);
                return Err(format!(
                    "watcher {n} shows {seat:?} differently ({} of {} seats)",
                    shown.len(),
                    truth.len()
                ));
            }
        }
        Ok(())
    }

    /// Nobody has seen a broken rule.
    fn healthy(&self) {
        for (_, watching) in &self.watchers {
            assert!(!watching.is_finished(), "a watcher has seen a broken rule of the protocol");
        }
        assert!(self.workers.iter().all(|worker| !worker.is_finished()), "a worker has seen what must not happen");
    }

    /// Seats that the reconcilers of this process have repaired.
    fn drift(&self) -> u64 {
        let text = self.metrics.render();
        let counters = text.lines().filter(|line| line.starts_with("frontrow_drift_total{"));
        counters.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }

    pub(crate) fn report(self) {
        let work = &self.work;
        println!("\n{}", self.table);
        println!(
            "{} holds granted, {} refused for want of an engine, {} orders failed, {} seats sold and kept",
            work.holds.load(Ordering::SeqCst),
            work.refused.load(Ordering::SeqCst),
            work.orders_failed.load(Ordering::SeqCst),
            work.sold.lock().unwrap().len()
        );
        assert!(!work.sold.lock().unwrap().is_empty(), "orders were bought");
        for task in self.workers.iter().chain(self.watchers.iter().map(|(_, watching)| watching)) {
            task.abort();
        }
    }
}

impl Work {
    async fn turn(&self) {
        loop {
            self.busy.fetch_add(1, Ordering::SeqCst);
            if !self.paused.load(Ordering::SeqCst) {
                return;
            }
            self.busy.fetch_sub(1, Ordering::SeqCst);
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn done(&self) {
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    fn refused(&self, after: Duration) {
        self.refused.fetch_add(1, Ordering::SeqCst);
        let ms = u64::try_from(after.as_millis()).unwrap();
        self.slowest_refusal_ms.fetch_max(ms, Ordering::SeqCst);
    }
}

/// Holds a seat, often gives it back, else lets it run out.
async fn buy(work: Arc<Work>, person: TestClient, event: String, number: u32) {
    for round in number.. {
        work.turn().await;
        let seat = format!("A-{}", SEATS_OF_ORDERS + 1 + round * 7 % (SEATS - SEATS_OF_ORDERS));
        let asked = Instant::now();
        let reply = person.hold(&event, &[&seat]).await;
        match (reply.status, reply.code()) {
            (201, _) => {
                work.holds.fetch_add(1, Ordering::SeqCst);
                if round % 3 > 0 {
                    person.release(&event, &[&seat]).await;
                }
            }
            (503, "recovering" | "unavailable") => work.refused(asked.elapsed()),
            (409, "seat_taken") | (422, "seat_limit") => {}
            _ => panic!("{reply:?}"),
        }
        work.done();
        sleep(Duration::from_millis(10)).await;
    }
}

/// Orders, through the ports, as the checkout will: hold, claim in the store, claim in the ledger, then sell or give back.
async fn order(work: Arc<Work>, engines: frontrow_server::Engines, event: EventId) {
    for round in 0_u32.. {
        work.turn().await;
        if let Err(error) = one_order(&work, &engines, event, Ordinal(round % SEATS_OF_ORDERS), round % 4 == 0).await {
            work.orders_failed.fetch_add(1, Ordering::SeqCst);
            if work.orders_failed.load(Ordering::SeqCst) < 3 {
                println!("an order failed: {error}");
            }
        }
        work.done();
        sleep(Duration::from_millis(30)).await;
    }
}

async fn one_order(
    work: &Work,
    engines: &frontrow_server::Engines,
    event: EventId,
    seat: Ordinal,
    buys: bool,
) -> anyhow::Result<()> {
    let buyer = UserId(Uuid::now_v7());
    let hold = Command::Hold { user: buyer, seats: vec![seat], ttl_ms: 3_000, limit: 8 };
    let Outcome::Yours(held) = engines.holds.apply(event, &hold).await?.outcome else { return Ok(()) };
    let order = new_order(event, buyer, seat, held[0].fence);
    let claim = Command::Claim { user: buyer, seats: order.fences(), ttl_ms: 8_000 + CLAIM_GRACE_MS };
    let Outcome::Yours(_) = engines.holds.apply(event, &claim).await?.outcome else { return Ok(()) };
    // If the ledger does not answer, nobody knows whether there is an order. Whoever asks again gets the same one.
    let placing = Placing { order, window_ms: 8_000, limit: 8 };
    let entry = entry(Action::SeatsClaimed, &placing.order);
    let placed = async {
        loop {
            match engines.ledger.place_order(&placing, None, &entry).await {
                Ok(placed) => return placed,
                Err(_unavailable) => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    if let Ok(order) = timeout(Duration::from_secs(30), placed).await? {
        let sale = change(order.confirmed(), SeatsChange::Sell, Action::SeatsSold);
        if buys && matches!(engines.ledger.change_order(&sale, None).await, Ok(Ok(()))) {
            work.sold.lock().unwrap().insert((seat, buyer));
        }
        timeout(Duration::from_secs(30), end(engines, order.id)).await?;
    }
    // The checkout settles what it has changed; if the store is away now, the log and the reconciler do it later.
    let settled = engines.ledger.settled(event, Some(&[seat])).await?;
    engines.holds.apply(event, &Command::Settle { rebuild_epoch: None, seats: settled }).await?;
    Ok(())
}

/// Ends an order one way or the other, as a resolver would: a sale stays a sale, what is still only claimed is released.
async fn end(engines: &frontrow_server::Engines, id: OrderId) {
    let query = OrderQuery { id: Some(id), limit: 1, ..OrderQuery::default() };
    loop {
        if let Ok(read) = engines.ledger.orders(&query).await {
            let Some(order) = read.orders.first().filter(|order| order.is_open()) else { return };
            let end = change(order.ended(OrderStatus::Cancelled), SeatsChange::Release, Action::OrderCancelled);
            if matches!(engines.ledger.change_order(&end, None).await, Ok(Ok(()))) {
                return;
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn new_order(event_id: EventId, buyer_id: UserId, ordinal: Ordinal, fence: Fence) -> Order {
    let seat =
        OrderSeat { ordinal, seat: format!("A-{}", ordinal.0 + 1), category: "Stalls".into(), price: 7500, fence };
    let now = SystemClock.now();
    Order {
        id: OrderId(Uuid::now_v7()),
        event_id,
        buyer_id,
        status: OrderStatus::AwaitingPayment,
        money: MoneyState::Open,
        seats: vec![seat],
        total: Money { amount: 7500, currency: "EUR".parse().unwrap() },
        client_secret: String::new(),
        declines: 0,
        letter_due: false,
        placed_at: now,
        deadline: now,
        version: 1,
    }
}

/// The end of an order; nobody has to look at it again.
fn change(order: Order, seats: SeatsChange, action: Action) -> OrderChange {
    let ticket = |seat: &OrderSeat| Ticket {
        id: TicketId::of(order.id, seat.ordinal),
        order_id: order.id,
        event_id: order.event_id,
        buyer_id: order.buyer_id,
        ordinal: seat.ordinal,
        seat: seat.seat.clone(),
        code: String::new(),
        state: TicketState::Valid,
    };
    let tickets = if seats == SeatsChange::Sell { order.seats.iter().map(ticket).collect() } else { Vec::new() };
    let entry = Some(entry(action, &order));
    OrderChange { order, seats, tickets, limit: 8, next_look: NextLook::Never, entry }
}

fn entry(action: Action, order: &Order) -> Entry {
    let (id, at) = (OutboxId(Uuid::now_v7()), SystemClock.now());
    Entry { id, at, by: None, action, seats: order.ordinals(), order_id: Some(order.id), reason: None }
}
