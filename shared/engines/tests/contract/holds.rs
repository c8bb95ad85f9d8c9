//! What every hold store must do beyond the hold book: be atomic between processes, hint, number its changes.

use std::time::Duration;

use frontrow_domain::holds::{Command, Gate, Outcome, Refusal, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::seat::{SeatRecord, SeatState};
use frontrow_engines::holds::{Changes, Hint, Holds};
use tokio::sync::mpsc;

use crate::support::{PATIENCE, new_event_id, new_user_id, redis};

crate::contract!(
    [on_redis: super::redis],
    [
        a_gate_opens_after_a_rebuild_and_is_read_back,
        i1_of_many_buyers_exactly_one_gets_the_seat,
        i2_parallel_commands_of_one_buyer_never_exceed_the_limit,
        a_change_is_hinted_and_numbered,
        a_version_from_before_the_memory_was_lost_is_not_believed,
        an_unwatched_hold_vanishes_by_itself,
        seats_are_read_in_the_order_asked_for,
        a_settled_sale_refuses_holds_and_frees_the_former_holder,
    ]
);

pub(crate) async fn open_gate(store: &impl Holds) -> EventId {
    let event = new_event_id();
    let done = |outcome| assert_eq!(outcome, Outcome::Done);
    done(apply(store, event, Command::Rebuild { epoch: 1 }).await);
    done(apply(store, event, Command::SetGate(Gate { epoch: 1, version: 1, open: true })).await);
    event
}

async fn apply(store: &impl Holds, event: EventId, command: Command) -> Outcome {
    store.apply(event, &command).await.expect("the store answers").outcome
}

fn hold(user: UserId, seats: &[u32], ttl_ms: u64) -> Command {
    Command::Hold { user, seats: seats.iter().copied().map(Ordinal).collect(), ttl_ms, limit: 4 }
}

async fn a_gate_opens_after_a_rebuild_and_is_read_back(store: &impl Holds) {
    let event = new_event_id();
    assert_eq!(store.gate(event).await.expect("answers"), None);
    assert_eq!(apply(store, event, hold(new_user_id(), &[1], 1000)).await, Outcome::Refused(Refusal::Recovering));
    assert_eq!(apply(store, event, Command::Rebuild { epoch: 7 }).await, Outcome::Done);
    assert_eq!(store.rebuilding(event).await.expect("answers"), Some(7));
    let event = open_gate(store).await;
    assert_eq!(store.rebuilding(event).await.expect("answers"), None);
    assert_eq!(store.gate(event).await.expect("answers"), Some(Gate { epoch: 1, version: 1, open: true }));
}

async fn i1_of_many_buyers_exactly_one_gets_the_seat(store: &(impl Holds + Clone)) {
    let event = open_gate(store).await;
    let mut buyers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let store = store.clone();
        buyers.spawn(async move { apply(&store, event, hold(new_user_id(), &[7, 8], 60_000)).await });
    }
    let outcomes = buyers.join_all().await;
    let winners =
        outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Yours(seats) if seats.len() == 2)).count();
    let losers =
        outcomes.iter().filter(|&outcome| *outcome == Outcome::Refused(Refusal::Taken(vec![Ordinal(7), Ordinal(8)])));
    assert_eq!((winners, losers.count()), (1, 199));
}

async fn i2_parallel_commands_of_one_buyer_never_exceed_the_limit(store: &(impl Holds + Clone)) {
    let (event, buyer) = (open_gate(store).await, new_user_id());
    let mut commands = tokio::task::JoinSet::new();
    for seat in 0..20 {
        let store = store.clone();
        commands.spawn(async move { apply(&store, event, hold(buyer, &[seat], 60_000)).await });
    }
    let granted = commands.join_all().await.iter().filter(|outcome| matches!(outcome, Outcome::Yours(_))).count();
    assert_eq!(granted, 4);
}

