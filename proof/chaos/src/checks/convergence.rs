//! Everybody is right again: after the last fault has ended, every map equals the ledger.

use super::{Case, Checked};

/// After the end of the last fault a socket that lived on has its server's map within this time, beacon included.
const LIVED_US: u64 = 3_000_000;
/// One that has to come back first has this long.
const CAME_BACK_US: u64 = 10_000_000;

/// Maps of servers and of watchers, and how long watchers took.
pub(super) fn convergence(case: &Case) -> Checked {
    let mut checked = Checked::new("convergence");
    for (event, hall) in case.halls.iter().enumerate() {
        let truth = case.books.truth(event, hall.seats.len());
        for (server, map) in case.books.maps.iter().filter(|map| map.event == event).map(|map| (&map.of, &map.states)) {
            checked.must(*map == truth, || format!("{server} shows event {event} as {}", difference(map, &truth)));
        }
        for watcher in case.books.watchers.iter().filter(|watcher| watcher.event == event) {
            checked.must(watcher.states == truth, || {
                format!("watcher {} shows event {event} as {}", watcher.number, difference(&watcher.states, &truth))
            });
        }
    }
    for watcher in &case.books.watchers {
        let limit_us = if watcher.lived_on { LIVED_US } else { CAME_BACK_US };
        let took_us = watcher.right_us.map(|right_us| right_us.saturating_sub(case.books.healed_us));
        checked.must(took_us.is_some_and(|took_us| took_us <= limit_us), || {
            format!(
                "watcher {} was right {took_us:?} us after the last fault, {limit_us} us are allowed",
                watcher.number
            )
        });
    }
    checked.must(case.books.rests, || "not everything came to rest in time".to_owned());
    checked
}

/// The first seats that differ.
fn difference(map: &[u8], truth: &[u8]) -> String {
    let differ = map.iter().zip(truth).enumerate().filter(|(_, (shown, is))| shown != is);
    let told: Vec<_> = differ.take(5).map(|(seat, (shown, is))| format!("{seat}: {shown} for {is}")).collect();
    format!("{} seats of {}, wrong {told:?}", map.len(), truth.len())
}
