//! The linearizable seat register: every seat is looked at twice, as the ledger's and as the hold store's.
//!
//! **In the ledger** a seat is claimed by one order, sold to it, given back, blocked. This is checked without any excuse: at
//! every moment at most one order has the seat, whatever breaks, and what was acknowledged took effect between its request
//! and its answer. Sold never vanishes but by a refund that somebody asked for.
//!
//! **In the hold store** a seat is leased. A hold that was acknowledged keeps others out until the time that its answer
//! named, its release, or a block. That much is promised only while the hold store keeps its memory: during `kill_redis`,
//! `empty_redis`, `restart_redis_empty` and `hold_thief`, and for some seconds afterwards, a hold may vanish or come back,
//! and the register forgets what it knew until the next acknowledgement. What an order has claimed keeps others out as
//! well, with the same excuse; nobody can buy what they hold then, since the ledger decides.

use std::collections::BTreeMap;

use super::leases::{self, LEASES, Leases};
use super::ledger::{self, Ledger, Owner};
use super::linear::{self, Acknowledged, Possible};
use super::{Case, Checked};
use crate::history::{Operation, Outcome, Verb};

/// Clocks count milliseconds, answers are rounded.
const ROUNDING_US: u64 = 50_000;
/// This many declined cards end an order.
const DECLINES: usize = 3;

/// What is known of an order, in microseconds of the run.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderTimes {
    pub(super) event: usize,
    pub(super) buyer: Option<usize>,
    pub(super) seats: Vec<usize>,
    /// The request that made it left then, or later.
    pub(super) asked_us: u64,
    /// It was there by then.
    pub(super) placed_us: Option<u64>,
    pub(super) confirmed_us: Option<u64>,
    pub(super) cancelled_us: Option<u64>,
    /// Before that nothing can have ended it.
    pub(super) may_end_us: u64,
    /// Its time to pay is not over before.
    pub(super) late_us: u64,
    pub(super) was_sold: bool,
    pub(super) refund_asked_us: Option<u64>,
    pub(super) refunded_us: Option<u64>,
}

/// Both registers of every seat.
pub(super) fn seat_register(case: &Case) -> Checked {
    let mut checked = Checked::new("seat_register");
    let orders = order_times(case);
    for event in 0..case.halls.len() {
        for seat in 0..case.halls[event].seats.len() {
            in_the_ledger(case, &orders, event, seat, &mut checked);
            in_the_hold_store(case, &orders, event, seat, &mut checked);
        }
    }
    checked
}

fn in_the_ledger(case: &Case, orders: &[OrderTimes], event: usize, seat: usize, checked: &mut Checked) {
    let (mut steps, mut moves) = (Vec::new(), Vec::new());
    for (number, times) in orders.iter().enumerate().filter(|(_, times)| times.has(event, seat)) {
        ledger::of_order(number, times, &mut steps, &mut moves);
    }
    for operation in of_seat(case, event, seat) {
        let (step, what) = match operation.verb {
            Verb::Block => (ledger::Step::Block, ledger::Move::Block),
            Verb::Unblock => (ledger::Step::Unblock, ledger::Move::Unblock),
            _ => continue,
        };
        place(operation, step, what, &mut steps, &mut moves);
    }
    let result = linear::check(&Ledger, Owner::Nobody, &steps, &moves);
    checked.compared += steps.len() as u64;
    let name = &case.halls[event].seats[seat];
    checked.must(result.is_ok(), || {
        let (step, states) = result.map_or_else(|wrong| wrong, |()| unreachable!("it is right"));
        let id = |owner: &Owner| match owner {
            Owner::Claimed(order) | Owner::Sold(order) => {
                format!("{owner:?} = {}", case.books.orders.get(*order).map_or("?", |order| &order.id))
            }
            Owner::Nobody | Owner::Blocked => format!("{owner:?}"),
        };
        let states: Vec<_> = states.iter().map(id).collect();
        format!(
            "{name} of event {event} in the ledger: nothing explains {:?}; it may have been {states:?}",
            steps[step]
        )
    });
}

fn in_the_hold_store(case: &Case, orders: &[OrderTimes], event: usize, seat: usize, checked: &mut Checked) {
    let (mut steps, mut moves) = (Vec::new(), Vec::new());
    moves.push(Possible { window_us: 0..=u64::MAX, what: leases::Move::Lapse });
    for (number, times) in orders.iter().enumerate().filter(|(_, times)| times.has(event, seat)) {
        leases::of_order(number, times, &mut steps, &mut moves);
    }
    let hall = &case.halls[event];
    for operation in of_seat(case, event, seat) {
        let is_found = operation.verb == Verb::Extend && may_hold_unnamed(case, operation, hall.hold_ttl_us);
        leases::of_operation(operation, seat, hall.hold_ttl_us, is_found, &mut steps, &mut moves);
    }
    let tried = case.past.operations.iter().filter(|one| one.event == event && one.verb == Verb::Order);
    moves.extend(tried.filter_map(leases::of_try));
    for fault in case.past.faults.iter().filter(|fault| leases::LOSSY.contains(&fault.nemesis.as_str())) {
        let window_us = fault.from_us..=fault.until_us.saturating_add(leases::AFTERMATH_US);
        moves.push(Possible { window_us, what: leases::Move::Lose });
    }
    let result = linear::check(&LEASES, Leases::Free, &steps, &moves);
    checked.compared += steps.len() as u64;
    checked.must(result.is_ok(), || {
        let (step, states) = result.map_or_else(|wrong| wrong, |()| unreachable!("it is right"));
        let name = &hall.seats[seat];
        format!(
            "{name} of event {event} in the hold store: nothing explains {:?}; it may have been {states:?}",
            steps[step]
        )
    });
}

