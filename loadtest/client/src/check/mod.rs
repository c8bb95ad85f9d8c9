//! The invariants of `ARCHITECTURE.md`, as pure functions over what was read. Each of them is shown broken histories in
//! `broken.rs`: a checker that cannot complain proves nothing.

#[cfg(test)]
mod broken;
mod money;
mod promises;
mod seats;
mod tickets;

use std::collections::BTreeMap;

use crate::books::{Books, Order};
use crate::hall::{Hall, Map};
use crate::told::Promise;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Which invariant is broken.
    pub(crate) invariant: &'static str,
    pub(crate) what: String,
    /// The order that it is about, if it is about one.
    pub(crate) order: Option<String>,
}

/// What one check function has looked at and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) invariant: &'static str,
    /// In words, what must hold.
    pub(crate) claim: &'static str,
    /// How many things were compared.
    pub(crate) compared: usize,
    pub(crate) findings: Vec<Finding>,
}

impl Checked {
    fn new(invariant: &'static str, claim: &'static str) -> Self {
        Self { invariant, claim, compared: 0, findings: Vec::new() }
    }

    /// Compares one thing; what is wrong is said only if it is.
    fn must(&mut self, holds: bool, order: Option<&Order>, what: impl FnOnce() -> String) {
        self.compared += 1;
        if !holds {
            let order = order.map(|order| order.id.clone());
            self.findings.push(Finding { invariant: self.invariant, what: what(), order });
        }
    }
}

/// Every invariant.
pub(crate) fn all(hall: &Hall, books: &Books, promises: &BTreeMap<String, Promise>) -> Vec<Checked> {
    vec![
        seats::one_owner(&books.orders),
        seats::maps_agree(hall, &books.orders, &books.maps),
        seats::within_the_limit(hall.limit, &books.orders),
        seats::orders_are_whole(hall, &books.orders),
        promises::kept(&books.orders, &books.tickets, promises),
        money::balances(hall, &books.orders, &books.intents),
        tickets::one_each(&books.orders, &books.tickets),
    ]
}

/// What can be compared of an event by its organizer alone, who sees no buyer's tickets but knows how many there are.
pub(crate) fn sold(hall: &Hall, orders: &[Order], tickets: usize, maps: &[(String, Map)]) -> Vec<Checked> {
    vec![
        seats::one_owner(orders),
        seats::maps_agree(hall, orders, maps),
        seats::within_the_limit(hall.limit, orders),
        seats::orders_are_whole(hall, orders),
        tickets::counted(orders, tickets),
    ]
}

/// The price of what an order owns now, by the plan's prices and not by what the order says.
pub(crate) fn price_owned(hall: &Hall, order: &Order) -> i64 {
    if !order.owns_its_seats() {
        return 0;
    }
    order.seats.iter().filter_map(|seat| hall.prices.get(&seat.seat)).sum()
}
