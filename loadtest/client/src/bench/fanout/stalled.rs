//! P11: a tenth of the sockets stop reading; what it does to the others, and what each of them costs in memory. Must never
//! begin before the kernel's buffers are full: until then nothing is stalled.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::block_in_place;

use super::delivery::surroundings;
use super::ground::{IN_FLIGHT, Scene, sign_in, tickets};
use crate::bench::stage::median;
use crate::fanout::clicks::{Buyer, Clicks};
use crate::fanout::crowd::Crowd;
use crate::fanout::join::Joining;
use crate::fanout::pace::{Listening, Measured, Pace};
use crate::fanout::process::{Meter, float, memory_bytes, until_quiet};
use crate::fanout::tally::{Tally, percentile_ms};
use crate::report::say;
use crate::verdict::Row;

const SOCKETS: usize = 1000;
const STALLED: usize = 100;
/// As small as the kernel allows, nearly.
const RECEIVE_BYTES: usize = 4096;
/// Maps that a socket asks for and does not read: more than the kernel keeps for it.
const ASKED_FOR: usize = 400;
const ASK: &str = r#"{"type":"sync"}"#;
/// How long the server may be at it at most, and how often it is looked at.
const FILLING: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A socket that takes nothing for ten seconds is closed: shorter than that, with the filling.
const TIME: Duration = Duration::from_secs(6);
/// Clicks in a second, by one buyer after the other, of so many seats each.
const CLICKS: u32 = 20;
const BUYERS: usize = 10;
const BATCHES: usize = 2;
const SEATS: usize = 25;
const GOAL: f64 = 1.2;
const GOAL_KIB: f64 = 64.0;

/// How the second row comes about.
const MEMORY: &str = "growth of RssAnon per stalled socket; from before they stall to the end of the stream, the largest of all \
                      repetitions, with everything else that grew meanwhile";

struct Run {
    measured: Measured,
    grown_bytes: f64,
    /// Of every socket for which the server's kernel keeps bytes.
    unsent: Vec<u64>,
}

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let (mut healthy, mut stalled) = (Vec::new(), Vec::new());
    for _ in 0..scene.ground.repetitions {
        // The stalled ones first: memory that healthy ones have given back would be taken unseen.
        stalled.push(run(scene, STALLED).await?);
        healthy.push(run(scene, 0).await?);
        say(format!("with stalled ones {}; without {}", told(stalled.last()), told(healthy.last())));
    }
    let p99 = |runs: &[Run]| median(runs.iter().map(|run| p99_ms(&run.measured)));
    let (without, with) = (p99(&healthy), p99(&stalled));
    // In the kernel's memory, which is nobody's RSS.
    let unsent: Vec<_> = stalled.iter().flat_map(|run| &run.unsent).map(|&bytes| float(bytes) / 1024.0).collect();
    let (full, unsent_kib) = (unsent.len() / stalled.len().max(1), median(unsent));
    let all = || healthy.iter().chain(&stalled).map(|run| &run.measured);
    let note = format!(
        "p99 of the others when {STALLED} of {SOCKETS} stop reading; {CLICKS} frames a second of {SEATS} changes, after \
         each of the stalled ones has asked for {ASKED_FOR} maps: {full} of them then had unsent bytes at the server, {unsent_kib:.0} \
         KiB each; medians of {} repetitions in turn; {} deliveries or changes missing at the others, \
         {} maps instead; {}",
        stalled.len(),
        stalled.iter().map(|run| run.measured.missing + run.measured.unheard).sum::<usize>(),
        stalled.iter().map(|run| run.measured.counts.snapshots).sum::<u64>(),
        surroundings(all()),
    );
    let ratio = with / without;
    // The largest: in later repetitions, memory of earlier ones is taken again.
    let grown = stalled.iter().map(|run| run.grown_bytes).fold(0.0, f64::max);
    let kib = grown / 1024.0 / f64::from(u32::try_from(STALLED).unwrap_or(u32::MAX));
    let beside = format!("without {without:.1} ms, with {with:.1} ms");
    Ok(vec![
        Row::plain("P11", ratio, "x without them", note).judged("<= 1.2", ratio <= GOAL).beside(beside),
        Row::plain("P11.memory", kib, "KiB/stalled", MEMORY).judged("<= 64", kib <= GOAL_KIB),
    ])
}

