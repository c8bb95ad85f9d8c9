//! From an order to its end: `server/src/checkout/pay.rs`, `advance.rs`, `refund.rs` and `resolver.rs`.

use super::{show, start};
use crate::broken::Broken;
use crate::ledger::{Money, Order, Refusal, SeatsChange, Status};
use crate::provider::{Payment, Word};
use crate::{Client, Purchase, State, Task};

/// What a server hears of a charge.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Answer {
    Heard,
    Lost,
    Slow,
}

/// When a server looks at an order.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Look {
    InTime,
    Late,
    /// What is cancelled now is captured all the same.
    TooLate,
    /// After the deadline, and the provider cannot be asked.
    Unanswered,
}

/// Charging again what the provider has decided changes nothing, and is left out.
pub(super) fn note_attempt(model: &Purchase, state: &mut State, client: Client) -> bool {
    let Some(order) = &mut state.ledger.orders[client.index()] else { return false };
    if !order.is_open() || state.payments[client.index()] != Payment::Open {
        return false;
    }
    order.was_charged |= !model.lacks(Broken::NoNoteOfAttempt);
    start(state, Task::Charge(client))
}

pub(super) fn charge(state: &mut State, server: usize, answer: Answer) -> bool {
    let Task::Charge(client) = state.tasks[server] else { return false };
    let payment = &mut state.payments[client.index()];
    let is_new = payment.charge(answer == Answer::Slow);
    if !is_new && answer != Answer::Heard {
        return false;
    }
    // Whatever else the answer is, the order is due, and whoever looks at it finds it out.
    let is_captured = answer == Answer::Heard && payment.word() == Word::Captured;
    state.tasks[server] = if is_captured { Task::Captured(client) } else { Task::Idle };
    true
}

/// Reads the order and sells: if it changes in between, both are done again.
pub(super) fn sell(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::Captured(client) = state.tasks[server] else { return false };
    state.tasks[server] = Task::Idle;
    let Some(order) = state.ledger.orders[client.index()] else { return true };
    if order.is_open() {
        state.tasks[server] = Task::Change(client, order, order.confirmed(), SeatsChange::Sell);
        try_change(model, state, server);
    } else if let Some(task) = step(model, state, client, Look::InTime) {
        state.tasks[server] = task;
    }
    true
}

/// The resolver takes what is due.
pub(super) fn look(model: &Purchase, state: &mut State, client: Client, look: Look) -> bool {
    if look == Look::Unanswered && !model.is_provider_unsure {
        return false;
    }
    let is_due = state.ledger.orders[client.index()].is_some_and(|order| order.is_watched);
    is_due && step(model, state, client, look).is_some_and(|task| start(state, task))
}

/// A notice is sent until something came of it. It is a reason to look.
pub(super) fn hear(model: &Purchase, state: &mut State, client: Client) -> bool {
    let is_news = notice(state, client).is_some();
    is_news && step(model, state, client, Look::InTime).is_some_and(|task| start(state, task))
}

/// Only what is written down of it is left then. An order with open money is due, whatever was heard.
pub(super) fn hear_unanswered(model: &Purchase, state: &mut State, client: Client) -> bool {
    let Some(order) = notice(state, client).filter(|order| model.is_provider_unsure && order.money == Money::Void)
    else {
        return false;
    };
    if model.lacks(Broken::NoticeForgotten) {
        state.forgotten[client.index()] = true;
        return true;
    }
    let unknown = Order { is_watched: true, ..order.with_money(Money::Open) };
    start(state, Task::Change(client, order, unknown, SeatsChange::Keep))
}

/// The order that a notice would be about.
fn notice(state: &State, client: Client) -> Option<Order> {
    let is_captured = state.payments[client.index()].word() == Word::Captured && !state.forgotten[client.index()];
    let is_news = |order: &Order| matches!(order.money, Money::Open | Money::Void) && is_captured;
    state.ledger.orders[client.index()].filter(is_news)
}

pub(super) fn cancel(model: &Purchase, state: &mut State, client: Client) -> bool {
    let Some(order) = state.ledger.orders[client.index()].filter(Order::is_open) else { return false };
    let task = match cancel_payment(state, client, order, false) {
        Some(Word::Captured) => step(model, state, client, Look::InTime),
        word => Some(end(model, client, order, Status::Cancelled, word)),
    };
    task.is_some_and(|task| start(state, task))
}

