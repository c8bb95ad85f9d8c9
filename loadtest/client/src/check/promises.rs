//! I3: what was acknowledged is there.

use std::collections::BTreeMap;

use super::Checked;
use crate::books::{Order, Ticket};
use crate::told::{Promise, Word};

/// I3: every order that somebody was told of is there with its seats and tickets, and is what they were told.
pub(super) fn kept(orders: &[Order], tickets: &[(String, Ticket)], promises: &BTreeMap<String, Promise>) -> Checked {
    let mut checked = Checked::new("I3", "what buyers and organizer were told is there");
    let orders: BTreeMap<&str, &Order> = orders.iter().map(|order| (order.id.as_str(), order)).collect();
    let tickets: BTreeMap<&str, &Ticket> = tickets.iter().map(|(_, ticket)| (ticket.id.as_str(), ticket)).collect();
    for (id, promise) in promises {
        let order = orders.get(id.as_str()).copied();
        checked.must(order.is_some(), None, || format!("order {id}, told as {:?}, is lost", promise.word));
        let Some(order) = order else { continue };
        let status = order.status.as_str();
        let fits = match promise.word {
            Word::Placed => true,
            Word::Cancelled => status == "cancelled",
            Word::Confirmed => status == "confirmed" || status == "refunded" && promise.refund_asked,
            Word::Refunded => status == "refunded",
        };
        checked.must(fits, Some(order), || format!("told as {:?}, it is {status}", promise.word));
        let seats = order.seat_names();
        checked.must(seats == promise.seats, Some(order), || format!("told {:?}, it has {seats:?}", promise.seats));
        for told in &promise.tickets {
            let same = tickets.get(told.id.as_str()).is_some_and(|ticket| {
                (&ticket.code, &ticket.seat, &ticket.order_id) == (&told.code, &told.seat, &told.order_id)
            });
            checked.must(same, Some(order), || format!("the ticket {} for {} is lost or another", told.id, told.seat));
        }
    }
    checked
}
