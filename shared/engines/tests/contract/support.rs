//! Opens the adapters under test, and makes the things that every suite needs.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock, UnixMs};
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::ids::{EventId, OrderId, OutboxId, UserId};
use frontrow_engines::holds::book::BookHolds;
use frontrow_engines::holds::redis::RedisHolds;
use frontrow_engines::ledger::PlanBytes;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::ledger::sqlite::SqliteLedger;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_engines::log::outbox::OutboxLog;
use uuid::Uuid;

/// What a test may wait for at most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests through `cargo xtask test`"))
}

pub(crate) fn redis_url() -> String {
    server("FRONTROW_TEST_REDIS")
}

pub(crate) async fn redis() -> RedisHolds {
    RedisHolds::connect(&redis_url()).await.expect("redis")
}

/// A book on the machine's clock.
pub(crate) async fn book() -> BookHolds {
    BookHolds::new(Arc::new(SystemClock))
}

/// A database of its own: outbox rows of one test must not be leased by another.
pub(crate) async fn mongo() -> MongoLedger {
    mongo_with_name().await.0
}

/// The same, and the database's name.
pub(crate) async fn mongo_with_name() -> (MongoLedger, String) {
    let database = format!("contract_{}", Uuid::new_v4().simple());
    let ledger = MongoLedger::connect(&mongo_url(), &database).await.expect("mongodb");
    (ledger, database)
}

pub(crate) fn mongo_url() -> String {
    server("FRONTROW_TEST_MONGO")
}

/// Topics of its own, so that every test reads its own messages only.
pub(crate) async fn kafka() -> KafkaLog {
    KafkaLog::new(&server("FRONTROW_TEST_KAFKA"), &format!("contract-{}", Uuid::new_v4().simple()), 1).expect("kafka")
}

thread_local! {
    /// Every test has a thread of its own; when that ends, the adapters are dropped and its folders go too.
    static FOLDERS: RefCell<Vec<Folder>> = const { RefCell::new(Vec::new()) };
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// A folder that is there as long as the test.
pub(crate) fn folder() -> PathBuf {
    let path = std::env::temp_dir().join(format!("frontrow-contract-{}", Uuid::new_v4().simple()));
    std::fs::create_dir(&path).expect("a folder");
    FOLDERS.with_borrow_mut(|folders| folders.push(Folder(path.clone())));
    path
}

pub(crate) fn open_sqlite(path: &Path) -> SqliteLedger {
    SqliteLedger::open(path).expect("sqlite")
}

/// A file of its own.
pub(crate) async fn sqlite() -> SqliteLedger {
    open_sqlite(&folder().join("frontrow.db"))
}

/// The log in a file of its own.
pub(crate) async fn outbox() -> OutboxLog {
    OutboxLog::new(sqlite().await)
}

pub(crate) fn now() -> UnixMs {
    SystemClock.now()
}

pub(crate) fn new_event_id() -> EventId {
    EventId(Uuid::now_v7())
}

pub(crate) fn new_user_id() -> UserId {
    UserId(Uuid::now_v7())
}

pub(crate) fn new_order_id() -> OrderId {
    OrderId(Uuid::now_v7())
}

pub(crate) fn new_outbox_id() -> OutboxId {
    OutboxId(Uuid::now_v7())
}

pub(crate) fn plan() -> PlanBytes {
    PlanBytes::pack(format!("{{\"name\":\"{}\"}}", Uuid::new_v4()).as_bytes()).expect("packs")
}

pub(crate) fn event(plan: &PlanBytes, seats_total: u32) -> Event {
    Event {
        id: new_event_id(),
        organizer_id: new_user_id(),
        name: "Handball (final)".into(),
        description: String::new(),
        genre: Some("sport".into()),
        venue: "Riethsporthalle".into(),
        timezone: "Europe/Berlin".into(),
        starts_at: now().plus_ms(86_400_000),
        ends_at: None,
        refundable_until: None,
        status: EventStatus::Generating,
        on_sale_when_generated: true,
        currency: "EUR".parse().expect("a currency"),
        prices: [("Stalls".to_owned(), 7500)].into(),
        earlier_prices: Vec::new(),
        orphan_rule: OrphanRule::Off,
        hold_ttl_s: 600,
        payment_window_s: 300,
        max_seats_per_user: 8,
        seats_total,
        plan_hash: plan.hash().to_owned(),
        generation: Generation { done: 0, total: seats_total, error: None },
        fence_epoch: 0,
        version: 1,
        created_at: now(),
    }
}