/// Whether its person may hold seats that no answer named: the one to a wish for the best seats was lost.
fn may_hold_unnamed(case: &Case, operation: &Operation, ttl_us: u64) -> bool {
    let lost = |other: &&Operation| {
        let is_theirs = other.person == operation.person && other.event == operation.event;
        let is_lost = other.verb == Verb::BestAvailable && other.outcome == Outcome::Unknown;
        let lasts_until_us = other.end_us.saturating_add(leases::LOST_US + ttl_us);
        is_theirs && is_lost && other.start_us <= operation.end_us && operation.start_us <= lasts_until_us
    };
    case.past.operations.iter().any(|other| lost(&other))
}

/// Operations that name the seat.
fn of_seat<'a>(case: &'a Case<'a>, event: usize, seat: usize) -> impl Iterator<Item = &'a Operation> {
    let named = move |one: &&Operation| one.event == event && one.seats.contains(&seat);
    case.past.operations.iter().filter(named)
}

/// An operation is a step if it was acknowledged, and may have happened, for some time, if nobody knows.
pub(super) fn place<S, M>(
    operation: &Operation,
    step: S,
    what: M,
    steps: &mut Vec<Acknowledged<S>>,
    moves: &mut Vec<Possible<M>>,
) {
    let (start_us, end_us) = (operation.start_us, operation.end_us);
    match operation.outcome {
        Outcome::Ok => steps.push(Acknowledged { start_us, end_us, step }),
        Outcome::Unknown => {
            let until_us = end_us.saturating_add(leases::LOST_US);
            moves.push(Possible { window_us: start_us..=until_us, what });
        }
        Outcome::Fail => {}
    }
}

impl OrderTimes {
    fn has(&self, event: usize, seat: usize) -> bool {
        self.event == event && self.seats.contains(&seat)
    }
}

/// What the past says of every order of the books, in their order.
pub(super) fn order_times(case: &Case) -> Vec<OrderTimes> {
    let mut by_order: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    let mut lost: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for operation in &case.past.operations {
        let told = operation.told.as_ref().map(|told| told.order.as_str());
        if let Some(order) = told.or(operation.order.as_deref()) {
            by_order.entry(order).or_default().push(operation);
        } else if operation.verb == Verb::Order && operation.outcome == Outcome::Unknown {
            let earliest = lost.entry((operation.person, operation.event)).or_insert(operation.start_us);
            *earliest = operation.start_us.min(*earliest);
        }
    }
    let times = |order: &crate::books::Order| {
        let about = by_order.get(order.id.as_str()).map_or(&[][..], Vec::as_slice);
        let buyer = case.cast.iter().position(|account| *account == order.buyer);
        let lost_us = buyer.and_then(|buyer| lost.get(&(buyer, order.event)).copied()).unwrap_or_default();
        let seats = order.seats.iter().map(|seat| seat.ordinal).collect();
        let was_sold = matches!(order.status.as_str(), "confirmed" | "refunded");
        let base = OrderTimes { event: order.event, buyer, seats, was_sold, ..OrderTimes::default() };
        of_operations(base, about, lost_us, case.halls[order.event].payment_window_us)
    };
    case.books.orders.iter().map(times).collect()
}

fn of_operations(base: OrderTimes, about: &[&Operation], lost_us: u64, window_us: u64) -> OrderTimes {
    let placing = about.iter().find(|one| one.verb == Verb::Order && one.outcome == Outcome::Ok);
    let told = |status: &str| {
        let heard = about.iter().filter(|one| one.told.as_ref().is_some_and(|told| told.status == status));
        heard.map(|one| one.end_us).min()
    };
    let started = |verb: Verb| about.iter().filter(move |one| one.verb == verb).map(|one| one.start_us);
    // Whatever was lost: it was asked for before anybody was told of it.
    let first_us = about.iter().filter(|one| one.told.is_some()).map(|one| one.end_us).min();
    let asked_us = placing.map_or(lost_us, |one| one.start_us).min(first_us.unwrap_or(u64::MAX));
    let late_us = (asked_us + window_us).saturating_sub(ROUNDING_US);
    let mut failed: Vec<_> = about
        .iter()
        .filter(|one| one.verb == Verb::Pay && one.outcome != Outcome::Ok)
        .map(|one| one.start_us)
        .collect();
    failed.sort_unstable();
    let ends = [started(Verb::Cancel).min(), failed.get(DECLINES - 1).copied(), Some(late_us)];
    OrderTimes {
        asked_us,
        placed_us: placing.map(|one| one.end_us),
        confirmed_us: told("confirmed"),
        cancelled_us: told("cancelled"),
        may_end_us: ends.into_iter().flatten().min().unwrap_or(late_us),
        late_us,
        refund_asked_us: started(Verb::Refund).min(),
        refunded_us: told("refunded"),
        ..base
    }
}
