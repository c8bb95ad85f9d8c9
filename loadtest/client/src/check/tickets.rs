//! I6: one valid ticket for every sold seat.

use std::collections::{BTreeMap, BTreeSet};

use super::Checked;
use crate::books::{Order, Ticket};

/// I6: the owner of a seat has exactly one valid ticket for it, nobody has another, no id and no code is there twice.
pub(super) fn one_each(orders: &[Order], tickets: &[(String, Ticket)]) -> Checked {
    let mut checked = Checked::new("I6", "every sold seat has one valid ticket, all ids and codes differ");
    let (mut ids, mut codes) = (BTreeSet::new(), BTreeSet::new());
    let mut valid: BTreeMap<&str, Vec<(&str, &Ticket)>> = BTreeMap::new();
    for (owner, ticket) in tickets {
        checked.must(ids.insert(&ticket.id), None, || format!("the ticket {} is there twice", ticket.id));
        checked.must(codes.insert(&ticket.code), None, || format!("two tickets have the code of {}", ticket.id));
        if ticket.status != "refunded" {
            valid.entry(&ticket.seat).or_default().push((owner, ticket));
        }
    }
    for order in orders.iter().filter(|order| order.owns_its_seats()) {
        for seat in &order.seats {
            let found = valid.remove(seat.seat.as_str()).unwrap_or_default();
            let count = found.len();
            checked.must(count == 1, Some(order), || format!("{} has {count} valid tickets", seat.seat));
            for (owner, ticket) in found {
                let fits = ticket.order_id == order.id && Some(owner) == order.buyer_id.as_deref();
                let of = &ticket.order_id;
                checked.must(fits, Some(order), || format!("the ticket for {} is of {owner}, order {of}", seat.seat));
            }
        }
    }
    for (seat, left) in valid {
        checked.must(false, None, || format!("{} valid tickets for {seat}, which nobody owns", left.len()));
    }
    checked
}

/// I6 as far as a number can tell: as many tickets as seats that are owned.
pub(super) fn counted(orders: &[Order], tickets: usize) -> Checked {
    let mut checked = Checked::new("I6", "there are as many valid tickets as owned seats");
    let owned: usize = orders.iter().filter(|order| order.owns_its_seats()).map(|order| order.seats.len()).sum();
    checked.must(owned == tickets, None, || format!("{tickets} valid tickets for {owned} owned seats"));
    checked
}