/// One repetition in a line.
fn told(run: Option<&Run>) -> String {
    let ms = |percent| run.and_then(|run| percentile_ms(&run.measured.latencies_us, percent)).unwrap_or(f64::NAN);
    let others = run.map_or(f64::NAN, |run| run.measured.used.other_cores);
    format!(
        "p50 {:.1}, p90 {:.1}, p99 {:.1}, the last {:.1} ms, {others:.2} other cores",
        ms(50),
        ms(90),
        ms(99),
        ms(100)
    )
}

fn p99_ms(run: &Measured) -> f64 {
    percentile_ms(&run.latencies_us, 99).unwrap_or(f64::NAN)
}

async fn run(scene: &Scene, stalled: usize) -> Result<Run> {
    let buyers = (0..BUYERS).map(|buyer| scene.buyer(buyer, BATCHES, SEATS));
    let (buyers, sessions): (Vec<Buyer>, Vec<_>) = buyers.unzip();
    let tickets = tickets(&sessions).await?;
    let run =
        block_in_place(|| measure(scene, buyers, &tickets, stalled)).with_context(|| format!("{stalled} stalled"))?;
    until_quiet(scene.ground.process).await?;
    Ok(run)
}

fn measure(scene: &Scene, buyers: Vec<Buyer>, tickets: &[String], stalled: usize) -> Result<Run> {
    let (ground, mut crowd) = (&scene.ground, Crowd::new()?);
    let (to, paths) = (ground.entrance(), ground.paths(SOCKETS));
    let small = Some((stalled, RECEIVE_BYTES));
    Joining { to, paths: &paths, in_flight: IN_FLIGHT, with_snapshot: true, small }.join(&mut crowd)?;
    sign_in(&mut crowd, &buyers, tickets)?;
    let before = memory_bytes(ground.process)?;
    for socket in SOCKETS - stalled..SOCKETS {
        crowd.stop_reading(socket)?;
        for _ in 0..ASKED_FOR {
            crowd.send(socket, ASK)?;
        }
    }
    let listening = Listening { server: ground.process, is_frontrow: true, room_of: &|_| 0 };
    let mut tally = Tally::new([SOCKETS - stalled]);
    let until = Instant::now() + FILLING;
    loop {
        let meter = Meter::start(ground.process)?;
        listening.listen(&mut crowd, &mut tally, Instant::now() + LOOK_EVERY, false)?;
        if meter.stop()?.is_quiet() || Instant::now() > until {
            break;
        }
    }
    let unsent = unsent_bytes(&fs::read_to_string("/proc/net/tcp")?, ground.server.port());
    let pace = Pace::per_second(CLICKS, 1, TIME);
    let measured = listening.measure(&mut crowd, &mut Clicks::of_buyers(buyers), tally, pace)?;
    let grown_bytes = float(memory_bytes(ground.process)?) - float(before);
    Ok(Run { measured, grown_bytes, unsent })
}

/// What the kernel has not got rid of, for every socket of a listening port that has any: `/proc/net/tcp`.
fn unsent_bytes(table: &str, port: u16) -> Vec<u64> {
    let local = format!(":{port:04X}");
    let unsent = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let is_ours = fields.next()?.ends_with(&local);
        let (unsent, _) = fields.nth(2)?.split_once(':')?;
        is_ours.then(|| u64::from_str_radix(unsent, 16).ok()).flatten().filter(|bytes| *bytes > 0)
    };
    table.lines().filter_map(unsent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsent_bytes_are_those_of_the_servers_end() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr\n\
            0: 0100007F:1F90 0100007F:C350 01 00001000:00000000 00:0\n\
            1: 0100007F:1F90 0100007F:C351 01 00000000:00000000 00:0\n\
            2: 0100007F:C350 0100007F:1F90 01 00000020:00000000 00:0\n";
        assert_eq!(unsent_bytes(table, 8080), [4096]);
    }
}
