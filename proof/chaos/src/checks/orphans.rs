//! Nothing is left over: no hold, no claim, no order and no payment without its counterpart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Checked};

/// When everybody has gone home, the hold store has nothing but what the ledger says.
pub(super) fn leaked_holds(case: &Case) -> Checked {
    let mut checked = Checked::new("leaked_holds");
    let kept: BTreeMap<_, _> =
        case.books.stored.iter().map(|seat| ((seat.event, seat.ordinal), seat.value.as_str())).collect();
    for seat in &case.books.seats {
        let value = kept.get(&(seat.event, seat.ordinal)).copied();
        let expected = match seat.state.as_str() {
            "sold" => Some(format!("s|{}", seat.owner.as_deref().unwrap_or_default())),
            "blocked" => Some("b".to_owned()),
            _ => None,
        };
        checked.must(value == expected.as_deref(), || {
            format!("seat {} of event {} is {} and stored as {value:?}", seat.ordinal, seat.event, seat.state)
        });
    }
    let owned: BTreeSet<_> = case
        .books
        .seats
        .iter()
        .filter(|seat| seat.state == "sold")
        .map(|seat| (seat.event, seat.owner.as_deref().unwrap_or_default(), seat.ordinal))
        .collect();
    for cart in &case.books.carts {
        for &ordinal in &cart.seats {
            checked.must(owned.contains(&(cart.event, cart.buyer.as_str(), ordinal)), || {
                format!("seat {ordinal} of event {} counts for {}, who does not own it", cart.event, cart.buyer)
            });
        }
    }
    checked
}

/// Every claim has its order, every order its seats' hall, every payment its order, every ticket its sale.
pub(super) fn orphans(case: &Case) -> Checked {
    let mut checked = Checked::new("orphans");
    let orders = case.orders();
    for seat in &case.books.seats {
        let (event, ordinal, state) = (seat.event, seat.ordinal, &seat.state);
        let taken = matches!(seat.state.as_str(), "claimed" | "sold");
        checked.must(taken == seat.order.is_some(), || {
            format!("seat {ordinal} of event {event} is {state} of {:?}", seat.order)
        });
        let Some(id) = &seat.order else { continue };
        let fits = orders.get(id.as_str()).is_some_and(|order| match seat.state.as_str() {
            "sold" => order.is_confirmed(),
            _ => order.status == "awaiting_payment",
        });
        checked.must(fits, || format!("seat {ordinal} of event {event} is {state} of order {id}, which is none"));
    }
    let payments: BTreeSet<_> = case.books.orders.iter().map(|order| order.payment.as_str()).collect();
    for intent in &case.books.intents {
        checked.must(payments.contains(intent.id.as_str()), || format!("the payment {} has no order", intent.id));
        checked.must(intent.status != "processing", || format!("the payment {} is not finished", intent.id));
    }
    for ticket in &case.books.tickets {
        let sold = orders
            .get(ticket.order.as_str())
            .is_some_and(|order| matches!(order.status.as_str(), "confirmed" | "refunded"));
        checked.must(sold, || format!("the ticket {} is of order {}, which was never paid", ticket.id, ticket.order));
    }
    for order in &case.books.orders {
        let rests = !matches!(order.status.as_str(), "awaiting_payment")
            && !matches!(order.money.as_str(), "open" | "refund_due");
        checked.must(rests, || format!("order {} is {} and its money {}", order.id, order.status, order.money));
    }
    let mut shown: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, status) in &case.books.shown_orders {
        checked.must(shown.insert(id, status).is_none(), || format!("order {id} is listed twice"));
    }
    for order in &case.books.orders {
        let status = shown.get(order.id.as_str()).copied();
        checked.must(status == Some(&order.status), || {
            format!("order {} is {}, its organizer sees {status:?}", order.id, order.status)
        });
    }
    checked.must(case.books.outbox_waiting == 0, || format!("{} rows wait in the outbox", case.books.outbox_waiting));
    checked
}
