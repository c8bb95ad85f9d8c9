//! What a run prints. Must never judge: the checks do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::Write as _;

use crate::books::{Books, Order};
use crate::check::{Checked, Finding, price_owned};
use crate::hall::Hall;
use crate::measure::{Measured, Times, Verb};

/// One line, at once, so that whoever started this program reads along. A closed pipe is no reason to stop.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Seats, orders, money and tickets of an event.
pub(crate) fn books(hall: &Hall, books: &Books) {
    let mine: BTreeSet<&str> = books.orders.iter().map(|order| order.payment.id.as_str()).collect();
    let paid = books.intents.iter().filter(|intent| mine.contains(intent.id.as_str()));
    let (captured, refunded) = paid.fold((0, 0), |(captured, refunded), intent| {
        (captured + intent.amount_received, refunded + intent.amount_refunded)
    });
    let owned: i64 = books.orders.iter().map(|order| price_owned(hall, order)).sum();
    let valid = books.tickets.iter().filter(|(_, ticket)| ticket.status != "refunded").count();
    orders(hall, &books.orders);
    let kept = captured - refunded;
    say(format!(
        "money     captured {}, refunded {}, kept {}; the seats owned cost {}",
        euros(captured),
        euros(refunded),
        euros(kept),
        euros(owned)
    ));
    say(format!("tickets   {valid} valid, {} refunded", books.tickets.len() - valid));
}

/// How many seats are sold, and orders by status.
pub(crate) fn orders(hall: &Hall, orders: &[Order]) {
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for order in orders {
        *statuses.entry(&order.status).or_default() += 1;
    }
    let owning = orders.iter().filter(|order| order.owns_its_seats());
    let seats: usize = owning.map(|order| order.seats.len()).sum();
    say(format!("seats     {seats} sold of {} for sale", hall.for_sale.len()));
    say(format!("orders    {} in all: {}", orders.len(), counted(&statuses)));
}

/// Requests by status, and how long those of buyers took.
pub(crate) fn requests(measured: &Measured) {
    let statuses = measured.statuses();
    let total: u64 = statuses.values().sum();
    let named: BTreeMap<String, u64> = statuses
        .into_iter()
        .map(|(status, count)| (status.map_or("no answer".to_owned(), |status| status.to_string()), count))
        .collect();
    say(format!("requests  {total} in all: {}", counted(&named)));
    for (name, verb) in [("hold", Verb::Hold), ("order", Verb::Order), ("pay", Verb::Pay)] {
        say(format!("{name:<9} {}", latency(&measured.times(verb))));
    }
}

/// One line for every check, then everything that was found.
pub(crate) fn verdict(checks: &[Checked], findings: &[Finding]) {
    for checked in checks {
        let bad = checked.findings.len();
        say(format!("{}  {:<63} {:>6} compared, {bad} wrong", checked.invariant, checked.claim, checked.compared));
    }
    for finding in findings {
        let order = finding.order.as_ref().map(|order| format!(" (order {order})")).unwrap_or_default();
        say(format!("WRONG {}: {}{order}", finding.invariant, finding.what));
    }
    say(format!("{} anomalies", findings.len()));
}

pub(crate) fn latency(times: &Times) -> String {
    match (times.percentile_ms(50), times.percentile_ms(99)) {
        (Some(half), Some(most)) => format!("p50 {half:.1} ms, p99 {most:.1} ms, {} of them", times.len()),
        _ => "none".to_owned(),
    }
}

fn counted<C: Display>(counts: &BTreeMap<impl Display, C>) -> String {
    let parts: Vec<_> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn euros(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_places() {
        assert_eq!([euros(12_345), euros(5), euros(-250)], ["123.45", "0.05", "-2.50"]);
    }
}
