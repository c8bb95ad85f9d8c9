//! Everybody else in a run: the weather that turns, an organizer who commits changes in the ledger, strangers who write into
//! the hold store from servers that are not part of the run.

use std::time::Duration;

use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::{CLAIM_GRACE_MS, Command, Outcome, Settled};
use frontrow_domain::ids::{Ordinal, UserId};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::seat::{Lease, SeatRecord};
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::{Instant, sleep};

use super::client::user;
use super::hall::{EVENT, SEATS};
use super::world::World;

/// The longest jump of the store's clock.
pub(super) const MAX_JUMP_MS: i64 = 1_500;

/// Lets conditions change, and strikes now and then.
pub(super) async fn weather(world: &World, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut has_jumped = false;
    loop {
        sleep(Duration::from_millis(rng.random_range(50..2_500))).await;
        let conditions = world.weather().change();
        world.trace.note(format_args!("weather: {conditions:?}"));
        let kinds = world.weather().kinds;
        match rng.random_range(0..10) {
            0 | 1 if kinds.subscription => {
                let (which, ms) = (rng.random_range(0..2), rng.random_range(0..2_000));
                world.trace.note(format_args!("subscription {which} is cut for {ms} ms"));
                world.store.hints.cut(which, Instant::now() + Duration::from_millis(ms));
            }
            2 if kinds.emptied => {
                world.trace.note(format_args!("the store is emptied"));
                world.store.empty();
                if rng.random_bool(0.5) {
                    (0..2).for_each(|which| world.store.hints.cut(which, Instant::now()));
                }
            }
            3 | 4 if kinds.trimmed => {
                world.trace.note(format_args!("the stream is trimmed"));
                world.store.trim(rng.random_range(0..4));
            }
            5 | 6 if kinds.early_ends => end_a_hold_early(world, &mut rng),
            7 if kinds.clock_jumps && !has_jumped => {
                has_jumped = true;
                let ms = rng.random_range(-1_000..=MAX_JUMP_MS);
                world.trace.note(format_args!("the store's clock jumps by {ms} ms"));
                world.store.clock.jump(ms);
                world.weather().trouble();
            }
            _ => {}
        }
    }
}

/// As a server would whose idea of the time was wrong for a moment.
fn end_a_hold_early(world: &World, rng: &mut StdRng) {
    let held = (0..).zip(world.store.records()).filter_map(|(seat, record)| match record {
        SeatRecord::Held(lease) => Some((Ordinal(seat), lease.deadline_ms)),
        _ => None,
    });
    if let Some((seat, deadline_ms)) = held.choose(rng) {
        world.store.apply_directly(deadline_ms, &Command::Expire { seats: vec![seat] });
    }
}

/// Holds and gives back seats behind the back of every server of the run.
pub(super) async fn strangers(world: &World, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    loop {
        sleep(Duration::from_millis(rng.random_range(20..1_500))).await;
        let user = user(100 + rng.random_range(0..2));
        let now_ms = world.store.clock.now_ms();
        let mine = |record: &SeatRecord| matches!(record, SeatRecord::Held(lease) if lease.owner == user);
        let held = (0..).zip(world.store.records()).filter(|(_, record)| mine(record)).map(|(seat, _)| Ordinal(seat));
        let command = match (held.choose(&mut rng), rng.random_range(0..10)) {
            (Some(seat), 0..4) => Command::Release { user, seats: vec![seat] },
            (Some(_), 4..6) => Command::Extend { user, ttl_ms: 2_000 },
            _ => {
                let seats = (0..SEATS).map(Ordinal).choose_multiple(&mut rng, 2);
                Command::Hold { user, seats, ttl_ms: 2_000 + rng.random_range(0..500), limit: 8 }
            }
        };
        world.store.apply_directly(now_ms, &command);
    }
}

/// Takes seats out of sale and back, sells and claims them, closes the sale and opens it again. What was committed reaches
/// every server through the log, and one of them at once.
pub(super) async fn organizer(world: &World, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    loop {
        sleep(Duration::from_millis(rng.random_range(100..2_500))).await;
        if rng.random_bool(0.1) {
            let status =
                if world.ledger.status() == EventStatus::OnSale { EventStatus::Closed } else { EventStatus::OnSale };
            set_status(world, status);
            continue;
        }
        let seat = Ordinal(rng.random_range(0..SEATS));
        let server = &world.servers[rng.random_range(0..world.servers.len())];
        let listed = Seats { seats: vec![seat] };
        let (state, fact) = match world.ledger.seat(seat) {
            Settled::Available { .. } => match rng.random_range(0..3) {
                0 => (Settled::Blocked, InventoryFact::SeatsBlocked(listed)),
                1 => (Settled::Sold { owner: buyer(&mut rng) }, InventoryFact::SeatsSold(listed)),
                _ => match claim(world, seat) {
                    Some(lease) => (Settled::Claimed(lease), InventoryFact::SeatsClaimed(listed)),
                    None => continue,
                },
            },
            Settled::Claimed(lease) if rng.random_bool(0.5) => {
                (Settled::Sold { owner: lease.owner }, InventoryFact::SeatsSold(listed))
            }
            Settled::Claimed(lease) => {
                (Settled::Available { last_fence: Some(lease.fence) }, InventoryFact::SeatsReleased(listed))
            }
            Settled::Sold { .. } => (Settled::Available { last_fence: None }, InventoryFact::SeatsReleased(listed)),
            Settled::Blocked => (Settled::Available { last_fence: None }, InventoryFact::SeatsUnblocked(listed)),
        };
        world.trace.note(format_args!("ledger: seat {seat} becomes {state:?}"));
        world.ledger.settle(seat, state);
        world.log.append(fact);
        if rng.random_bool(0.8) {
            server.app.checkout.show(EVENT, &[seat]).await;
        }
    }
}

/// The sale is open at the end of every run.
pub(super) fn set_status(world: &World, status: EventStatus) {
    world.trace.note(format_args!("ledger: the event is {status:?}"));
    world.ledger.set_status(status);
    world.log.append(InventoryFact::EventChanged { status });
}

fn buyer(rng: &mut StdRng) -> UserId {
    user(rng.random_range(0..4))
}

/// Whoever holds the seat goes to pay for it.
fn claim(world: &World, seat: Ordinal) -> Option<Lease> {
    let SeatRecord::Held(lease) = world.store.records()[seat.index()] else { return None };
    let ttl_ms = 10_000 + CLAIM_GRACE_MS;
    let command = Command::Claim { user: lease.owner, seats: vec![(seat, lease.fence)], ttl_ms };
    let deadline_ms = world.store.clock.now_ms() + ttl_ms;
    let outcome = world.store.apply_directly(world.store.clock.now_ms(), &command);
    matches!(outcome, Outcome::Yours(_)).then_some(Lease { deadline_ms, ..lease })
}
