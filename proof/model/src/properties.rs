//! What must always hold, and what must be possible: a model in which nobody ever buys anything proves nothing.

use stateright::Property;

use crate::ledger::{Money, Order, RowState, SeatsChange, Status};
use crate::provider::{Payment, Word};
use crate::store::Record;
use crate::{Client, Purchase, SEATS, State, Task};

/// I1.
pub const NO_DOUBLE_SALE: &str = "no seat is in two confirmed orders";
/// I2.
pub const GROUP: &str = "an order has all of its seats or none";
/// I5.
pub const MONEY: &str = "at rest, captured minus refunded is the price of what is owned";
/// A claim that was overtaken never takes a seat.
pub const FENCES: &str = "a seat's fence never goes back";
/// A grant that the ledger would refuse although the seat is free. It can be there until news of the newer claim arrive.
pub const GRANTS: &str = "where the store has followed the ledger, no hold is older than the last claim";
/// I8.
pub const STORE: &str = "at rest, the hold store agrees with the ledger";

/// All of them.
pub(crate) fn all() -> Vec<Property<Purchase>> {
    let sold = |_: &Purchase, state: &State| has_order(state, Status::Confirmed);
    let refunded = |_: &Purchase, state: &State| state.payments.contains(&Payment::Captured { refunds: 1 });
    let two_buyers = |_: &Purchase, state: &State| count(state, Status::Confirmed) == 2;
    let sold_twice_in_turn =
        |_: &Purchase, state: &State| has_order(state, Status::Refunded) && has_order(state, Status::Confirmed);
    let overtaken = |model: &Purchase, state: &State| state.tasks.iter().any(|task| is_overtaken(model, state, task));
    let late = |_: &Purchase, state: &State| Client::all().any(|client| is_captured_after_the_end(state, client));
    let bought_again = |_: &Purchase, state: &State| state.tasks.iter().any(|task| is_bought_again(state, task));
    vec![
        Property::always(NO_DOUBLE_SALE, |model, state| (0..SEATS).all(|seat| owners(model, state, seat) <= 1)),
        Property::always(GROUP, |model, state| Client::all().all(|client| is_whole(model, state, client))),
        Property::always(MONEY, |model, state| {
            !is_at_rest(state) || Client::all().all(|client| adds_up(model, state, client))
        }),
        Property::always(FENCES, |_, state: &State| !state.ledger.fence_went_back),
        Property::always(GRANTS, |_, state| (0..SEATS).all(|seat| is_newer(state, seat))),
        Property::always(STORE, |_, state| !is_at_rest(state) || (0..SEATS).all(|seat| agrees(state, seat))),
        Property::sometimes("sold", sold),
        Property::sometimes("two buyers own a seat each", two_buyers),
        Property::sometimes("refunded", refunded),
        Property::sometimes("given back and sold to somebody else", sold_twice_in_turn),
        Property::sometimes("captured after the order has ended", late),
        Property::sometimes("captured too late and sold all the same", bought_again),
        Property::sometimes("a claim on its way to the ledger is overtaken", overtaken),
        Property::sometimes("at rest after a rebuild", |model: &Purchase, state: &State| {
            state.left.emptied < model.left.emptied && is_at_rest(state)
        }),
    ]
}

/// Nobody has anything to do: no server, no resolver, no provider, no notice that it repeats, no news, no rebuild. Carts
/// may be full; they end by themselves.
pub fn is_at_rest(state: &State) -> bool {
    let orders = || Client::all().filter_map(|client| Some((client, state.ledger.orders[client.index()]?)));
    let known = |seat: usize| state.store.versions[seat] == state.ledger.rows[seat].version;
    state.tasks == [Task::Idle; 2]
        && state.store.gate.is_some()
        && (0..SEATS).all(known)
        && orders().all(|(_, order)| !order.is_open() && !order.is_watched)
        && !state.payments.iter().any(|payment| matches!(payment, Payment::Processing | Payment::CancelledTooLate))
        && !orders().any(|(client, order)| is_notice_due(state, client, order))
}

