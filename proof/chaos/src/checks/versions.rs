//! What a watcher sees of a seat never goes back: sold is final but for the refunds that somebody asked for.

use std::collections::BTreeMap;

use super::{Case, Checked};
use crate::checks::register::order_times;
use crate::history::Saw;

const SOLD: u8 = 2;
/// A thief of keys makes the store lie until the reconciler has looked twice.
const AFTERMATH_US: u64 = 10_000_000;

/// Every seat that stopped being sold in somebody's map, within one connection. Gaps and wrong sums are complaints of the
/// watchers themselves.
pub(super) fn seat_versions(case: &Case) -> Checked {
    let mut checked = Checked::new("seat_versions");
    let orders = order_times(case);
    // One refund explains one such sight in each connection of a watcher, not every later one.
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    for saw in &case.past.saw {
        let Saw { watcher, connection, event, ordinal, from, to, at_us } = *saw;
        let unsold = from == SOLD && !noisy(case, saw);
        let times = seen.entry((watcher, connection, event, ordinal)).or_default();
        *times += usize::from(unsold);
        let asked = orders.iter().filter(|order| {
            let asked = order.refund_asked_us.is_some_and(|asked_us| asked_us <= at_us);
            asked && order.event == event && order.seats.contains(&ordinal)
        });
        let asked = asked.count();
        checked.must(!unsold || *times <= asked, || {
            format!("watcher {watcher} saw seat {ordinal} of event {event} go from sold to {to} at {at_us} us, for the {times}. time; {asked} refunds had been asked for")
        });
    }
    for complaint in &case.past.complaints {
        let noisy = case.past.disturbed(super::NOISE, complaint.at_us.saturating_sub(AFTERMATH_US), complaint.at_us);
        checked.must(noisy, || format!("watcher {} at {} us: {}", complaint.watcher, complaint.at_us, complaint.what));
    }
    checked
}

/// Bytes were flipped on the way to somebody.
fn noisy(case: &Case, saw: &Saw) -> bool {
    case.past.disturbed(super::NOISE, saw.at_us.saturating_sub(AFTERMATH_US), saw.at_us)
}
