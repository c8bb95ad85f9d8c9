//! P9: everybody comes at once and wants the map, at Frontrow and at the bare hub in turn. Must never be gentle: no pauses, no
//! limit of how many are on their way.

use anyhow::Result;
use tokio::task::block_in_place;

use super::ground::Scene;
use crate::bench::stage::median;
use crate::fanout::crowd::{Crowd, Entrance};
use crate::fanout::join::{Joined, Joining};
use crate::fanout::process::{Meter, Used, float, until_quiet};
use crate::fanout::yardstick::Running;
use crate::report::say;
use crate::verdict::Row;
use crate::yardsticks::Yardstick;

const SOCKETS: usize = 5000;
const GOAL: f64 = 1.5;

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let (ground, paths) = (&scene.ground, scene.ground.paths(SOCKETS));
    let (mut own, mut hub, mut others) = (Vec::new(), Vec::new(), 0.0_f64);
    let mut cpu = Vec::new();
    for _ in 0..ground.repetitions {
        let (joined, used) = storm(ground.process, ground.entrance(), &paths)?;
        until_quiet(ground.process).await?;
        let yardstick = Running::start(Yardstick::Hub, ground.core, joined.snapshot_bytes)?;
        let to = Entrance { server: yardstick.address, subprotocol: None };
        let (bare, hub_used) = storm(yardstick.process(), to, &vec!["/".to_owned(); SOCKETS])?;
        own.push(joined.elapsed.as_secs_f64());
        hub.push(bare.elapsed.as_secs_f64());
        cpu.push((float(used.server_ns) / 1e9, float(hub_used.server_ns) / 1e9));
        others = others.max(used.other_cores).max(hub_used.other_cores);
        say(format!("frontrow {:.3} s, hub {:.3} s", joined.elapsed.as_secs_f64(), bare.elapsed.as_secs_f64()));
    }
    let (own_s, hub_s) = (median(own), median(hub));
    let (own_cpu, hub_cpu) = (median(cpu.iter().map(|cpu| cpu.0)), median(cpu.iter().map(|cpu| cpu.1)));
    let ratio = own_s / hub_s;
    let note = format!(
        "{SOCKETS} sockets join at once; until the last one has its map, which the hub sends at the same size; CPU of the \
         server {own_cpu:.3} s, of the hub {hub_cpu:.3} s; medians of {} repetitions in turn; at most {others:.2} cores of \
         other work",
        ground.repetitions
    );
    let beside = format!("hub {hub_s:.3} s, Frontrow {own_s:.3} s");
    Ok(vec![
        Row::plain("P9", ratio, "x the hub", note).judged("<= 1.5", ratio <= GOAL).beside(beside),
        Row::plain("P9.s", own_s, "s", "until the last of them has its map"),
        Row::plain("P9.hub.s", hub_s, "s", "the yardstick hub"),
    ])
}

fn storm(process: u32, to: Entrance, paths: &[String]) -> Result<(Joined, Used)> {
    block_in_place(|| {
        let (mut crowd, meter) = (Crowd::new()?, Meter::start(process)?);
        let joining = Joining { to, paths, in_flight: usize::MAX, with_snapshot: true, small: None };
        Ok((joining.join(&mut crowd)?, meter.stop()?))
    })
}
