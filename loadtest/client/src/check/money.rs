//! I5: captured minus refunded is the price of the seats owned.

use std::collections::BTreeMap;

use super::{Checked, price_owned};
use crate::books::Order;
use crate::hall::Hall;
use crate::provider::Intent;

/// I5 for every order, and over all of them. The provider's word against the orders' word.
pub(super) fn balances(hall: &Hall, orders: &[Order], intents: &[Intent]) -> Checked {
    let mut checked = Checked::new("I5", "captured minus refunded is the price of the seats owned");
    let by_id: BTreeMap<&str, &Intent> = intents.iter().map(|intent| (intent.id.as_str(), intent)).collect();
    let (mut kept_of_all, mut owned_by_all) = (0, 0);
    for order in orders {
        let intent = by_id.get(order.payment.id.as_str());
        let (captured, refunded) = intent.map_or((0, 0), |intent| (intent.amount_received, intent.amount_refunded));
        let owns = price_owned(hall, order);
        kept_of_all += captured - refunded;
        owned_by_all += owns;
        checked.must(captured - refunded == owns, Some(order), || {
            format!("captured {captured}, refunded {refunded}, owns seats for {owns} ({})", order.status)
        });
        let known = match order.payment.status.as_str() {
            "captured" => captured > 0 && refunded == 0,
            "refunded" => captured > 0 && refunded == captured,
            "cancelled" => captured == 0,
            _ => true,
        };
        checked.must(known, Some(order), || {
            format!("its payment is {}, the provider captured {captured} and refunded {refunded}", order.payment.status)
        });
    }
    checked
        .must(kept_of_all == owned_by_all, None, || format!("{kept_of_all} were kept for seats worth {owned_by_all}"));
    checked
}
