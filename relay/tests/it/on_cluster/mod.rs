//! Tests that need MongoDB and Kafka together.

mod support;

use std::time::Duration;

use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::OutboxId;
use frontrow_engines::ledger::{Catalogue as _, Outbox as _};
use rdkafka::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use support::{Bench, PATIENCE, RelayProcess, until};
use uuid::Uuid;

/// Killed again and again in the middle of generation, by SIGKILL: in the end there is exactly one inventory.
#[tokio::test]
async fn i6_a_relay_killed_in_the_middle_leaves_exactly_one_complete_inventory() {
    const SEATS: u32 = 4_000;
    let bench = Bench::start().await;
    let event = bench.create_event(SEATS).await;
    let mut killed_in_the_middle = 0;
    let mut relay = bench.relay(50);
    while killed_in_the_middle < 3 {
        let at_least = SEATS * (killed_in_the_middle + 1) / 5;
        let what = format!("after {killed_in_the_middle} kills the generation goes on");
        until(&what, async || bench.event(event).await.generation.done >= at_least).await;
        relay.kill();
        let done = bench.event(event).await.generation.done;
        assert!(done < SEATS, "killed too late to prove anything: {done}");
        killed_in_the_middle += 1;
        relay = bench.relay(50);
    }
    until("it is on sale", async || bench.event(event).await.status == EventStatus::OnSale).await;
    assert_eq!(bench.ledger.count_seats(event).await.unwrap(), u64::from(SEATS));
    assert_eq!(bench.event(event).await.generation.done, SEATS);
    let generated = bench.messages().await.into_iter().filter(|kind| kind == "inventory.generated").count();
    assert_eq!(generated, 1, "and it was announced once");
}

/// The log has the row and the outbox does not know: it is carried again, and nobody is the wiser.
#[tokio::test]
async fn d7_killed_between_the_log_and_the_mark() {
    let bench = Bench::start().await;
    let event = bench.create_event(3).await;
    let mut relay = bench.relay_that_dies("published");
    wait_for_the_end_of(&mut relay).await;
    assert_eq!(bench.ledger.lag().await.unwrap().rows, 1, "it is in the outbox as if it had not been carried");
    let _next = bench.relay(500);
    until("it is on sale", async || bench.event(event).await.status == EventStatus::OnSale).await;
    until("the outbox is empty", async || bench.ledger.lag().await.unwrap().rows == 0).await;
    let kinds = bench.messages().await;
    let count = |wanted: &str| kinds.iter().filter(|kind| *kind == wanted).count();
    assert_eq!((count("event.created"), count("inventory.generated")), (2, 1), "{kinds:?}");
}

/// The inventory is complete and its message is not committed: it comes again, to no effect.
#[tokio::test]
async fn i6_killed_between_the_inventory_and_the_commit() {
    let bench = Bench::start().await;
    let event = bench.create_event(3).await;
    let mut relay = bench.relay_that_dies("generated");
    wait_for_the_end_of(&mut relay).await;
    assert_eq!(bench.event(event).await.status, EventStatus::OnSale, "the effect is there");
    let _next = bench.relay(500);
    let after = bench.create_event(3).await;
    until("it is on sale", async || bench.event(after).await.status == EventStatus::OnSale).await;
    until("the outbox is empty", async || bench.ledger.lag().await.unwrap().rows == 0).await;
    assert_eq!(bench.ledger.count_seats(event).await.unwrap(), 3);
    let generated = bench.messages().await.into_iter().filter(|kind| kind == "inventory.generated").count();
    assert_eq!(generated, 2, "each event was announced once");
}

async fn wait_for_the_end_of(relay: &mut RelayProcess) {
    let death = async {
        while !relay.is_dead() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, death).await.expect("it dies where it should");
}

/// Rows that nobody carried while there was no relay, and rows that a dead relay had leased.
#[tokio::test]
async fn d7_every_row_reaches_the_log_whatever_the_relay_missed() {
    let bench = Bench::start().await;
    let first = bench.create_event(3).await;
    // A relay that took the row and died: its lease runs out.
    assert_eq!(bench.ledger.lease(10, 0, 1_500).await.unwrap().len(), 1);
    let second = bench.create_event(3).await;
    let _relay = bench.relay(500);
    for event in [first, second] {
        until("it is on sale", async || bench.event(event).await.status == EventStatus::OnSale).await;
    }
    until("the outbox is empty", async || bench.ledger.lag().await.unwrap().rows == 0).await;
}

#[tokio::test]
async fn poison_is_buried_with_its_reason_and_the_partition_flows_on() {
    let bench = Bench::start().await;
    let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", &bench.brokers).create().unwrap();
    let topic = format!("{}.inventory", bench.name);
    for partition in 0..6 {
        let record = FutureRecord::to(&topic).key("").payload("not a message").partition(partition);
        producer.send(record, PATIENCE).await.unwrap();
    }
    let _relay = bench.relay(500);
    let event = bench.create_event(3).await;
    until("it is on sale", async || bench.event(event).await.status == EventStatus::OnSale).await;

    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", &bench.brokers)
        .set("group.id", "undertaker")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&[&format!("{}.dead-letters", bench.name)]).unwrap();
    let letter = tokio::time::timeout(PATIENCE, consumer.recv()).await.unwrap().unwrap();
    assert_eq!(letter.payload(), Some(&b"not a message"[..]));
    let reason = rdkafka::message::Headers::get(letter.headers().unwrap(), 0);
    assert!(reason.key == "reason" && !reason.value.unwrap().is_empty());
}

#[tokio::test]
async fn an_event_that_cannot_be_generated_fails_with_words_for_its_organizer() {
    let bench = Bench::start().await;
    let _relay = bench.relay(500);
    let mut event = bench.new_event(3);
    "0".repeat(64).clone_into(&mut event.plan_hash);
    let other_plan = support::plan(1);
    bench.ledger.create_event(&event, &other_plan, OutboxId(Uuid::now_v7()), None).await.unwrap();
    until("it has failed", async || bench.event(event.id).await.status == EventStatus::Failed).await;
    assert_eq!(bench.event(event.id).await.generation.error.as_deref(), Some("the seating plan is missing"));
    // The next event is not held up by it.
    let next = bench.create_event(3).await;
    until("it is on sale", async || bench.event(next).await.status == EventStatus::OnSale).await;
}

#[tokio::test]
async fn it_stops_on_sigterm() {
    let bench = Bench::start().await;
    let mut relay = bench.relay(500);
    let event = bench.create_event(3).await;
    until("it is on sale", async || bench.event(event).await.status == EventStatus::OnSale).await;
    assert!(relay.terminate(Duration::from_secs(10)), "a clean exit in time");
}
