//! One owner for every sale of a seat, and groups that are whole.

use std::collections::BTreeMap;

use super::{Case, Checked};
use crate::history::{Outcome, Verb};

/// No seat is in two confirmed orders, none is sold twice in one sale generation, and what is sold is its order's.
pub(super) fn one_owner(case: &Case) -> Checked {
    let mut checked = Checked::new("one_owner");
    let mut owners: BTreeMap<(usize, usize), &str> = BTreeMap::new();
    for order in case.books.orders.iter().filter(|order| order.is_confirmed()) {
        for seat in &order.seats {
            let other = owners.insert((order.event, seat.ordinal), &order.id);
            checked.must(other.is_none(), || {
                format!("{} is sold to {} and to {}", seat.seat, other.unwrap_or_default(), order.id)
            });
        }
    }
    let mut sales: BTreeMap<(usize, usize, i64), &str> = BTreeMap::new();
    for ticket in &case.books.tickets {
        let other = sales.insert((ticket.event, ticket.ordinal, ticket.generation), &ticket.order);
        checked.must(other.is_none(), || {
            let first = other.unwrap_or_default();
            format!("sale {} of {} has a ticket of {first} and one of {}", ticket.generation, ticket.seat, ticket.order)
        });
    }
    for seat in &case.books.seats {
        let owner = owners.get(&(seat.event, seat.ordinal)).copied();
        let sold_to = (seat.state == "sold").then_some(seat.order.as_deref()).flatten();
        checked.must(owner == sold_to, || {
            format!(
                "seat {} of event {} is {} of {:?}, its confirmed order is {owner:?}",
                seat.ordinal, seat.event, seat.state, seat.order
            )
        });
    }
    checked
}

/// A hold that was acknowledged has all of its seats, an order has all of its seats or none, and at the price of the hall.
pub(super) fn whole_groups(case: &Case) -> Checked {
    let mut checked = Checked::new("whole_groups");
    for held in case.past.operations.iter().filter(|one| one.verb == Verb::Hold && one.outcome == Outcome::Ok) {
        let mut asked = held.seats.clone();
        let mut given: Vec<_> = held.leases.iter().map(|(ordinal, _)| *ordinal).collect();
        asked.sort_unstable();
        given.sort_unstable();
        checked.must(asked == given, || {
            format!("person {} asked for {asked:?} of event {} and got {given:?}", held.person, held.event)
        });
    }
    let mut seats: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for seat in &case.books.seats {
        if let Some(order) = &seat.order {
            seats.entry(order).or_default().push(seat.ordinal);
        }
    }
    for order in &case.books.orders {
        let mut own: Vec<_> = order.seats.iter().map(|seat| seat.ordinal).collect();
        own.sort_unstable();
        let mut has = seats.remove(order.id.as_str()).unwrap_or_default();
        has.sort_unstable();
        let expected = if order.has_its_seats() { own.as_slice() } else { &[] };
        checked.must(has == expected, || {
            format!("order {} ({}) of {own:?} has the seats {has:?}", order.id, order.status)
        });
        let distinct = own.windows(2).all(|pair| pair[0] < pair[1]);
        checked.must(!own.is_empty() && distinct, || format!("order {} is of the seats {own:?}", order.id));
    }
    checked
}
