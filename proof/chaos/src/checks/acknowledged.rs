//! What was acknowledged is there: the same order, the same seats, the same price, the same tickets.

use std::collections::BTreeMap;

use super::{Case, Checked};
use crate::books::{Order, Ticket};
use crate::history::{Outcome, Told, Verb};

/// Every answer that showed an order, and every answer that was given twice.
pub(super) fn acknowledged(case: &Case) -> Checked {
    let mut checked = Checked::new("acknowledged");
    let orders = case.orders();
    let tickets: BTreeMap<&str, &Ticket> = case.books.tickets.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut refunds: BTreeMap<&str, u64> = BTreeMap::new();
    for refund in case.past.operations.iter().filter(|one| one.verb == Verb::Refund) {
        let Some(order) = &refund.order else { continue };
        let first = refunds.entry(order).or_insert(refund.start_us);
        *first = refund.start_us.min(*first);
    }
    for operation in &case.past.operations {
        // An answer that only said to come back later was compared with nothing.
        if operation.verb == Verb::Repeat && (operation.outcome == Outcome::Ok || !operation.same) {
            checked
                .must(operation.same, || format!("person {} got another answer under the same key", operation.person));
        }
        let Some(told) = &operation.told else { continue };
        let Some(order) = orders.get(told.order.as_str()) else {
            checked.must(false, || format!("order {}, told as {}, is lost", told.order, told.status));
            continue;
        };
        kept(told, order, refunds.contains_key(order.id.as_str()), &mut checked);
        for ticket in &told.tickets {
            let same = tickets
                .get(ticket.id.as_str())
                .is_some_and(|kept| (&kept.code, &kept.seat, &kept.order) == (&ticket.code, &ticket.seat, &told.order));
            checked.must(same, || {
                format!("the ticket {} for {} of order {} is lost or another", ticket.id, ticket.seat, told.order)
            });
        }
    }
    checked
}

fn kept(told: &Told, order: &Order, refund_asked: bool, checked: &mut Checked) {
    let status = order.status.as_str();
    let fits = match told.status.as_str() {
        "confirmed" => status == "confirmed" || status == "refunded" && refund_asked,
        "cancelled" | "refunded" => status == told.status,
        // Placed is a beginning; failed and expired are no promises, since money that comes late may still win the seats.
        _ => true,
    };
    checked.must(fits, || format!("order {} was told as {}, it is {status}", order.id, told.status));
    let mut seats: Vec<_> = order.seats.iter().map(|seat| (seat.seat.clone(), seat.price)).collect();
    let mut heard = told.seats.clone();
    seats.sort_unstable();
    heard.sort_unstable();
    let same = seats == heard && order.total == told.total && order.payment == told.payment;
    checked.must(same, || {
        format!(
            "order {} was told as {:?} for {}, it is {seats:?} for {}",
            order.id, told.seats, told.total, order.total
        )
    });
}
