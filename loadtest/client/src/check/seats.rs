//! I1 and I2: who owns which seats, and how many.

use std::collections::{BTreeMap, BTreeSet};

use super::Checked;
use crate::books::Order;
use crate::hall::{Hall, Map, State};

fn owning(orders: &[Order]) -> impl Iterator<Item = &Order> {
    orders.iter().filter(|order| order.owns_its_seats())
}

/// I1 among orders.
pub(super) fn one_owner(orders: &[Order]) -> Checked {
    let mut checked = Checked::new("I1", "no seat is in two confirmed orders");
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for order in owning(orders) {
        for seat in &order.seats {
            let other = owners.insert(&seat.seat, &order.id);
            let what = || format!("{} is sold twice: also in order {}", seat.seat, other.unwrap_or_default());
            checked.must(other.is_none(), Some(order), what);
        }
    }
    checked
}

/// I1 on the maps: exactly the owned seats are sold, exactly what was not for sale is blocked.
pub(super) fn maps_agree(hall: &Hall, orders: &[Order], maps: &[(String, Map)]) -> Checked {
    let mut checked = Checked::new("I1", "every server's map shows exactly the owned seats as sold");
    let owned: BTreeSet<&str> = owning(orders).flat_map(|order| &order.seats).map(|seat| seat.seat.as_str()).collect();
    for (server, map) in maps {
        let length = map.0.len();
        checked.must(length == hall.seats.len(), None, || format!("{server} shows {length} seats"));
        for (ordinal, (name, &state)) in hall.seats.iter().zip(&map.0).enumerate() {
            let fits = match (owned.contains(name.as_str()), hall.for_sale.contains(&ordinal)) {
                (true, true) => state == State::Sold,
                (false, true) => matches!(state, State::Available | State::Held),
                (false, false) => state == State::Blocked,
                (true, false) => false,
            };
            let is = if owned.contains(name.as_str()) { "owned" } else { "not owned" };
            checked.must(fits, None, || format!("{server} shows {name} as {state:?}, it is {is}"));
        }
    }
    checked
}

/// I2 of buyers.
pub(super) fn within_the_limit(limit: usize, orders: &[Order]) -> Checked {
    let mut checked = Checked::new("I2", "no buyer has more seats than the limit");
    let mut seats: BTreeMap<&str, usize> = BTreeMap::new();
    for order in owning(orders) {
        *seats.entry(order.buyer_id.as_deref().unwrap_or_default()).or_default() += order.seats.len();
    }
    for (buyer, seats) in seats {
        checked.must(!buyer.is_empty(), None, || "a confirmed order without a buyer".to_owned());
        checked.must(seats <= limit, None, || format!("buyer {buyer} has {seats} seats, {limit} are allowed"));
    }
    checked
}

/// I2 of orders: a confirmed order has seats, each once, at the plan's price, and costs what they cost.
pub(super) fn orders_are_whole(hall: &Hall, orders: &[Order]) -> Checked {
    let mut checked = Checked::new("I2", "every confirmed order owns all of its seats, at their price");
    for order in owning(orders) {
        let names: BTreeSet<&str> = order.seats.iter().map(|seat| seat.seat.as_str()).collect();
        let whole = !names.is_empty() && names.len() == order.seats.len();
        checked.must(whole, Some(order), || format!("its seats are {names:?}"));
        for seat in &order.seats {
            let price = hall.prices.get(&seat.seat).copied();
            let fits = price == Some(seat.price.amount);
            checked.must(fits, Some(order), || format!("{} costs {:?}, not {}", seat.seat, price, seat.price.amount));
        }
        let sum: i64 = order.seats.iter().map(|seat| seat.price.amount).sum();
        let total = order.total.amount;
        checked.must(sum == total, Some(order), || format!("its seats cost {sum}, its total is {total}"));
    }
    checked
}
