//! What every hold store must do beyond the hold book: be atomic between processes, hint, number its changes.

use std::time::Duration;

use frontrow_domain::holds::{Command, Gate, Mending, Outcome, Refusal, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::seat::{SeatRecord, SeatState};
use frontrow_engines::holds::{Changes, Hint, Holds};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::support::{PATIENCE, book, new_event_id, new_user_id, redis, redis_url};

crate::contract!(
    [on_redis: super::redis, on_book: super::book],
    [
        a_gate_opens_after_a_rebuild_and_is_read_back,
        i1_of_many_buyers_exactly_one_gets_the_seat,
        i2_a_group_is_held_as_a_whole_or_not_at_all,
        i2_parallel_commands_of_one_buyer_never_exceed_the_limit,
        a_change_is_hinted_and_numbered,
        a_thousand_changes_and_more_are_all_named,
        hold_commands_that_come_together_are_answered_each_for_itself,
        a_version_from_before_the_memory_was_lost_is_not_believed,
        an_unwatched_hold_vanishes_by_itself,
        seats_are_read_in_the_order_asked_for,
        a_buyers_seats_are_found_whatever_they_are,
        the_history_tells_who_did_what,
        a_settled_sale_refuses_holds_and_frees_the_former_holder,
        d13_a_rebuild_settles_every_durable_seat_again,
        a_mended_seat_is_hinted_and_a_seat_that_moved_on_is_left_alone,
    ]
);

/// Nothing but a new run of the server changes its run id, so the gate is given another one.
mod alone {
    mod on_redis {
        use super::super::*;

        #[tokio::test]
        async fn d13_a_gate_of_another_run_counts_as_missing() {
            let store = redis().await;
            let event = open_gate(&store).await;
            let ada = new_user_id();
            assert!(matches!(apply(&store, event, hold(ada, &[1], 60_000)).await, Outcome::Yours(_)));
            let client = ::redis::Client::open(redis_url()).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let key = format!("gate:{{{event}}}");
            ::redis::cmd("SET").arg(key).arg("1|1|1|anotherrun").query_async::<()>(&mut connection).await.unwrap();
            assert_eq!(store.gate(event).await.expect("answers"), None);
            assert_eq!(apply(&store, event, hold(ada, &[2], 60_000)).await, Outcome::Refused(Refusal::Recovering));
            assert_eq!(apply(&store, event, Command::Rebuild { epoch: 2 }).await, Outcome::Done);
            let gate = Gate { epoch: 2, version: 1, open: true };
            assert_eq!(apply(&store, event, Command::SetGate(gate)).await, Outcome::Done);
            let Outcome::Yours(seats) = apply(&store, event, hold(ada, &[1, 2], 60_000)).await else { panic!("held") };
            assert_eq!(seats.iter().map(|seat| seat.fence.epoch).collect::<Vec<_>>(), [1, 2], "what was kept is kept");
        }

        /// The server was killed between two steps, and what it had written last is lost.
        #[tokio::test]
        async fn d13_a_rebuild_ends_with_the_run_that_it_began_in() {
            let store = redis().await;
            let event = open_gate(&store).await;
            assert_eq!(apply(&store, event, Command::Rebuild { epoch: 2 }).await, Outcome::Done);
            assert_eq!(store.rebuilding(event).await.expect("answers"), Some(2));
            let client = ::redis::Client::open(redis_url()).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let key = format!("recovering:{{{event}}}");
            ::redis::cmd("SET").arg(key).arg("2|anotherrun").query_async::<()>(&mut connection).await.unwrap();
            assert_eq!(store.rebuilding(event).await.expect("answers"), None, "nobody waits for it");
            let settle = Command::Settle { rebuild_epoch: Some(2), seats: vec![] };
            assert_eq!(apply(&store, event, settle).await, Outcome::Refused(Refusal::Recovering));
            let gate = |epoch| Command::SetGate(Gate { epoch, version: 1, open: true });
            assert_eq!(apply(&store, event, gate(2)).await, Outcome::Refused(Refusal::Superseded));
            assert_eq!(store.gate(event).await.expect("answers"), None);
            assert_eq!(
                apply(&store, event, Command::Rebuild { epoch: 2 }).await,
                Outcome::Refused(Refusal::Superseded)
            );
            assert_eq!(apply(&store, event, Command::Rebuild { epoch: 3 }).await, Outcome::Done);
            assert_eq!(apply(&store, event, gate(3)).await, Outcome::Done);
        }
    }
}

/// What only shows in Redis itself.
mod together {
    mod on_redis {
        use super::super::*;

        #[tokio::test]
        async fn commands_that_come_at_once_share_calls_and_are_still_one_after_the_other() {
            const BUYERS: u32 = 150;
            let store = redis().await;
            let event = open_gate(&store).await;
            let mut commands = JoinSet::new();
            for buyer in 0..BUYERS {
                let user = new_user_id();
                // Two commands of one buyer, who may have one seat, and a seat that two buyers want.
                for seat in [buyer, buyer / 2 + BUYERS] {
                    let store = store.clone();
                    let command = Command::Hold { user, seats: vec![Ordinal(seat)], ttl_ms: 60_000, limit: 1 };
                    commands.spawn(async move { (user, seat, apply(&store, event, command).await) });
                }
            }
            let outcomes = commands.join_all().await;
            let mut winners: Vec<_> = Vec::new();
            let mut counters = Vec::new();
            for (user, seat, outcome) in &outcomes {
                match outcome {
                    Outcome::Yours(held) => {
                        winners.push((*user, *seat));
                        counters.push(held[0].fence.counter);
                    }
                    Outcome::Refused(Refusal::Limit { has: 1 } | Refusal::Taken(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
            let all = winners.len();
            winners.sort_unstable_by_key(|(user, _)| *user);
            winners.dedup_by_key(|(user, _)| *user);
            assert_eq!(winners.len(), all, "nobody has two seats");
            winners.sort_unstable_by_key(|(_, seat)| *seat);
            winners.dedup_by_key(|(_, seat)| *seat);
            assert_eq!(winners.len(), all, "no seat has two buyers");
            counters.sort_unstable();
            counters.dedup();
            assert_eq!(counters.len(), all, "every grant has a fence of its own");
            let client = ::redis::Client::open(redis_url()).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let entries: usize =
                ::redis::cmd("XLEN").arg(format!("changes:{{{event}}}")).query_async(&mut connection).await.unwrap();
            assert!(entries * 2 < all, "{entries} calls for {all} grants");
        }
    }
}

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

/// Rooms refuse what they know to be taken before the store is asked; here it is asked.
async fn i2_a_group_is_held_as_a_whole_or_not_at_all(store: &(impl Holds + Clone)) {
    let event = open_gate(store).await;
    let mut commands = JoinSet::new();
    for first in (0..40).rev() {
        let (store, buyer) = (store.clone(), new_user_id());
        let seats = [first, first + 1, first + 2];
        commands.spawn(async move { (buyer, apply(&store, event, hold(buyer, &seats, 60_000)).await) });
    }
    let mut refused = 0;
    for (buyer, outcome) in commands.join_all().await {
        let has = store.read_buyer(event, buyer).await.expect("answers").seats.len();
        match outcome {
            Outcome::Yours(_) => assert_eq!(has, 3),
            Outcome::Refused(Refusal::Taken(taken)) => {
                refused += 1;
                assert_eq!(has, 0, "{taken:?} were taken, and nothing else was kept");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused >= 40 - 42 / 3, "neighbours were in each other's way: {refused}");
}

async fn i2_parallel_commands_of_one_buyer_never_exceed_the_limit(store: &(impl Holds + Clone)) {
    let (event, buyer) = (open_gate(store).await, new_user_id());
    let mut commands = tokio::task::JoinSet::new();
    for seat in 0..20 {
        let store = store.clone();
        commands.spawn(async move { apply(&store, event, hold(buyer, &[seat], 60_000)).await });
    }
    let granted = commands.join_all().await.iter().filter(|outcome| matches!(outcome, Outcome::Yours(_))).count();
    assert_eq!(granted, 4, "of twenty at the same time");
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

    // The very first change may have no entry before it that proves that nothing was trimmed.
    let first = store.changes_since(event, &before).await.expect("answers");
    assert!(matches!(&first, Changes::Unknown) || matches!(&first, Changes::Seats(seats, _) if *seats == [Ordinal(3)]));
    let before = store.version(event).await.expect("answers");
    apply(store, event, hold(new_user_id(), &[5, 4], 60_000)).await;
    let after = store.version(event).await.expect("answers");
    let changes = store.changes_since(event, &before).await.expect("answers");
    assert_eq!(changes, Changes::Seats(vec![Ordinal(5), Ordinal(4)], after.clone()));
    assert_eq!(store.changes_since(event, &after).await.expect("answers"), Changes::Seats(vec![], after));
}

async fn a_thousand_changes_and_more_are_all_named(store: &(impl Holds + Clone)) {
    let event = open_gate(store).await;
    apply(store, event, hold(new_user_id(), &[0], 60_000)).await;
    let before = store.version(event).await.expect("answers");
    let mut commands = JoinSet::new();
    for seat in 1..=2_300 {
        let store = store.clone();
        commands.spawn(async move { apply(&store, event, hold(new_user_id(), &[seat], 60_000)).await });
    }
    commands.join_all().await;
    let Changes::Seats(mut seats, after) = store.changes_since(event, &before).await.expect("answers") else {
        panic!("they are known")
    };
    seats.sort_unstable();
    assert_eq!(seats, (1..=2_300).map(Ordinal).collect::<Vec<_>>());
    assert_eq!(after, store.version(event).await.expect("answers"));
}

async fn hold_commands_that_come_together_are_answered_each_for_itself(store: &(impl Holds + Clone)) {
    let event = open_gate(store).await;
    apply(store, event, hold(new_user_id(), &[1_000], 60_000)).await;
    let mut commands = JoinSet::new();
    for buyer in 0..200_u32 {
        let store = store.clone();
        let (seats, expected) = match buyer % 4 {
            // One call has room for 64 seats.
            0 => ((buyer * 3..buyer * 3 + 3).collect(), "yours"),
            1 => (vec![buyer * 3, 1_000], "taken"),
            2 => ((buyer * 3..buyer * 3 + 6).collect(), "limit"),
            _ => ((2_000 + buyer * 100..2_080 + buyer * 100).collect::<Vec<_>>(), "limit"),
        };
        commands.spawn(async move {
            let command = Command::Hold {
                user: new_user_id(),
                seats: seats.iter().copied().map(Ordinal).collect(),
                ttl_ms: 60_000,
                limit: 5,
            };
            let outcome = apply(&store, event, command).await;
            match expected {
                "yours" => {
                    let Outcome::Yours(held) = outcome else { panic!("{seats:?}: {outcome:?}") };
                    assert_eq!(held.iter().map(|seat| seat.ordinal.0).collect::<Vec<_>>(), seats);
                }
                "taken" => assert_eq!(outcome, Outcome::Refused(Refusal::Taken(vec![Ordinal(1_000)]))),
                _ => assert_eq!(outcome, Outcome::Refused(Refusal::Limit { has: 0 })),
            }
        });
    }
    commands.join_all().await;
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

async fn d13_a_rebuild_settles_every_durable_seat_again(store: &impl Holds) {
    let event = open_gate(store).await;
    let sold = SettledSeat { ordinal: Ordinal(1), version: 3, state: Settled::Sold { owner: new_user_id() } };
    let settle = |rebuild_epoch| Command::Settle { rebuild_epoch, seats: vec![sold] };
    assert_eq!(apply(store, event, settle(None)).await, Outcome::Applied(vec![Ordinal(1)]));
    assert_eq!(apply(store, event, settle(None)).await, Outcome::Applied(vec![]));
    assert_eq!(apply(store, event, Command::Rebuild { epoch: 2 }).await, Outcome::Done);
    assert_eq!(apply(store, event, settle(Some(1))).await, Outcome::Refused(Refusal::Recovering), "an older rebuild");
    assert_eq!(apply(store, event, settle(Some(2))).await, Outcome::Applied(vec![Ordinal(1)]));
}

async fn a_mended_seat_is_hinted_and_a_seat_that_moved_on_is_left_alone(store: &(impl Holds + Clone)) {
    let (event, ada, ben) = (open_gate(store).await, new_user_id(), new_user_id());
    let sold = SettledSeat { ordinal: Ordinal(1), version: 3, state: Settled::Sold { owner: ada } };
    let mend = |seen| Command::Mend { seats: vec![Mending { settled: sold, seen }] };
    apply(store, event, Command::Settle { rebuild_epoch: None, seats: vec![sold] }).await;
    let elsewhere = SeatRecord::Sold { owner: ben };
    assert_eq!(apply(store, event, mend(elsewhere)).await, Outcome::Applied(vec![]), "it is not as it was seen");
    let older = SettledSeat { version: 2, ..sold };
    let stale = Command::Mend { seats: vec![Mending { settled: older, seen: SeatRecord::Sold { owner: ada } }] };
    assert_eq!(apply(store, event, stale).await, Outcome::Applied(vec![]), "the ledger has moved on");

    let (sender, mut hints) = mpsc::channel(1000);
    let listener = store.clone();
    let listening = tokio::spawn(async move { listener.listen(sender).await });
    assert_eq!(tokio::time::timeout(PATIENCE, hints.recv()).await.expect("in time"), Some(Hint::Everything));
    let resold = SettledSeat { state: Settled::Sold { owner: ben }, ..sold };
    let repair = Command::Mend { seats: vec![Mending { settled: resold, seen: SeatRecord::Sold { owner: ada } }] };
    assert_eq!(apply(store, event, repair).await, Outcome::Applied(vec![Ordinal(1)]));
    let hinted = async { while hints.recv().await != Some(Hint::Seat(event, Ordinal(1))) {} };
    tokio::time::timeout(PATIENCE, hinted).await.expect("a hint for the seat");
    listening.abort();
    assert_eq!(store.read(event, &[Ordinal(1)]).await.expect("answers").records, [elsewhere]);
}

async fn a_buyers_seats_are_found_whatever_they_are(store: &impl Holds) {
    let event = open_gate(store).await;
    let (ada, ben) = (new_user_id(), new_user_id());
    assert!(store.read_buyer(event, ada).await.expect("answers").seats.is_empty());
    let Outcome::Yours(held) = apply(store, event, hold(ada, &[9, 2, 5], 60_000)).await else { panic!("held") };
    apply(store, event, hold(ben, &[3], 60_000)).await;
    let two = held.iter().find(|seat| seat.ordinal == Ordinal(2)).expect("held");
    let claim = Command::Claim { user: ada, seats: vec![(two.ordinal, two.fence)], ttl_ms: 60_000 };
    assert!(matches!(apply(store, event, claim).await, Outcome::Yours(_)));
    let sold = SettledSeat { ordinal: Ordinal(5), version: 1, state: Settled::Sold { owner: ada } };
    apply(store, event, Command::Settle { rebuild_epoch: None, seats: vec![sold] }).await;
    let read = store.read_buyer(event, ada).await.expect("answers");
    let kinds: Vec<_> = read.seats.iter().map(|(seat, record)| (seat.0, record.state(), record.owner())).collect();
    let expected = [(2, SeatState::Held, Some(ada)), (5, SeatState::Sold, Some(ada)), (9, SeatState::Held, Some(ada))];
    assert_eq!(kinds, expected);
    assert!(matches!(read.seats[0].1, SeatRecord::Claimed(_)));
    // What has ended is not there any more, whether or not anybody has expired it.
    apply(store, event, Command::Release { user: ada, seats: vec![Ordinal(9)] }).await;
    assert!(matches!(apply(store, event, hold(ben, &[7], 1)).await, Outcome::Yours(_)));
    tokio::time::sleep(Duration::from_millis(5)).await;
    let seats = async |user| {
        let read = store.read_buyer(event, user).await.expect("answers");
        read.seats.into_iter().map(|(seat, _)| seat.0).collect::<Vec<_>>()
    };
    assert_eq!((seats(ada).await, seats(ben).await), (vec![2, 5], vec![3]));
}

async fn the_history_tells_who_did_what(store: &impl Holds) {
    let event = open_gate(store).await;
    let ada = new_user_id();
    apply(store, event, hold(ada, &[1, 2], 60_000)).await;
    apply(store, event, Command::Release { user: ada, seats: vec![Ordinal(1)] }).await;
    apply(store, event, hold(ada, &[3], 1)).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    apply(store, event, Command::Expire { seats: vec![Ordinal(3)] }).await;
    let past = store.history(event, 10).await.expect("answers");
    let told: Vec<_> = past
        .iter()
        .map(|change| (change.verb.as_str(), change.by, change.seats.iter().map(|seat| seat.0).collect::<Vec<_>>()))
        .collect();
    let expected = [
        ("expire", None, vec![3]),
        ("hold", Some(ada), vec![3]),
        ("release", Some(ada), vec![1]),
        ("hold", Some(ada), vec![1, 2]),
    ];
    assert_eq!(told, expected, "the newest first");
    assert!(past.windows(2).all(|pair| pair[0].at_ms >= pair[1].at_ms));
    let newest = store.history(event, 1).await.expect("answers");
    assert_eq!((newest.len(), newest[0].verb.as_str()), (1, "expire"));
}
