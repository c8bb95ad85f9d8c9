//! P7: what one idle socket takes of the server's own memory, after it has got the map of fifty thousand seats. Must never
//! run after anything else on the same server: memory that is free already would be taken unseen.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::block_in_place;

use super::ground::{Ground, IN_FLIGHT, SEATS};
use crate::fanout::crowd::{Crowd, Entrance};
use crate::fanout::join::Joining;
use crate::fanout::process::{float, memory_bytes, until_quiet};
use crate::fanout::yardstick::Running;
use crate::verdict::Row;
use crate::yardsticks::Yardstick;

const SOCKETS: usize = 5000;
/// They come first, and count as "before": the room is open and everything that is there once is there.
const FIRST: usize = 10;
const RESTING: Duration = Duration::from_secs(1);
const GOAL_KIB: f64 = 4.0;

pub(super) async fn rows(ground: &Ground) -> Result<Vec<Row>> {
    let (own, snapshot_bytes) =
        kib_per_socket(ground.process, ground.entrance(), &ground.paths(SOCKETS)).context("frontrow")?;
    until_quiet(ground.process).await?;
    let mut others = Vec::new();
    for kind in Yardstick::ALL {
        let yardstick = Running::start(kind, ground.core, snapshot_bytes)?;
        let to = Entrance { server: yardstick.address, subprotocol: None };
        let paths = vec!["/".to_owned(); SOCKETS];
        others.push((kind, kib_per_socket(yardstick.process(), to, &paths).context(kind.name())?.0));
    }
    let beside = others.iter().map(|(kind, kib)| format!("{} {kib:.1}", kind.name())).collect::<Vec<_>>().join(", ");
    let note = format!(
        "memory of an idle socket; RssAnon with {SOCKETS} more sockets, after every one got its map of {SEATS} seats \
         ({snapshot_bytes} bytes), without what it was with {FIRST}, divided by {SOCKETS}"
    );
    let mut rows = vec![
        Row::plain("P7", own, "KiB/socket", note).judged("<= 4", own <= GOAL_KIB).beside(beside + " KiB"),
        snapshot_row(snapshot_bytes),
    ];
    for (kind, kib) in others {
        rows.push(Row::plain(
            format!("P7.{}", kind.name()),
            kib,
            "KiB/socket",
            format!("the yardstick {}", kind.name()),
        ));
    }
    Ok(rows)
}

/// Part of P8, and known here already.
fn snapshot_row(payload: usize) -> Row {
    let bytes = super::sizes::on_the_wire(payload);
    let note = format!("map of {SEATS} seats; one frame of frontrow.v1.bin with its header, as it was received");
    Row::plain("P8.snapshot", f64::from(bytes), "bytes", note).judged("<= 12600", bytes <= 12_600)
}

/// And how long the map was.
fn kib_per_socket(process: u32, to: Entrance, paths: &[String]) -> Result<(f64, usize)> {
    let join = |crowd: &mut Crowd, paths: &[String]| {
        block_in_place(|| {
            let joined = Joining { to, paths, in_flight: IN_FLIGHT, with_snapshot: true, small: None }.join(crowd)?;
            rest(crowd)?;
            anyhow::Ok(joined.snapshot_bytes)
        })
    };
    let mut crowd = Crowd::new()?;
    join(&mut crowd, &paths[..FIRST])?;
    let before = memory_bytes(process)?;
    let snapshot_bytes = join(&mut crowd, paths)?;
    let grown = memory_bytes(process)?.saturating_sub(before);
    Ok((float(grown) / 1024.0 / float(paths.len() as u64), snapshot_bytes))
}

fn rest(crowd: &mut Crowd) -> Result<()> {
    let until = Instant::now() + RESTING;
    while Instant::now() < until {
        crowd.turn(until, |_, _, _| {})?;
    }
    Ok(())
}
