//! P1 and P6: one change at a time to everybody in one room, against every yardstick. Must never mix the two sizes of rooms.

use std::fmt::Write as _;

use anyhow::Result;

use super::ground::Scene;
use crate::bench::stage::median;
use crate::fanout::pace::{Measured, Pace};
use crate::fanout::process::float;
use crate::fanout::tally::percentile_ms;
use crate::report::say;
use crate::verdict::Row;
use crate::yardsticks::Yardstick;

/// A buyer holds seat after seat and then gives seat after seat back: a seat rests for so long that a server which stands
/// still for a second does not hide a change.
pub(super) const BATCHES: usize = 40;

/// These runs are short, and what they are compared with is close: as many more of them as settle it.
const MORE: usize = 2;

/// A size of a room, its pace and its goals.
struct Size {
    sockets: usize,
    per_second: u32,
    last_ms: f64,
    last_goal: &'static str,
}

const SIZES: [Size; 2] = [
    Size { sockets: 1000, per_second: 20, last_ms: 50.0, last_goal: "<= 50" },
    Size { sockets: 5000, per_second: 5, last_ms: 120.0, last_goal: "<= 120" },
];

/// Everything that was measured at one size, in the order of repetitions.
struct Runs {
    yardsticks: [Vec<Measured>; 4],
    frontrow: Vec<Measured>,
}

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for size in &SIZES {
        let pace = Pace::per_second(size.per_second, 1, scene.ground.time);
        let mut runs = Runs { yardsticks: Default::default(), frontrow: Vec::new() };
        for _ in 0..scene.ground.repetitions * MORE {
            for (kind, measured) in Yardstick::ALL.into_iter().zip(&mut runs.yardsticks) {
                measured.push(scene.ground.yardstick(kind, size.sockets, pace)?);
            }
            let buyer = scene.buyer(0, BATCHES, 1);
            runs.frontrow.push(scene.watched(size.sockets, vec![buyer], pace).await?);
            say(format!("{} sockets: {}", size.sockets, runs.latest()));
        }
        rows.extend(runs.rows(size));
    }
    Ok(rows)
}

impl Runs {
    fn latest(&self) -> String {
        let mut line = String::new();
        for (kind, runs) in Yardstick::ALL.iter().zip(&self.yardsticks) {
            let _ = write!(line, "{} {:.2}, ", kind.name(), runs.last().map_or(f64::NAN, Measured::us_per_frame));
        }
        line + &format!("frontrow {:.2} us", self.frontrow.last().map_or(f64::NAN, Measured::us_per_frame))
    }

    fn rows(&self, size: &Size) -> Vec<Row> {
        let us: Vec<f64> = self.yardsticks.iter().map(|runs| us_each(runs)).collect();
        let (own, sockets) = (us_each(&self.frontrow), size.sockets);
        let named = Yardstick::ALL.iter().zip(&us).map(|(kind, us)| format!("{} {us:.2}", kind.name()));
        let others = named.collect::<Vec<_>>().join(", ") + " us";
        let share = median(
            self.yardsticks[1].iter().zip(&self.frontrow).map(|(hub, own)| hub.us_per_frame() / own.us_per_frame()),
        );
        let how = self.how(size);
        let mut rows = vec![
            Row::plain(format!("P1.{sockets}"), share, "of the hub", how.clone()).judged(">= 0.98", share >= 0.98),
            Row::plain(format!("P1.{sockets}.us"), own, "us/delivery", "server CPU of one delivery"),
        ];
        rows = rows.into_iter().map(|row| row.beside(others.clone())).collect();
        for (kind, us) in Yardstick::ALL.iter().zip(&us) {
            let id = format!("P1.{sockets}.{}", kind.name());
            rows.push(Row::plain(id, *us, "us/delivery", format!("the yardstick {}", kind.name())));
        }
        rows.push(self.last_row(size));
        rows
    }

    fn how(&self, size: &Size) -> String {
        let deltas =
            median(self.frontrow.iter().map(|run| float(run.used.server_ns) / 1e3 / float(run.counts.deliveries)));
        format!(
            "server CPU of one delivery, {} sockets; {} broadcasts a second of 64 bytes, at Frontrow one hold or release \
             each, whose own CPU counts as well; medians of {} repetitions in turn, of the share within each repetition; beacons count as deliveries, without \
             them {deltas:.2} us; {}",
            size.sockets,
            size.per_second,
            self.frontrow.len(),
            surroundings(self.frontrow.iter().chain(self.yardsticks.iter().flatten())),
        )
    }

    /// Over all repetitions together: one has too few broadcasts for a percentile.
    fn last_row(&self, size: &Size) -> Row {
        let (own, hub) = (last_ms(&self.frontrow, 99), last_ms(&self.yardsticks[1], 99));
        let broadcasts: usize = self.frontrow.iter().map(|run| run.lasts_us.len()).sum();
        let lost: usize = self.frontrow.iter().map(|run| run.missing + run.unheard).sum();
        let note = format!(
            "click to last socket, p99, {} sockets; p50 {:.1} ms, of single deliveries p99 {:.1} ms; {broadcasts} clicks, {lost} \
             deliveries or changes missing; {}",
            size.sockets,
            last_ms(&self.frontrow, 50),
            arrival_ms(&self.frontrow, 99),
            surroundings(&self.frontrow),
        );
        let hub = format!("hub {hub:.1} ms, floor {:.1} ms", last_ms(&self.yardsticks[0], 99));
        let row = Row::plain(format!("P6.{}", size.sockets), own, "ms", note).beside(hub);
        // What never came has no time, and would make the rest look fast.
        row.judged(size.last_goal, own <= size.last_ms && lost == 0)
    }
}

fn us_each(runs: &[Measured]) -> f64 {
    median(runs.iter().map(Measured::us_per_frame))
}

fn last_ms(runs: &[Measured], percent: usize) -> f64 {
    of_all(runs, percent, |run| &run.lasts_us)
}

fn arrival_ms(runs: &[Measured], percent: usize) -> f64 {
    of_all(runs, percent, |run| &run.latencies_us)
}

fn of_all(runs: &[Measured], percent: usize, times: fn(&Measured) -> &Vec<u32>) -> f64 {
    let mut all: Vec<u32> = runs.iter().flat_map(times).copied().collect();
    all.sort_unstable();
    percentile_ms(&all, percent).unwrap_or(f64::NAN)
}

/// What may have disturbed some measurements.
pub(super) fn surroundings<'a>(runs: impl IntoIterator<Item = &'a Measured>) -> String {
    let (mut others, mut client) = (0.0_f64, 0.0_f64);
    for run in runs {
        others = others.max(run.used.other_cores);
        client = client.max(run.used.client_core());
    }
    format!("at most {others:.2} cores of other work, client {client:.2} of a core")
}
