//! The hold book is the specification: the same commands, at the same times, have the same outcomes in the store.

use std::time::Duration;

use frontrow_domain::holds::{Command, Gate, HoldBook, Mending, Outcome, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::seat::{Fence, Lease, SeatRecord};
use frontrow_engines::holds::Holds;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::support::{new_event_id, redis};

const SEATS: u32 = 6;
const USERS: u128 = 3;
const LIMIT: u32 = 3;
/// Short, so that holds end within a run; still long enough to be extended and claimed.
const TTL_MS: u64 = 25;

/// What a run does next. Fences and versions depend on what happened before, so they are filled in at run time.
#[derive(Debug, Clone)]
enum Move {
    Hold(UserId, Vec<Ordinal>),
    Release(UserId, Vec<Ordinal>),
    Extend(UserId),
    Prolong(UserId, Vec<Ordinal>),
    Expire(Vec<Ordinal>),
    Claim(UserId, Vec<Ordinal>, StaleFence),
    Unclaim(UserId, Vec<Ordinal>, StaleFence, Option<u64>),
    Settle(Vec<(Ordinal, u64, Kind, UserId)>),
    /// What is seen is what is there, or that the seat is free.
    Mend(Vec<(Ordinal, u64, Kind, UserId)>, SeenRight),
    Rebuild(u64),
    SetGate(u64, u64, bool),
    Wait(u64),
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Available,
    Claimed,
    Sold,
    Blocked,
}

/// Whether a seat is still as it was seen.
type SeenRight = bool;
/// Whether a command carries the fence that the seat has, or an older one.
type StaleFence = bool;

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let user = || (0..USERS).prop_map(|n| UserId(Uuid::from_u128(0x1000 + n)));
    let seats = || btree_set((0..SEATS).prop_map(Ordinal), 1..4).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    let kind = || prop_oneof![Just(Kind::Available), Just(Kind::Claimed), Just(Kind::Sold), Just(Kind::Blocked)];
    let settled = || ((0..SEATS).prop_map(Ordinal), 0..4_u64, kind(), user());
    let next = prop_oneof![
        8 => (user(), seats()).prop_map(|(user, seats)| Move::Hold(user, seats)),
        3 => (user(), seats()).prop_map(|(user, seats)| Move::Release(user, seats)),
        2 => user().prop_map(Move::Extend),
        2 => (user(), seats()).prop_map(|(user, seats)| Move::Prolong(user, seats)),
        3 => seats().prop_map(Move::Expire),
        4 => (user(), seats(), proptest::bool::weighted(0.2)).prop_map(|(user, seats, stale)| Move::Claim(user, seats, stale)),
        2 => (user(), seats(), proptest::bool::weighted(0.2), proptest::option::of(Just(TTL_MS)))
            .prop_map(|(user, seats, stale, ttl)| Move::Unclaim(user, seats, stale, ttl)),
        3 => vec(settled(), 1..3).prop_map(Move::Settle),
        3 => (vec(settled(), 1..3), proptest::bool::weighted(0.7)).prop_map(|(seats, right)| Move::Mend(seats, right)),
        1 => (1..4_u64).prop_map(Move::Rebuild),
        2 => (1..4_u64, 1..4_u64, proptest::bool::weighted(0.8)).prop_map(|(epoch, version, open)| Move::SetGate(epoch, version, open)),
        2 => (1..30_u64).prop_map(Move::Wait),
    ];
    vec(next, 1..40)
}

mod on_redis {
    use super::*;

    #[test]
    fn every_command_has_the_outcome_of_the_book() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let store = runtime.block_on(redis());
        let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
        let result = runner.run(&moves(), |moves| runtime.block_on(compare(&store, &moves)));
        if let Err(error) = result {
            panic!("{error}");
        }
    }

    /// Random moves seldom keep one hold alive for three TTLs; this run does, and reaches the cap.
    #[tokio::test]
    async fn extension_reaches_its_cap_as_in_the_book() {
        let user = UserId(Uuid::from_u128(0x1000));
        let mut moves = vec![Move::Hold(user, vec![Ordinal(0)])];
        for _ in 0..5 {
            moves.extend([Move::Wait(TTL_MS * 2 / 3), Move::Extend(user)]);
        }
        moves.push(Move::Hold(user, vec![Ordinal(1)]));
        for _ in 0..5 {
            moves.extend([Move::Wait(TTL_MS * 2 / 3), Move::Prolong(user, vec![Ordinal(1)])]);
        }
        compare(&redis().await, &moves).await.unwrap();
    }
}

