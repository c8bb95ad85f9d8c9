//! From a cart to an order: `server/src/checkout/place.rs`.

use super::{is_free, show, start};
use crate::broken::Broken;
use crate::ledger::SeatsChange;
use crate::store::{Fence, Record};
use crate::{Client, Purchase, SEATS, State, Task};

/// The cart has to be what the client believes it to be. Seats that are claimed in the store and not in the ledger are in
/// it: a server died between the two.
pub(super) fn read_cart(model: &Purchase, state: &mut State, client: Client) -> bool {
    let wish = model.wish(client);
    if state.ledger.orders[client.index()].is_some() || state.store.gate.is_none() {
        return false;
    }
    let mut fences = [Fence::default(); SEATS];
    for seat in wish.iter() {
        fences[seat] = match state.store.seats[seat] {
            Record::Held(owner, fence) if owner == client => fence,
            Record::Claimed(owner, fence) if owner == client && is_free(&state.ledger, seat) => fence,
            _ => return false,
        };
    }
    start(state, Task::Claim(client, fences))
}

pub(super) fn claim_in_store(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::Claim(client, fences) = state.tasks[server] else { return false };
    let is_claimed = state.store.claim(client, model.wish(client), fences);
    state.tasks[server] = if is_claimed { Task::WriteDown(client, fences) } else { Task::Idle };
    if is_claimed && model.lacks(Broken::ClaimAfterMoney) {
        state.payments[client.index()].charge(false);
    }
    true
}

/// What is free is read in the step that refuses. The code reads it a moment later (`give_up`, `settled`); what changes in
/// between is not tried: a task of its own for it makes a fifth more states of a model that has a million.
pub(super) fn claim_in_ledger(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::WriteDown(client, fences) = state.tasks[server] else { return false };
    let wish = model.wish(client);
    state.tasks[server] = if state.ledger.place_order(client, wish, fences, model.broken) {
        sell_what_is_paid(model, state, client);
        show(&state.ledger, wish)
    } else {
        if model.lacks(Broken::ClaimAfterMoney) {
            state.payments[client.index()].refund(None);
        }
        Task::GiveUp(client, wish.only(|seat| is_free(&state.ledger, seat)), fences)
    };
    true
}

/// Only where the money came first.
fn sell_what_is_paid(model: &Purchase, state: &mut State, client: Client) {
    if let Some(order) = state.ledger.orders[client.index()].filter(|_| model.lacks(Broken::ClaimAfterMoney)) {
        let change = (order, order.confirmed(), SeatsChange::Sell);
        state.ledger.change_order(client, model.wish(client), change, None).ok();
    }
}

/// The seats that others have are settled as well; that is what news do.
pub(super) fn unclaim(state: &mut State, server: usize) -> bool {
    let Task::GiveUp(client, free, fences) = state.tasks[server] else { return false };
    state.store.unclaim(client, free, fences);
    state.tasks[server] = Task::Idle;
    true
}
