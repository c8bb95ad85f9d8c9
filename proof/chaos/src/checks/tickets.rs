//! Tickets exist exactly once, and open the door at most once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Checked};
use crate::books::Ticket;
use crate::history::{Outcome, Verb};

/// Every owned seat has one ticket that is good, of its owner and its sale generation; nothing else has one. What buyers
/// see of them is the same. Of all who scanned a ticket one at most was let in.
pub(super) fn tickets(case: &Case) -> Checked {
    let mut checked = Checked::new("tickets");
    each_once(case, &mut checked);
    as_buyers_see_them(case, &mut checked);
    check_ins(case, &mut checked);
    checked
}

fn each_once(case: &Case, checked: &mut Checked) {
    let generations: BTreeMap<_, _> =
        case.books.seats.iter().map(|seat| ((seat.event, seat.ordinal), seat.generation)).collect();
    let mut codes = BTreeSet::new();
    let mut good: BTreeMap<(&str, usize), Vec<&Ticket>> = BTreeMap::new();
    for ticket in &case.books.tickets {
        checked.must(codes.insert(&ticket.code), || format!("two tickets have the code of {}", ticket.id));
        if ticket.state != "refunded" {
            good.entry((&ticket.order, ticket.ordinal)).or_default().push(ticket);
        }
    }
    for order in case.books.orders.iter().filter(|order| order.is_confirmed()) {
        for seat in &order.seats {
            let found = good.remove(&(order.id.as_str(), seat.ordinal)).unwrap_or_default();
            let (name, id, count) = (&seat.seat, &order.id, found.len());
            checked.must(count == 1, || format!("{name} of order {id} has {count} good tickets"));
            let generation = generations.get(&(order.event, seat.ordinal)).copied();
            for ticket in found {
                let fits = Some(ticket.generation) == generation && ticket.buyer == order.buyer;
                checked.must(fits, || {
                    format!(
                        "the ticket for {name} is of sale {} and of {}, not of {generation:?} and {}",
                        ticket.generation, ticket.buyer, order.buyer
                    )
                });
            }
        }
    }
    for ((order, ordinal), left) in good {
        checked.must(false, || {
            format!("{} good tickets for seat {ordinal} of order {order}, which does not own it", left.len())
        });
    }
}

fn as_buyers_see_them(case: &Case, checked: &mut Checked) {
    let kept: BTreeMap<&str, &Ticket> = case.books.tickets.iter().map(|ticket| (ticket.id.as_str(), ticket)).collect();
    let mut seen = BTreeSet::new();
    for ticket in &case.books.shown_tickets {
        let same = kept
            .get(ticket.id.as_str())
            .is_some_and(|kept| (&kept.code, &kept.state, &kept.buyer) == (&ticket.code, &ticket.state, &ticket.buyer));
        checked.must(same && seen.insert(&ticket.id), || {
            format!("{} sees the ticket {} as {}", ticket.buyer, ticket.id, ticket.state)
        });
    }
    let missing =
        case.books.tickets.iter().filter(|ticket| case.cast.contains(&ticket.buyer) && !seen.contains(&ticket.id));
    for ticket in missing {
        checked.must(false, || format!("{} does not see the ticket {}", ticket.buyer, ticket.id));
    }
}

fn check_ins(case: &Case, checked: &mut Checked) {
    let mut let_in: BTreeMap<&str, u64> = BTreeMap::new();
    let mut asked = BTreeSet::new();
    for scan in case.past.operations.iter().filter(|one| one.verb == Verb::CheckIn) {
        let Some(ticket) = &scan.ticket else { continue };
        asked.insert(ticket.as_str());
        if scan.outcome == Outcome::Ok {
            *let_in.entry(ticket).or_default() += 1;
        }
    }
    for ticket in &case.books.tickets {
        let times = let_in.get(ticket.id.as_str()).copied().unwrap_or_default();
        checked.must(times <= 1, || format!("{times} people came in with the ticket {}", ticket.id));
        // An organizer may refund what was used.
        checked.must(times == 0 || ticket.state != "valid", || {
            format!("somebody came in with {}, it is still valid", ticket.id)
        });
        checked.must(ticket.state != "used" || asked.contains(ticket.id.as_str()), || {
            format!("the ticket {} is used, and nobody has scanned it", ticket.id)
        });
    }
}
