//! What every inventory log must do.

use std::collections::BTreeSet;

use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_engines::ledger::LogPosition;
use frontrow_engines::log::{Delivered, Entry, Log};

use crate::support::{PATIENCE, kafka, new_event_id, new_outbox_id, now};

crate::contract!(
    on_kafka,
    super::kafka,
    [
        a_tail_reads_on_from_its_position,
        a_tail_that_read_nothing_yet_knows_where_it_stands,
        one_event_keeps_its_order,
        d7_what_was_not_committed_is_delivered_again,
        a_group_shares_the_work,
        buried_bytes_do_not_stop_the_log,
    ]
);

fn message(seats_total: u32) -> InventoryMessage {
    InventoryMessage {
        id: new_outbox_id(),
        event_id: new_event_id(),
        at: now(),
        fact: InventoryFact::InventoryGenerated { seats_total },
    }
}

fn start() -> LogPosition {
    (0..64).map(|partition| (partition, 0)).collect()
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("in time")
}

fn expect_message(delivered: &Delivered) -> InventoryMessage {
    match &delivered.entry {
        Entry::Message(message) => message.clone(),
        Entry::Poison { reason, .. } => panic!("poison: {reason}"),
    }
}

async fn a_tail_reads_on_from_its_position(log: &impl Log) {
    let messages = [message(1), message(2), message(3)];
    log.publish(&messages[..2]).await.expect("acknowledged");
    let mut tail = log.tail(&start()).await.expect("a reader");
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        let delivered = within(tail.next()).await.expect("an entry");
        seen.insert(expect_message(&delivered).id);
    }
    assert_eq!(seen, messages[..2].iter().map(|message| message.id).collect());

    log.publish(&messages[2..]).await.expect("acknowledged");
    let mut later = log.tail(tail.position()).await.expect("a reader");
    assert_eq!(expect_message(&within(later.next()).await.expect("an entry")), messages[2]);
}

async fn a_tail_that_read_nothing_yet_knows_where_it_stands(log: &impl Log) {
    log.publish(&[message(1)]).await.expect("acknowledged");
    let position = log.tail(&LogPosition::new()).await.expect("a reader").position().clone();
    // Published while nobody read: a reader that starts at that position has it, and not what was before.
    let expected = message(2);
    log.publish(std::slice::from_ref(&expected)).await.expect("acknowledged");
    let mut tail = log.tail(&position).await.expect("a reader");
    assert_eq!(expect_message(&within(tail.next()).await.expect("an entry")), expected);
    assert_ne!(*tail.position(), position);
}

async fn one_event_keeps_its_order(log: &impl Log) {
    let event_id = new_event_id();
    let messages: Vec<_> = (0..50).map(|n| InventoryMessage { event_id, ..message(n) }).collect();
    for batch in messages.chunks(7) {
        log.publish(batch).await.expect("acknowledged");
    }
    let mut tail = log.tail(&start()).await.expect("a reader");
    for expected in &messages {
        assert_eq!(&expect_message(&within(tail.next()).await.expect("an entry")), expected);
    }
}

async fn d7_what_was_not_committed_is_delivered_again(log: &impl Log) {
    let event_id = new_event_id();
    let messages = [1, 2].map(|n| InventoryMessage { event_id, ..message(n) });
    log.publish(&messages).await.expect("acknowledged");
    let mut member = log.join("workers", "one").await.expect("a member");
    let first = within(member.next()).await.expect("an entry");
    member.commit(&first).await.expect("committed");
    let second = within(member.next()).await.expect("an entry");
    assert_eq!(expect_message(&second), messages[1]);
    // The member dies here, before it commits the second entry.
    drop(member);
    let mut member = log.join("workers", "one").await.expect("a member");
    assert_eq!(expect_message(&within(member.next()).await.expect("an entry")), messages[1]);
}

async fn a_group_shares_the_work(log: &impl Log) {
    let mut one = log.join("sharing", "one").await.expect("a member");
    let mut two = log.join("sharing", "two").await.expect("a member");
    let messages: Vec<_> = (0..40).map(message).collect();
    log.publish(&messages).await.expect("acknowledged");
    let mut seen = BTreeSet::new();
    let all = async {
        while seen.len() < messages.len() {
            let delivered = tokio::select! {
                delivered = one.next() => delivered,
                delivered = two.next() => delivered,
            };
            seen.insert(expect_message(&delivered.expect("an entry")).id);
        }
    };
    within(all).await;
    assert_eq!(seen, messages.iter().map(|message| message.id).collect());
}

async fn buried_bytes_do_not_stop_the_log(log: &impl Log) {
    log.bury(b"\xff\xfe not a message", "no JSON").await.expect("acknowledged");
    let expected = message(1);
    log.publish(std::slice::from_ref(&expected)).await.expect("acknowledged");
    let mut tail = log.tail(&start()).await.expect("a reader");
    assert_eq!(expect_message(&within(tail.next()).await.expect("an entry")), expected);
}