async fn a_change_is_hinted_and_numbered(store: &(impl Holds + Clone)) {
    let event = open_gate(store).await;
    let (sender, mut hints) = mpsc::channel(1000);
    let listener = store.clone();
    let listening = tokio::spawn(async move { listener.listen(sender).await });
    let first = tokio::time::timeout(PATIENCE, hints.recv()).await.expect("in time").expect("a hint");
    assert_eq!(first, Hint::Everything, "what happened before the subscription is unknown");

    let before = store.version(event).await.expect("answers");
    apply(store, event, hold(new_user_id(), &[3], 60_000)).await;
    let hinted = async { while hints.recv().await != Some(Hint::Seat(event, Ordinal(3))) {} };
    tokio::time::timeout(PATIENCE, hinted).await.expect("a hint for the seat");
    listening.abort();

    // The very first change has no entry before it that could prove that nothing was trimmed.
    assert_eq!(store.changes_since(event, &before).await.expect("answers"), Changes::Unknown);
    let before = store.version(event).await.expect("answers");
    apply(store, event, hold(new_user_id(), &[5, 4], 60_000)).await;
    let after = store.version(event).await.expect("answers");
    let changes = store.changes_since(event, &before).await.expect("answers");
    assert_eq!(changes, Changes::Seats(vec![Ordinal(5), Ordinal(4)], after.clone()));
    assert_eq!(store.changes_since(event, &after).await.expect("answers"), Changes::Seats(vec![], after));
}

async fn a_version_from_before_the_memory_was_lost_is_not_believed(store: &impl Holds) {
    let event = open_gate(store).await;
    apply(store, event, hold(new_user_id(), &[3], 60_000)).await;
    let version = store.version(event).await.expect("answers");
    // Another event stands for the same store after it was emptied: it has never heard of this version.
    assert_eq!(store.changes_since(new_event_id(), &version).await.expect("answers"), Changes::Unknown);
}

async fn an_unwatched_hold_vanishes_by_itself(store: &impl Holds) {
    let event = open_gate(store).await;
    apply(store, event, hold(new_user_id(), &[1], 1)).await;
    let gone = async {
        while store.read(event, &[Ordinal(1)]).await.expect("answers").records[0] != SeatRecord::Available {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("the hold ended");
}

async fn seats_are_read_in_the_order_asked_for(store: &impl Holds) {
    let event = open_gate(store).await;
    apply(store, event, hold(new_user_id(), &[1500], 60_000)).await;
    let asked: Vec<_> = (0..2500).rev().map(Ordinal).collect();
    let read = store.read(event, &asked).await.expect("answers");
    let held: Vec<_> =
        asked.iter().zip(&read.records).filter(|(_, record)| record.state() == SeatState::Held).collect();
    assert_eq!(read.records.len(), 2500);
    assert_eq!(held.iter().map(|(seat, _)| seat.0).collect::<Vec<_>>(), [1500]);
}

async fn a_settled_sale_refuses_holds_and_frees_the_former_holder(store: &impl Holds) {
    let (event, holder, buyer) = (open_gate(store).await, new_user_id(), new_user_id());
    apply(store, event, hold(holder, &[1, 2, 3, 4], 60_000)).await;
    let sold = SettledSeat { ordinal: Ordinal(1), version: 1, state: Settled::Sold { owner: buyer } };
    let settle = Command::Settle { rebuild_epoch: None, seats: vec![sold] };
    assert_eq!(apply(store, event, settle.clone()).await, Outcome::Applied(vec![Ordinal(1)]));
    assert_eq!(apply(store, event, settle).await, Outcome::Applied(vec![]), "the same version again changes nothing");
    assert_eq!(
        apply(store, event, hold(holder, &[1], 60_000)).await,
        Outcome::Refused(Refusal::Taken(vec![Ordinal(1)]))
    );
    assert!(
        matches!(apply(store, event, hold(holder, &[5], 60_000)).await, Outcome::Yours(_)),
        "one place is free again"
    );
}
