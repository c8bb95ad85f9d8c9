//! Paying for an order with a card that the mock provider knows, and waiting for what becomes of it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::Rng as _;
use serde_json::json;
use tokio::time::sleep;

use crate::api::Ask;
use crate::books::Order;
use crate::buyer::Round;
use crate::measure::Verb;

const LOOK_EVERY: Duration = Duration::from_millis(300);
/// An order is settled by its deadline, or as soon after it as its server is back.
const AFTER_THE_DEADLINE: Duration = Duration::from_secs(30);

/// Cards in the order in which they are tried, by a number below 100.
fn cards(lot: u32, may_dawdle: bool) -> &'static [&'static str] {
    match lot {
        0..8 => &["card_declined", "card_ok"],
        8..12 => &["card_declined"; 3],
        12..20 => &["card_slow"],
        20..28 => &["card_lost_reply"],
        28..34 => &["card_webhook_first"],
        34..40 => &["card_duplicated"],
        40..46 => &["card_reordered"],
        46..50 if may_dawdle => &["card_late"],
        _ => &["card_ok"],
    }
}

/// Tries the cards; the order as it has become.
pub(crate) async fn pay(round: &mut Round<'_>, order: Order, key: &str) -> Result<Order> {
    round.think(10, round.sale.think_ms).await;
    let lot = round.rng.random_range(0..100);
    let cards = cards(lot, round.may_dawdle());
    if cards == ["card_late"] {
        // Anywhere between "captured in time" and "captured when the order has long expired".
        let window_ms = u64::try_from(round.sale.payment_window.as_millis())?;
        round.think(0, window_ms / 2).await;
    }
    for (number, card) in cards.iter().enumerate() {
        let path = format!("payments/{}/confirm", order.payment.id);
        let ask = Ask::post(Verb::Pay, path, json!({"method": card})).with_key(format!("pay-{key}-{number}"));
        let reply = round.buyer.session.insist(&ask).await?;
        match (reply.status, reply.code()) {
            (200, _) => return round.hear(reply),
            (202, _) => return settled(round, &order).await,
            (402, _) => {}
            (409, "order_closed") => return round.read(&order).await,
            _ => bail!("paying with {card}: {reply:?}"),
        }
    }
    round.read(&order).await
}

/// Looks until the order is not open any more.
async fn settled(round: &Round<'_>, order: &Order) -> Result<Order> {
    let until = Instant::now() + round.sale.payment_window + AFTER_THE_DEADLINE;
    loop {
        let now = round.read(order).await?;
        if now.status != "awaiting_payment" {
            return Ok(now);
        }
        if Instant::now() > until {
            bail!("the order {} is open long after its deadline", order.id);
        }
        sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_card_is_used_and_late_ones_only_while_dawdling() {
        let used: BTreeSet<_> = (0..100).flat_map(|lot| cards(lot, true)).copied().collect();
        assert_eq!(used.len(), 8, "{used:?}");
        assert!(!(0..100).any(|lot| cards(lot, false).contains(&"card_late")));
    }
}