async fn compare(store: &impl Holds, moves: &[Move]) -> Result<(), TestCaseError> {
    let (event, mut book) = (new_event_id(), HoldBook::new());
    step(store, event, &mut book, &Command::Rebuild { epoch: 1 }).await?;
    let opening = Command::SetGate(Gate { epoch: 1, version: 1, open: true });
    let mut last_ms = step(store, event, &mut book, &opening).await?;
    for next in moves {
        if let Move::Wait(ms) = next {
            // Redis' clock cannot be moved by a test; these milliseconds are real.
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            continue;
        }
        let command = command(next, &book, last_ms);
        last_ms = step(store, event, &mut book, &command).await?;
    }
    let every_seat: Vec<_> = (0..SEATS).map(Ordinal).collect();
    let read = store.read(event, &every_seat).await.expect("the store answers");
    let expected: Vec<_> = every_seat.iter().map(|&seat| book.record(read.at_ms, seat)).collect();
    prop_assert_eq!(read.records, expected);
    Ok(())
}

/// The store answers first: the book then does the same command at the time that the store says it was.
async fn step(
    store: &impl Holds,
    event: EventId,
    book: &mut HoldBook,
    command: &Command,
) -> Result<u64, TestCaseError> {
    let answer = store.apply(event, command).await.expect("the store answers");
    let expected = book.apply(answer.at_ms, command);
    prop_assert_eq!(&answer.outcome, &expected, "{:?}", command);
    if let Outcome::Yours(seats) = &answer.outcome {
        prop_assert!(seats.iter().all(|seat| seat.deadline_ms > answer.at_ms));
    }
    Ok(answer.at_ms)
}

fn command(next: &Move, book: &HoldBook, now_ms: u64) -> Command {
    let fences = |seats: &[Ordinal], stale: StaleFence| {
        let fence = |seat| {
            let mut fence =
                book.record(now_ms, seat).lease().map_or(Fence { epoch: 1, counter: 1 }, |lease| lease.fence);
            fence.counter -= u64::from(stale && fence.counter > 0);
            fence
        };
        seats.iter().map(|&seat| (seat, fence(seat))).collect()
    };
    match next.clone() {
        Move::Hold(user, seats) => Command::Hold { user, seats, ttl_ms: TTL_MS, limit: LIMIT },
        Move::Release(user, seats) => Command::Release { user, seats },
        Move::Extend(user) => Command::Extend { user, ttl_ms: TTL_MS },
        Move::Prolong(by, seats) => Command::Prolong { by, seats, ttl_ms: TTL_MS },
        Move::Expire(seats) => Command::Expire { seats },
        Move::Claim(user, seats, stale) => Command::Claim { user, seats: fences(&seats, stale), ttl_ms: TTL_MS },
        Move::Unclaim(user, seats, stale, hold_ttl_ms) => {
            Command::Unclaim { user, seats: fences(&seats, stale), hold_ttl_ms }
        }
        Move::Settle(seats) => {
            let seat =
                |(ordinal, version, kind, owner)| SettledSeat { ordinal, version, state: settled(kind, owner, now_ms) };
            Command::Settle { rebuild_epoch: Some(2), seats: seats.into_iter().map(seat).collect() }
        }
        Move::Mend(seats, right) => {
            let mending = |(ordinal, version, kind, owner)| {
                let seen = if right { book.record(now_ms, ordinal) } else { SeatRecord::Available };
                Mending { settled: SettledSeat { ordinal, version, state: settled(kind, owner, now_ms) }, seen }
            };
            let mut seats: Vec<_> = seats.into_iter().map(mending).collect();
            seats.dedup_by_key(|mending| mending.settled.ordinal);
            Command::Mend { seats }
        }
        Move::Rebuild(epoch) => Command::Rebuild { epoch },
        Move::SetGate(epoch, version, open) => Command::SetGate(Gate { epoch, version, open }),
        Move::Wait(_) => unreachable!("waiting is no command"),
    }
}

fn settled(kind: Kind, owner: UserId, now_ms: u64) -> Settled {
    let fence = Fence { epoch: 1, counter: 3 };
    match kind {
        Kind::Available => Settled::Available { last_fence: Some(fence) },
        Kind::Claimed => Settled::Claimed(Lease { owner, fence, first_held_ms: now_ms, deadline_ms: now_ms + 60_000 }),
        Kind::Sold => Settled::Sold { owner },
        Kind::Blocked => Settled::Blocked,
    }
}
