//! What every inventory log must do.

use std::collections::BTreeSet;

use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_engines::ledger::sqlite::SqliteLedger;
use frontrow_engines::ledger::{Catalogue as _, LogPosition, Outbox as _};
use frontrow_engines::log::outbox::OutboxLog;
use frontrow_engines::log::{Delivered, Entry, GroupReader, Log};

use crate::support::{PATIENCE, event, folder, kafka, new_event_id, new_outbox_id, now, open_sqlite, outbox, plan};

crate::contract!(
    [on_kafka: super::kafka, on_outbox: super::outbox],
    [
        a_tail_reads_on_from_its_position,
        a_tail_that_read_nothing_yet_knows_where_it_stands,
        one_event_keeps_its_order,
        d7_what_was_not_committed_is_delivered_again,
        a_group_shares_the_work,
        buried_bytes_do_not_stop_the_log,
        dead_letters_are_kept_as_they_were_found,
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
    let delivered = within(later.next()).await.expect("an entry");
    assert_eq!(expect_message(&delivered), messages[2]);
    assert_eq!(later.position().get(&delivered.partition), Some(&(delivered.offset + 1)), "behind what it gave");
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

async fn dead_letters_are_kept_as_they_were_found(log: &impl Log) {
    assert_eq!(log.dead_letters().await.expect("answers"), []);
    log.bury(b"\xff\xfe first", "no JSON").await.expect("acknowledged");
    log.bury(b"", "empty").await.expect("acknowledged");
    let letters = log.dead_letters().await.expect("answers");
    let found: Vec<_> = letters.iter().map(|letter| (letter.payload.as_slice(), letter.reason.as_str())).collect();
    assert_eq!(found, [(b"\xff\xfe first".as_slice(), "no JSON"), (b"".as_slice(), "empty")]);
    assert!(letters[0].offset < letters[1].offset);
    assert!(letters.iter().all(|letter| (now().0 - letter.at.0).abs() < 60_000), "buried a moment ago: {letters:?}");
}

/// What only a log in the ledger's own file promises.
mod on_outbox_only {
    use super::*;

    async fn next(member: &mut Box<dyn GroupReader>) -> Delivered {
        within(member.next()).await.expect("an entry")
    }

    /// Whether an entry comes without waiting for anybody: enough turns of the loop for a look into the file.
    async fn comes_at_once(member: &mut Box<dyn GroupReader>) -> Option<Delivered> {
        let look = std::time::Duration::from_millis(300);
        tokio::time::timeout(look, member.next()).await.ok().map(|delivered| delivered.expect("an entry"))
    }

    async fn create(ledger: &SqliteLedger) -> frontrow_domain::ids::OutboxId {
        let (plan, id) = (plan(), new_outbox_id());
        ledger.create_event(&event(&plan, 1), &plan, id, None).await.expect("answers");
        id
    }

    fn ledger() -> SqliteLedger {
        open_sqlite(&folder().join("frontrow.db"))
    }

    #[tokio::test]
    async fn what_is_committed_is_in_the_log_and_carrying_it_adds_nothing() {
        let ledger = ledger();
        let log = OutboxLog::new(ledger.clone());
        let mut tail = log.tail(&LogPosition::new()).await.expect("a reader");
        let id = create(&ledger).await;
        let first = expect_message(&within(tail.next()).await.expect("an entry"));
        assert_eq!(first.id, id);
        assert_eq!(ledger.lag().await.expect("answers").rows, 1, "still to be carried");
        log.publish(&[first.clone(), message(7)]).await.expect("acknowledged");
        ledger.mark_published(&[id]).await.expect("answers");
        assert_eq!(ledger.lag().await.expect("answers").rows, 0, "what came from elsewhere counts as carried");
        let second = within(tail.next()).await.expect("an entry");
        assert_ne!(expect_message(&second).id, id);
        log.publish(&[first, expect_message(&second)]).await.expect("acknowledged");
        let end = log.tail(&LogPosition::new()).await.expect("a reader").position().clone();
        assert_eq!(end, *tail.position(), "nothing came twice");
    }

    #[tokio::test]
    async fn one_event_is_worked_on_by_one_member_at_a_time() {
        let log = outbox().await;
        let mut one = log.join("sharing", "one").await.expect("a member");
        let mut two = log.join("sharing", "two").await.expect("a member");
        let event_id = new_event_id();
        let messages = [1, 2].map(|n| InventoryMessage { event_id, ..message(n) });
        log.publish(&messages).await.expect("acknowledged");
        let first = next(&mut one).await;
        assert_eq!(comes_at_once(&mut two).await, None, "the other one is at it");
        let (second, ()) = tokio::join!(next(&mut two), async { one.commit(&first).await.expect("committed") });
        assert_eq!(expect_message(&second), messages[1]);
    }

    #[tokio::test]
    async fn what_a_dropped_member_had_comes_first() {
        let log = outbox().await;
        let messages = [1, 2, 3].map(message);
        log.publish(&messages).await.expect("acknowledged");
        let mut one = log.join("sharing", "one").await.expect("a member");
        let mut two = log.join("sharing", "two").await.expect("a member");
        let first = next(&mut one).await;
        assert_eq!(expect_message(&next(&mut two).await), messages[1]);
        drop(one);
        assert_eq!(next(&mut two).await, first);
        assert_eq!(expect_message(&next(&mut two).await), messages[2]);
    }

    #[tokio::test]
    async fn a_group_goes_on_at_its_lowest_entry_that_was_not_committed() {
        let ledger = ledger();
        let log = OutboxLog::new(ledger.clone());
        let messages = [1, 2, 3].map(message);
        log.publish(&messages).await.expect("acknowledged");
        let mut one = log.join("sharing", "one").await.expect("a member");
        let mut two = log.join("sharing", "two").await.expect("a member");
        let (first, second) = (next(&mut one).await, next(&mut two).await);
        two.commit(&second).await.expect("committed");
        // As after a restart: another log on the same file knows only what is stored.
        let mut restarted = OutboxLog::new(ledger.clone()).join("sharing", "one").await.expect("a member");
        assert_eq!(next(&mut restarted).await, first);
        one.commit(&first).await.expect("committed");
        let mut restarted = OutboxLog::new(ledger).join("sharing", "one").await.expect("a member");
        assert_eq!(expect_message(&next(&mut restarted).await), messages[2]);
    }

    #[tokio::test]
    async fn a_row_that_is_no_message_is_poison_and_the_log_goes_on() {
        let path = folder().join("frontrow.db");
        let ledger = open_sqlite(&path);
        let damaged = create(&ledger).await;
        let connection = rusqlite::Connection::open(&path).expect("opens");
        connection.execute("UPDATE outbox SET message = 'scribble'", []).expect("writes");
        let expected = create(&ledger).await;
        let log = OutboxLog::new(ledger.clone());
        let mut tail = log.tail(&start()).await.expect("a reader");
        match within(tail.next()).await.expect("an entry").entry {
            Entry::Poison { payload, .. } => assert_eq!(payload, b"scribble"),
            Entry::Message(message) => panic!("{message:?}"),
        }
        assert_eq!(expect_message(&within(tail.next()).await.expect("an entry")).id, expected);
        let carried: Vec<_> = ledger.lease(10, 0, 1000).await.expect("answers").iter().map(|row| row.id).collect();
        assert_eq!(carried, [expected], "{damaged} does not hold up the others");
    }

    #[tokio::test]
    async fn what_somebody_has_still_to_read_is_not_pruned() {
        let ledger = ledger();
        let log = OutboxLog::new(ledger.clone());
        let messages = [1, 2, 3, 4].map(|n| InventoryMessage { at: now().plus_ms(-600_000), ..message(n) });
        log.publish(&messages).await.expect("acknowledged");
        let mut member = log.join("workers", "one").await.expect("a member");
        ledger.save_log_position("server", &[(0, 3)].into()).await.expect("answers");
        assert_eq!(ledger.prune(60_000).await.expect("answers"), 0, "the group has not begun");
        let first = next(&mut member).await;
        member.commit(&first).await.expect("committed");
        assert_eq!(ledger.prune(60_000).await.expect("answers"), 1, "the group has read one");
        for _ in 0..3 {
            let delivered = next(&mut member).await;
            member.commit(&delivered).await.expect("committed");
        }
        assert_eq!(ledger.prune(60_000).await.expect("answers"), 1, "the server has read two");
        ledger.save_log_position("server", &[(0, 5)].into()).await.expect("answers");
        assert_eq!(ledger.prune(60_000).await.expect("answers"), 1, "the newest row stays");
        let mut tail = log.tail(&start()).await.expect("a reader");
        assert_eq!(expect_message(&within(tail.next()).await.expect("an entry")), messages[3]);
    }

    #[tokio::test]
    async fn a_commit_wakes_whoever_waits_for_it() {
        let ledger = ledger();
        let log = OutboxLog::new(ledger.clone());
        let mut tail = log.tail(&start()).await.expect("a reader");
        let mut member = log.join("workers", "one").await.expect("a member");
        let mut feed = ledger.follow("relay").await.expect("a feed");
        let began = std::time::Instant::now();
        for _ in 0..16 {
            let waiting = async { tokio::join!(tail.next(), member.next(), feed.next(60_000)) };
            let (_, (tailed, given, fed)) = tokio::join!(biased_last(create(&ledger)), within(waiting));
            tailed.and(given).expect("an entry");
            fed.expect("rows");
        }
        // Looking again by themselves alone would take them eight seconds.
        assert!(began.elapsed() < std::time::Duration::from_secs(4), "{:?}", began.elapsed());
    }

    /// Lets everybody else begin to wait first.
    async fn biased_last<T>(work: impl Future<Output = T>) -> T {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        work.await
    }

    #[tokio::test]
    async fn a_position_from_another_file_is_not_waited_for() {
        let log = outbox().await;
        let expected = message(1);
        log.publish(std::slice::from_ref(&expected)).await.expect("acknowledged");
        let mut tail = log.tail(&[(0, 1_000)].into()).await.expect("a reader");
        assert_eq!(expect_message(&within(tail.next()).await.expect("an entry")), expected);
    }
}
