//! A Redis that forgets, and servers that die: `server/src/gatekeeper.rs`.

use super::show;
use super::start;
use crate::broken::Broken;
use crate::store::Store;
use crate::{Purchase, Seats, State, Task};

pub(super) fn empty(state: &mut State) -> bool {
    if state.left.emptied == 0 {
        return false;
    }
    state.left.emptied -= 1;
    state.store = Store::default();
    true
}

/// Whoever waits for somebody else's rebuild supersedes it in the end; here that may be at once.
pub(super) fn advance_fence_epoch(model: &Purchase, state: &mut State) -> bool {
    let epoch = state.ledger.epoch;
    let is_rebuilding = state.tasks.iter().any(|task| task.epoch() == Some(epoch));
    // A rebuild whose server has died is always superseded.
    let may = epoch <= model.rebuilds || !is_rebuilding;
    let is_left_alone = model.lacks(Broken::NoSupersession) && state.store.recovering.is_some();
    if state.store.gate.is_some() || !may || is_left_alone {
        return false;
    }
    if !model.lacks(Broken::SameEpoch) {
        state.ledger.epoch += 1;
    }
    let epoch = state.ledger.epoch;
    start(state, Task::Rebuild(epoch))
}

pub(super) fn rebuild(state: &mut State, server: usize) -> bool {
    let Task::Rebuild(epoch) = state.tasks[server] else { return false };
    let is_first = state.store.rebuild(epoch);
    state.tasks[server] = if is_first { Task::Restore(epoch, state.ledger.rows) } else { Task::Idle };
    true
}

/// Without a newer rebuild, which has taken this one's place.
pub(super) fn restore(state: &mut State, server: usize) -> bool {
    let Task::Restore(epoch, rows) = state.tasks[server] else { return false };
    let goes_on = state.store.recovering == Some(epoch);
    state.store.settle(Some(epoch), Seats::ALL, &rows, false);
    state.tasks[server] = if goes_on { Task::SetGate(epoch) } else { Task::Idle };
    true
}

/// What was committed since the reading is settled after it.
pub(super) fn set_gate(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::SetGate(epoch) = state.tasks[server] else { return false };
    let is_set = state.store.set_gate(epoch, !model.lacks(Broken::SameEpoch));
    state.tasks[server] = if is_set { show(&state.ledger, Seats::ALL) } else { Task::Idle };
    true
}

pub(super) fn crash(model: &Purchase, state: &mut State, server: usize) -> bool {
    if !model.crashes || state.tasks[server] == Task::Idle {
        return false;
    }
    state.tasks[server] = Task::Idle;
    true
}
