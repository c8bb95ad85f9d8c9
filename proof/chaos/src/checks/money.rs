//! Money balances: what the provider captured and did not give back is the price of the seats that are owned.

use std::collections::BTreeMap;

use super::{Case, Checked};
use crate::books::Intent;

/// For every order, and over all of them: the provider's word against the ledger's, at the prices of the halls.
pub(super) fn money(case: &Case) -> Checked {
    let mut checked = Checked::new("money");
    let intents: BTreeMap<&str, &Intent> =
        case.books.intents.iter().map(|intent| (intent.id.as_str(), intent)).collect();
    let (mut kept_of_all, mut owned_by_all) = (0, 0);
    for order in &case.books.orders {
        let (captured, refunded) = intents
            .get(order.payment.as_str())
            .map_or((0, 0), |intent| (intent.amount_received, intent.amount_refunded));
        let prices = &case.halls[order.event].prices;
        let worth: i64 = order.seats.iter().filter_map(|seat| prices.get(seat.ordinal)).sum();
        let owns = if order.is_confirmed() { worth } else { 0 };
        kept_of_all += captured - refunded;
        owned_by_all += owns;
        let (id, status) = (&order.id, &order.status);
        checked.must(order.total == worth, || format!("order {id} costs {}, its seats cost {worth}", order.total));
        checked.must(captured - refunded == owns, || {
            format!("order {id} ({status}): captured {captured}, refunded {refunded}, owns seats for {owns}")
        });
        checked.must(captured == 0 || captured == order.total, || {
            format!("order {id} for {}: captured {captured}", order.total)
        });
        let known = match order.money.as_str() {
            "captured" => captured > 0 && refunded == 0,
            "refunded" => captured > 0 && refunded == captured,
            "void" => captured == 0,
            _ => true,
        };
        checked.must(known, || {
            format!(
                "order {id}: its money is {}, the provider captured {captured} and refunded {refunded}",
                order.money
            )
        });
    }
    let charged: i64 = case.books.intents.iter().map(|intent| intent.amount_received - intent.amount_refunded).sum();
    checked.must(kept_of_all == owned_by_all && charged == owned_by_all, || {
        format!("the provider keeps {charged}, {kept_of_all} of it for orders, which own seats for {owned_by_all}")
    });
    checked
}
