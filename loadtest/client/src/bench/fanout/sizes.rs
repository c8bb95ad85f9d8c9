//! P8: how long the frames are that go over the wire. Must never compute a length: it is what a socket received.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use super::ground::{BUYERS, SEATS, Scene};
use crate::fanout::pace::Pace;
use crate::verdict::Row;

const TIME: Duration = Duration::from_secs(1);
/// Ticks a second; slower, and the first click of each would go out alone.
const TICKS: u32 = 50;

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let mut sizes = BTreeMap::new();
    // Buyers, seats in a click: together so many changes in a tick.
    for (buyers, seats) in [(1, 1), (8, 1), (BUYERS, 10)] {
        let clicks = u32::try_from(buyers).unwrap_or(u32::MAX);
        let buyers = (0..buyers).map(|buyer| scene.buyer(buyer, 4, seats)).collect();
        sizes.extend(scene.watched(BUYERS, buyers, Pace::per_second(TICKS, clicks, TIME)).await?.sizes);
    }
    let row = |changes: usize| {
        let bytes = on_the_wire(*sizes.get(&changes)?);
        let note = format!("delta frame, changes: {changes}; seats spread over the {SEATS}, with the frame's header");
        Some(Row::plain(format!("P8.delta.{changes}"), f64::from(bytes), "bytes", note))
    };
    Ok([1, 8, 100].into_iter().filter_map(row).collect())
}

/// The payload and the header of its frame.
pub(super) fn on_the_wire(payload: usize) -> u32 {
    let header = match payload {
        ..126 => 2,
        126..65_536 => 4,
        _ => 10,
    };
    u32::try_from(payload + header).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_frames_have_long_headers() {
        assert_eq!([12, 125, 126, 65_535, 65_536].map(on_the_wire), [14, 127, 130, 65_539, 65_546]);
    }
}
