//! A ledger and a log for one test, and relay processes that can be killed.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::ids::{EventId, OutboxId, UserId};
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::ledger::{Catalogue as _, PlanBytes};
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_engines::log::{Entry, Log as _};
use serde_json::json;
use uuid::Uuid;

pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

fn engine(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests through `cargo xtask test`"))
}

/// Waits until the condition holds; `what` says so.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, holds).await.is_ok(), "{what}: not in time");
}

pub(crate) struct Bench {
    pub(crate) name: String,
    pub(crate) ledger: MongoLedger,
    pub(crate) brokers: String,
    log: KafkaLog,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let name = format!("relay-{}", Uuid::new_v4().simple());
        let brokers = engine("FRONTROW_TEST_KAFKA");
        let ledger = MongoLedger::connect(&engine("FRONTROW_TEST_MONGO"), &name).await.expect("mongodb");
        let log = KafkaLog::new(&brokers, &name, 1).expect("kafka");
        log.check().await.expect("the topics are there");
        Self { name, ledger, brokers, log }
    }

    /// A relay in a process of its own.
    pub(crate) fn relay(&self, batch_seats: u32) -> RelayProcess {
        self.relay_with(batch_seats, "")
    }

    /// A relay that dies when it gets to this place for the first time.
    pub(crate) fn relay_that_dies(&self, place: &str) -> RelayProcess {
        self.relay_with(500, &format!("{place}=abort:1"))
    }

    fn relay_with(&self, batch_seats: u32, failpoints: &str) -> RelayProcess {
        let child = Command::new(env!("CARGO_BIN_EXE_frontrow-relay"))
            .env("FRONTROW__ENGINE", "cluster")
            .env("FRONTROW__MONGO__URL", engine("FRONTROW_TEST_MONGO"))
            .env("FRONTROW__MONGO__DATABASE", &self.name)
            .env("FRONTROW__KAFKA__BROKERS", &self.brokers)
            .env("FRONTROW__KAFKA__TOPIC_PREFIX", &self.name)
            .env("FRONTROW__RELAY__NAME", format!("{}-relay", self.name))
            .env("FRONTROW__RELAY__BATCH_SEATS", batch_seats.to_string())
            .env("FRONTROW_FAILPOINTS", failpoints)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the relay starts");
        RelayProcess(child)
    }

    pub(crate) fn new_event(&self, seats: u32) -> Event {
        Event {
            id: EventId(Uuid::now_v7()),
            organizer_id: UserId(Uuid::now_v7()),
            name: self.name.clone(),
            description: String::new(),
            genre: None,
            venue: "Studio".into(),
            timezone: "UTC".into(),
            starts_at: SystemClock.now(),
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
            seats_total: seats,
            plan_hash: plan(seats).hash().to_owned(),
            generation: Generation { done: 0, total: seats, error: None },
            fence_epoch: 0,
            version: 1,
            created_at: SystemClock.now(),
        }
    }

    pub(crate) async fn create_event(&self, seats: u32) -> EventId {
        let event = self.new_event(seats);
        self.ledger.create_event(&event, &plan(seats), OutboxId(Uuid::now_v7()), None).await.expect("created");
        event.id
    }

    pub(crate) async fn event(&self, id: EventId) -> Event {
        self.ledger.event(id).await.expect("the ledger answers").expect("the event")
    }

    /// The kinds of every message in the log; waits a moment for late ones.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let start = (0..6).map(|partition| (partition, 0)).collect();
        let mut tail = self.log.tail(&start).await.expect("a reader");
        let mut kinds = Vec::new();
        while let Ok(delivered) = tokio::time::timeout(Duration::from_secs(3), tail.next()).await {
            if let Entry::Message(message) = delivered.expect("an entry").entry {
                kinds.push(message.fact.kind().to_owned());
            }
        }
        kinds
    }
}

pub(crate) fn plan(seats: u32) -> PlanBytes {
    let seat = |n: u32| {
        json!({
            "seat_guid": format!("A-{n}"), "seat_number": n.to_string(), "category": "Stalls", "position": {"x": n, "y": 0},
        })
    };
    let plan = json!({
        "name": "Studio", "size": {"width": 1000, "height": 100}, "categories": [{"name": "Stalls", "color": "#123456"}],
        "zones": [{
            "name": "A", "position": {"x": 0, "y": 0},
            "rows": [{"row_number": "1", "position": {"x": 0, "y": 0}, "seats": (0..seats).map(seat).collect::<Vec<_>>()}],
        }],
    });
    PlanBytes::pack(plan.to_string().as_bytes()).expect("packs")
}

pub(crate) struct RelayProcess(Child);

impl RelayProcess {
    /// SIGKILL: nothing is finished, nothing is said.
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("it is ours");
        self.0.wait().expect("it ends");
    }

    /// Whether it ended by itself.
    pub(crate) fn is_dead(&mut self) -> bool {
        self.0.try_wait().expect("it is ours").is_some()
    }

    /// SIGTERM; whether it ended well in time.
    pub(crate) fn terminate(&mut self, limit: Duration) -> bool {
        let sent = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        assert!(sent.is_ok_and(|sent| sent.success()));
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.0.try_wait().expect("it is ours") {
                return status.success();
            }
            std::thread::yield_now();
        }
        false
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
