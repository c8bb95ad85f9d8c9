//! What can make no difference any more is forgotten, so that states that differ in nothing else are one.
//!
//! Fences, versions and epochs are only ever compared: they become small numbers in the same order. An order that has ended and
//! whose money has come to rest is like any other such order, if the provider says so too: must never forget a payment by
//! what the order says of it alone. A test compares what is found with and without this.

use crate::ledger::{Money, Order, Status};
use crate::provider::Payment;
use crate::store::{Fence, Record, Store};
use crate::{Broken, Client, Purchase, SEATS, State, Task};

/// The simplest state from which the same can happen.
pub(crate) fn normal(model: &Purchase, mut state: State) -> State {
    for client in Client::all() {
        forget(&mut state, client);
    }
    if !model.lacks(Broken::SettleAnyVersion) {
        forget_late_settling(&mut state);
    }
    fences(&mut state);
    epochs(&mut state);
    for seat in 0..SEATS {
        versions(&mut state, seat);
    }
    sorted(state)
}

/// Servers have no names.
pub(crate) fn sorted(mut state: State) -> State {
    state.tasks.sort_unstable();
    state
}

fn forget(state: &mut State, client: Client) {
    let Some(order) = &mut state.ledger.orders[client.index()] else { return };
    state.left.holds[client.index()] = 0;
    let has_task = state.tasks.iter().any(|task| task.client() == Some(client));
    let payment = &mut state.payments[client.index()];
    let never_charged = *payment == Payment::Cancelled || (*payment == Payment::Open && !order.was_charged);
    let is_over = match order.money {
        Money::Void => never_charged,
        // The order may be wrong about it, and then that has to be seen at rest.
        Money::Refunded => *payment == Payment::Captured { refunds: 1 } && order.status != Status::Refunded,
        _ => false,
    };
    if is_over && !has_task {
        let money = Money::Void;
        *order = Order { status: Status::Cancelled, money, was_charged: false, is_watched: false };
        *payment = Payment::Cancelled;
    }
}

/// A settling of what the store knows already changes nothing, as long as the store cannot forget it.
fn forget_late_settling(state: &mut State) {
    let Store { gate, versions, .. } = state.store;
    let may_forget = state.left.emptied > 0 || gate.is_none() || state.tasks.iter().any(|task| task.epoch().is_some());
    if may_forget {
        return;
    }
    for task in &mut state.tasks {
        if let Task::Settle(seats, rows) = *task
            && seats.iter().all(|seat| rows[seat].version <= versions[seat])
        {
            *task = Task::Idle;
        }
    }
}

/// Numbers by how many of them are not larger. Zero stays zero.
#[derive(Default)]
struct Ranks {
    seen: u128,
}

impl Ranks {
    fn add(&mut self, number: u8) {
        debug_assert!(number < 128, "numbers stay small in a small model");
        self.seen |= u128::from(number > 0) << number;
    }

    fn of(&self, number: u8) -> u8 {
        let not_larger = self.seen & (u128::MAX >> (127 - number));
        u8::try_from(not_larger.count_ones()).unwrap_or(u8::MAX)
    }
}

fn fences(state: &mut State) {
    let mut ranks = Ranks::default();
    each_fence(state, |fence| ranks.add(fence.0));
    state.store.last_fence.0 = ranks.of(state.store.last_fence.0);
    each_fence(state, |fence| fence.0 = ranks.of(fence.0));
}

fn each_fence(state: &mut State, mut act: impl FnMut(&mut Fence)) {
    for record in &mut state.store.seats {
        if let Record::Held(_, fence) | Record::Claimed(_, fence) = record {
            act(fence);
        }
    }
    for row in &mut state.ledger.rows {
        act(&mut row.fence);
    }
    for task in &mut state.tasks {
        match task {
            Task::Claim(_, fences) | Task::WriteDown(_, fences) | Task::GiveUp(_, _, fences) => {
                fences.iter_mut().for_each(&mut act);
            }
            Task::Settle(_, rows) | Task::Restore(_, rows) => rows.iter_mut().for_each(|row| act(&mut row.fence)),
            _ => {}
        }
    }
}

fn epochs(state: &mut State) {
    let mut ranks = Ranks::default();
    each_epoch(state, |epoch| ranks.add(*epoch));
    each_epoch(state, |epoch| *epoch = ranks.of(*epoch));
}

fn each_epoch(state: &mut State, mut act: impl FnMut(&mut u8)) {
    act(&mut state.ledger.epoch);
    state.store.gate.iter_mut().for_each(&mut act);
    state.store.recovering.iter_mut().for_each(&mut act);
    for task in &mut state.tasks {
        if let Task::Rebuild(epoch) | Task::Restore(epoch, _) | Task::SetGate(epoch) = task {
            act(epoch);
        }
    }
}

fn versions(state: &mut State, seat: usize) {
    let mut ranks = Ranks::default();
    each_version(state, seat, |version| ranks.add(*version));
    each_version(state, seat, |version| *version = ranks.of(*version));
}

fn each_version(state: &mut State, seat: usize, mut act: impl FnMut(&mut u8)) {
    act(&mut state.store.versions[seat]);
    act(&mut state.ledger.rows[seat].version);
    for task in &mut state.tasks {
        if let Task::Settle(_, rows) | Task::Restore(_, rows) = task {
            act(&mut rows[seat].version);
        }
    }
}
