//! P2: eight changes within one tick, against a floor that sends them as one frame. Must never count a change that was not in
//! a frame.

use anyhow::Result;

use super::delivery::surroundings;
use super::ground::Scene;
use crate::bench::stage::median;
use crate::fanout::pace::{Measured, Pace};
use crate::fanout::process::float;
use crate::report::say;
use crate::verdict::Row;
use crate::yardsticks::Yardstick;

const SOCKETS: usize = 1000;
const TICKS_PER_SECOND: u32 = 50;
/// Clicks in one tick, by as many buyers.
const CHANGES: u32 = 8;
const BATCHES: usize = 40;

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let one = Pace::per_second(TICKS_PER_SECOND, 1, scene.ground.time);
    let eight = Pace { clicks: CHANGES, ..one };
    let (mut floor, mut frontrow) = (Vec::new(), Vec::new());
    for _ in 0..scene.ground.repetitions {
        floor.push(scene.ground.yardstick(Yardstick::Floor, SOCKETS, one)?);
        let buyers = (0..CHANGES as usize).map(|buyer| scene.buyer(buyer, BATCHES, 1)).collect();
        frontrow.push(scene.watched(SOCKETS, buyers, eight).await?);
        let latest = |runs: &[Measured], changes| runs.last().map_or(f64::NAN, |run| us_per_change(run, changes));
        say(format!("floor {:.3}, frontrow {:.3} us", latest(&floor, CHANGES), latest(&frontrow, 1)));
    }
    let (floor_us, own_us) = (
        median(floor.iter().map(|run| us_per_change(run, CHANGES))),
        median(frontrow.iter().map(|run| us_per_change(run, 1))),
    );
    let (changes, frames) = frontrow
        .iter()
        .fold((0, 0), |(changes, frames), run| (changes + run.counts.changes, frames + run.counts.deliveries));
    let note = format!(
        "CPU of one change to one socket, {CHANGES} changes in a tick; {SOCKETS} sockets, {TICKS_PER_SECOND} ticks a second, \
         {CHANGES} buyers with one hold or release each, whose own CPU counts as well; {:.2} changes in a frame; the floor \
         sends one frame per tick; {}",
        float(changes) / float(frames),
        surroundings(frontrow.iter().chain(&floor)),
    );
    let ratio = own_us / floor_us;
    let (floor_frame, own_frame) =
        (median(floor.iter().map(Measured::us_per_frame)), median(frontrow.iter().map(Measured::us_per_frame)));
    let beside = format!("floor {floor_us:.3} us, Frontrow {own_us:.3} us");
    Ok(vec![
        Row::plain("P2", ratio, "x the floor", note).judged("<= 1.25", ratio <= 1.25).beside(beside),
        Row::plain(
            "P2.frame",
            own_frame / floor_frame,
            "x the floor",
            "CPU of one frame to one socket in the same runs; however many changes are in it",
        )
        .beside(format!("floor {floor_frame:.2} us, Frontrow {own_frame:.2} us")),
        Row::plain("P2.ns", own_us * 1000.0, "ns/change", "server CPU of one change to one socket"),
        Row::plain("P2.floor.ns", floor_us * 1000.0, "ns/change", "the yardstick floor"),
    ])
}

/// `each`: changes that stand in one frame without being counted there.
fn us_per_change(run: &Measured, each: u32) -> f64 {
    float(run.used.server_ns) / 1000.0 / (float(run.counts.changes) * f64::from(each))
}
