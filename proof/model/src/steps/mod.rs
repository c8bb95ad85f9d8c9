//! What each action does. A step that changes nothing is none: then the action was not possible.

mod checkout;
mod paying;
mod recovery;

use crate::ledger::{Ledger, Row, RowState};
use crate::{Action, Client, Purchase, SEATS, Seats, State, Task};

/// Takes the step, if it is possible.
pub(crate) fn take(model: &Purchase, state: &mut State, action: Action) -> bool {
    match action {
        Action::Hold(client) => hold(model, state, client),
        Action::Release(client) => state.store.release(client),
        Action::Expire(client) => state.store.expire(client),
        Action::ReadCart(client) => checkout::read_cart(model, state, client),
        Action::ClaimInStore(server) => checkout::claim_in_store(model, state, server),
        Action::ClaimInLedger(server) => checkout::claim_in_ledger(model, state, server),
        Action::Unclaim(server) => checkout::unclaim(state, server),
        Action::Settle(server) => settle(model, state, server),
        Action::News => news(state),
        Action::NoteAttempt(client) => paying::note_attempt(model, state, client),
        Action::Charge(server) => paying::charge(state, server, paying::Answer::Heard),
        Action::ChargeUnheard(server) => paying::charge(state, server, paying::Answer::Lost),
        Action::ChargeSlow(server) => paying::charge(state, server, paying::Answer::Slow),
        Action::CaptureLate(client) => state.payments[client.index()].capture(),
        Action::Sell(server) => paying::sell(model, state, server),
        Action::Look(client) => paying::look(model, state, client, paying::Look::InTime),
        Action::LookLate(client) => paying::look(model, state, client, paying::Look::Late),
        Action::LookTooLate(client) => paying::look(model, state, client, paying::Look::TooLate),
        Action::LookUnanswered(client) => paying::look(model, state, client, paying::Look::Unanswered),
        Action::Hear(client) => paying::hear(model, state, client),
        Action::HearUnanswered(client) => paying::hear_unanswered(model, state, client),
        Action::Cancel(client) => paying::cancel(model, state, client),
        Action::TryChange(server) => paying::try_change(model, state, server),
        Action::Refund(client) => paying::refund(model, state, client),
        Action::Empty => recovery::empty(state),
        Action::AdvanceFenceEpoch => recovery::advance_fence_epoch(model, state),
        Action::Rebuild(server) => recovery::rebuild(state, server),
        Action::Restore(server) => recovery::restore(state, server),
        Action::SetGate(server) => recovery::set_gate(model, state, server),
        Action::Crash(server) => recovery::crash(model, state, server),
    }
}

/// Gives a task to a server that has none.
fn start(state: &mut State, task: Task) -> bool {
    let idle = state.tasks.iter_mut().find(|task| **task == Task::Idle);
    idle.map(|idle| *idle = task).is_some()
}

/// Clients that have an order do not hold again: one order each is enough to collide.
fn hold(model: &Purchase, state: &mut State, client: Client) -> bool {
    let left = &mut state.left.holds[client.index()];
    if *left == 0 || state.ledger.orders[client.index()].is_some() {
        return false;
    }
    *left -= 1;
    state.store.hold(client, model.wish(client))
}

/// What a commit did to seats is shown at once (`Checkout::show`): read here, applied when the server gets to it.
fn show(ledger: &Ledger, seats: Seats) -> Task {
    let mut rows = ledger.rows;
    // Rows that are not asked for are not read either.
    for seat in (0..SEATS).filter(|seat| seats.iter().all(|shown| shown != *seat)) {
        rows[seat] = Row::default();
    }
    Task::Settle(seats, rows)
}

fn settle(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::Settle(seats, rows) = state.tasks[server] else { return false };
    state.tasks[server] = Task::Idle;
    state.store.settle(None, seats, &rows, model.lacks(crate::Broken::SettleAnyVersion));
    true
}

/// Read and applied at once. What a server that pauses in between does is what [`Task::Settle`] does.
fn news(state: &mut State) -> bool {
    let before = state.store;
    let rows = state.ledger.rows;
    state.store.settle(None, Seats::ALL, &rows, false);
    state.store != before
}

fn is_free(ledger: &Ledger, seat: usize) -> bool {
    ledger.rows[seat].state == RowState::Available
}