/// Of an order that is over for us. Nothing is asked about one whose card was never charged.
fn is_notice_due(state: &State, client: Client, order: Order) -> bool {
    order.money == Money::Void && order.was_charged && is_captured(state, client) && !state.forgotten[client.index()]
}

fn is_captured(state: &State, client: Client) -> bool {
    state.payments[client.index()].word() == Word::Captured
}

fn has_order(state: &State, status: Status) -> bool {
    count(state, status) > 0
}

fn count(state: &State, status: Status) -> usize {
    state.ledger.orders.iter().flatten().filter(|order| order.status == status).count()
}

fn owners(model: &Purchase, state: &State, seat: usize) -> usize {
    let wants = |client: &Client| model.wish(*client).iter().any(|wanted| wanted == seat);
    let owns = |client: &Client| {
        state.ledger.orders[client.index()].is_some_and(|order| order.status == Status::Confirmed) && wants(client)
    };
    Client::all().filter(owns).count()
}

fn is_whole(model: &Purchase, state: &State, client: Client) -> bool {
    let expected = match state.ledger.orders[client.index()].map(|order| order.status) {
        Some(Status::AwaitingPayment) => Some(RowState::Claimed(client)),
        Some(Status::Confirmed) => Some(RowState::Sold(client)),
        _ => None,
    };
    let mine =
        |seat: usize| [RowState::Claimed(client), RowState::Sold(client)].contains(&state.ledger.rows[seat].state);
    match expected {
        Some(expected) => model.wish(client).iter().all(|seat| state.ledger.rows[seat].state == expected),
        None => !(0..SEATS).any(mine),
    }
}

/// Every seat costs one.
fn adds_up(model: &Purchase, state: &State, client: Client) -> bool {
    let price = model.wish(client).iter().count();
    let owned = state.ledger.rows.iter().filter(|row| row.state == RowState::Sold(client)).count();
    i32::from(state.payments[client.index()].balance()) * i32::try_from(price).unwrap_or(0)
        == i32::try_from(owned).unwrap_or(-1)
}

fn is_newer(state: &State, seat: usize) -> bool {
    let row = &state.ledger.rows[seat];
    let follows = state.store.versions[seat] == row.version;
    !follows || !matches!(state.store.seats[seat], Record::Held(_, fence) if fence < row.fence)
}

/// As the reconciler sees it (`server/src/reconciler.rs`, `agrees`).
fn agrees(state: &State, seat: usize) -> bool {
    match (state.ledger.rows[seat].state, state.store.seats[seat]) {
        (RowState::Available, Record::Available | Record::Held(..) | Record::Claimed(..)) => true,
        (RowState::Sold(owner), Record::Sold(seen)) => owner == seen,
        _ => false,
    }
}

fn is_captured_after_the_end(state: &State, client: Client) -> bool {
    let has_ended = |status| matches!(status, Status::Expired | Status::Cancelled);
    state.ledger.orders[client.index()].is_some_and(|order| has_ended(order.status)) && is_captured(state, client)
}

/// Two servers have read that an order has expired and is paid, and one of them has sold its seats already.
fn is_bought_again(state: &State, task: &Task) -> bool {
    let Task::Change(client, seen, _, SeatsChange::SellAgain) = task else { return false };
    let is_confirmed = |order: Order| order.status == Status::Confirmed;
    seen.status == Status::Expired && state.ledger.orders[client.index()].is_some_and(is_confirmed)
}

fn is_overtaken(model: &Purchase, state: &State, task: &Task) -> bool {
    let Task::WriteDown(client, fences) = task else { return false };
    let overtaken = |seat: usize| {
        let row = &state.ledger.rows[seat];
        row.state == RowState::Available && row.fence > fences[seat]
    };
    model.wish(*client).iter().all(overtaken)
}
