//! Nobody has more seats than the limit of the event, at any time.

use std::collections::BTreeMap;

use super::register::order_times;
use super::{Case, Checked};
use crate::history::{Outcome, Verb};

/// In the end by the books; meanwhile by what was certainly somebody's: from the answer that confirmed an order until
/// somebody asked for its refund. A hold alone may not exceed the limit either.
pub(super) fn limits(case: &Case) -> Checked {
    let mut checked = Checked::new("limits");
    let mut has: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for order in case.books.orders.iter().filter(|order| order.has_its_seats()) {
        *has.entry((order.event, &order.buyer)).or_default() += order.seats.len();
    }
    for ((event, buyer), seats) in has {
        let limit = case.halls[event].limit;
        checked.must(seats <= limit, || format!("{buyer} has {seats} seats of event {event}, {limit} are allowed"));
    }
    for held in case.past.operations.iter().filter(|one| matches!(one.verb, Verb::Hold | Verb::BestAvailable)) {
        let limit = case.halls[held.event].limit;
        checked.must(held.outcome != Outcome::Ok || held.leases.len() <= limit, || {
            format!("person {} was given {} seats of event {} at once", held.person, held.leases.len(), held.event)
        });
    }
    at_any_time(case, &mut checked);
    checked
}

/// When, whether there are more, and how many.
type Change = (u64, bool, usize);

fn at_any_time(case: &Case, checked: &mut Checked) {
    let mut changes: BTreeMap<(usize, usize), Vec<Change>> = BTreeMap::new();
    for times in order_times(case) {
        let (Some(buyer), Some(confirmed_us)) = (times.buyer, times.confirmed_us) else { continue };
        let until_us = times.refund_asked_us.unwrap_or(u64::MAX);
        if confirmed_us < until_us {
            let of_buyer = changes.entry((times.event, buyer)).or_default();
            of_buyer.push((confirmed_us, true, times.seats.len()));
            of_buyer.push((until_us, false, times.seats.len()));
        }
    }
    for ((event, buyer), mut changes) in changes {
        changes.sort_unstable();
        let (mut has, limit) = (0, case.halls[event].limit);
        for (at_us, is_more, seats) in changes {
            has = if is_more { has + seats } else { has - seats };
            checked.must(has <= limit, || {
                format!("person {buyer} had {has} seats of event {event} at {at_us} us, {limit} are allowed")
            });
        }
    }
}