/// One round of `Checkout::advance`: reads the order, asks the provider, and says what has to be written.
fn step(model: &Purchase, state: &mut State, client: Client, look: Look) -> Option<Task> {
    let order = state.ledger.orders[client.index()]?;
    match (order.status, order.money) {
        (Status::AwaitingPayment, _) => step_open(model, state, client, order, look),
        (_, Money::Open | Money::Void) => step_ended(model, state, client, order, look),
        (_, Money::RefundDue) if look == Look::Unanswered => None,
        (_, Money::RefundDue) => {
            let done = order.with_money(Money::Refunded);
            if model.lacks(Broken::RefundedBeforeAsking) {
                // It is written at once; what the server has in hand is the asking (`try_change`).
                state.ledger.orders[client.index()] = Some(done);
                return Some(Task::Change(client, done, done, SeatsChange::Keep));
            }
            state.payments[client.index()].refund(model.broken);
            Some(Task::Change(client, order, done, SeatsChange::Keep))
        }
        (_, Money::Captured | Money::Refunded) => None,
    }
}

fn step_open(model: &Purchase, state: &mut State, client: Client, order: Order, look: Look) -> Option<Task> {
    let sale = Task::Change(client, order, order.confirmed(), SeatsChange::Sell);
    let word = if order.was_charged { state.payments[client.index()].word() } else { Word::Open };
    if look == Look::Unanswered {
        return order.was_charged.then(|| end(model, client, order, Status::Expired, Some(Word::Open)));
    }
    if word == Word::Captured {
        return Some(sale);
    }
    if look != Look::InTime {
        let word = cancel_payment(state, client, order, look == Look::TooLate);
        return Some(end(model, client, order, Status::Expired, word));
    }
    // Somebody was giving it up, and did not get to the end.
    (word == Word::Cancelled).then(|| end(model, client, order, Status::Cancelled, Some(word)))
}

fn step_ended(model: &Purchase, state: &mut State, client: Client, order: Order, look: Look) -> Option<Task> {
    if look == Look::Unanswered {
        return None;
    }
    let change = |order_after, seats| Some(Task::Change(client, order, order_after, seats));
    match cancel_payment(state, client, order, look == Look::TooLate) {
        Some(Word::Captured) => {
            // An order that only was too late gets its seats if they are still free.
            if order.status == Status::Expired && state.store.are_free(client, model.wish(client)) {
                return change(order.confirmed(), SeatsChange::SellAgain);
            }
            change(order.with_money(Money::RefundDue), SeatsChange::Keep)
        }
        _ if order.money == Money::Void => None,
        _ => change(order.with_money(Money::Void), SeatsChange::Keep),
    }
}

/// `None` if nobody ever tried to charge a card for the order.
fn cancel_payment(state: &mut State, client: Client, order: Order, too_late: bool) -> Option<Word> {
    order.was_charged.then(|| state.payments[client.index()].cancel(too_late))
}

/// Its seats are free at once; what is captured after all is given back (`after_cancelling`).
fn end(model: &Purchase, client: Client, order: Order, status: Status, word: Option<Word>) -> Task {
    let money = match word {
        None | Some(Word::Cancelled) => Money::Void,
        Some(Word::Captured) => Money::RefundDue,
        Some(Word::Open | Word::Processing) => Money::Open,
    };
    Task::Change(client, order, order.ended(status, money, model.broken), SeatsChange::Release)
}

pub(super) fn try_change(model: &Purchase, state: &mut State, server: usize) -> bool {
    let Task::Change(client, seen, order, seats) = state.tasks[server] else { return false };
    let wish = model.wish(client);
    if model.lacks(Broken::RefundedBeforeAsking) && order.money == Money::Refunded {
        state.payments[client.index()].refund(None);
    }
    let changed = state.ledger.change_order(client, wish, (seen, order, seats), model.broken);
    state.tasks[server] = match (changed, seats) {
        (Ok(()), SeatsChange::Keep) | (Err(Refusal::Changed), _) => Task::Idle,
        (Ok(()), _) => show(&state.ledger, wish),
        // The claims are gone: the money goes back.
        (Err(Refusal::SeatsGone), SeatsChange::Sell) => {
            let back = seen.ended(Status::Cancelled, Money::RefundDue, model.broken);
            Task::Change(client, seen, back, SeatsChange::Keep)
        }
        (Err(Refusal::SeatsGone), SeatsChange::SellAgain) => {
            Task::Change(client, seen, seen.with_money(Money::RefundDue), SeatsChange::Keep)
        }
        (Err(Refusal::SeatsGone), _) => Task::Idle,
    };
    true
}

/// Reads the order and gives its seats back: if it changes in between, both are done again. The money follows.
pub(super) fn refund(model: &Purchase, state: &mut State, client: Client) -> bool {
    let Some(order) = state.ledger.orders[client.index()] else { return false };
    if order.status != Status::Confirmed || state.left.refunds == 0 {
        return false;
    }
    state.left.refunds -= 1;
    let refunded = Order { status: Status::Refunded, ..order.with_money(Money::RefundDue) };
    let change = (order, refunded, SeatsChange::GiveBack);
    let wish = model.wish(client);
    state.ledger.change_order(client, wish, change, model.broken).is_ok() && start(state, show(&state.ledger, wish))
}
