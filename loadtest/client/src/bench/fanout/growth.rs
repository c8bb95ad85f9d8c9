//! P10: five hundred rooms of ten sockets against one room of five thousand, and what five hundred rooms cost in which nothing
//! happens. Must never count the buyers' commands as fan-out: many rooms need many commands for as many deliveries.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::task::block_in_place;

use super::delivery::surroundings;
use super::ground::{Audience, IN_FLIGHT, Scene};
use crate::api::Session;
use crate::bench::stage::median;
use crate::fanout::clicks::Buyer;
use crate::fanout::crowd::Crowd;
use crate::fanout::join::Joining;
use crate::fanout::pace::{Listening, Measured, Pace};
use crate::fanout::process::{Meter, Used, float, until_quiet};
use crate::fanout::tally::Tally;
use crate::hall::Hall;
use crate::report::say;
use crate::verdict::Row;

const ROOMS: usize = 500;
const PER_ROOM: usize = 10;
const SEATS_PER_ROOM: u32 = 16;
/// Changes that every room, or the one room, gets in a second.
const PER_SECOND: u32 = 5;
/// Beats of the rooms' clicks, so that they are spread over the second.
const BEATS_PER_SECOND: u32 = 100;
const BATCHES: usize = 8;
/// Halls that are created at one time.
const CREATING: usize = 4;
const IDLE: Duration = Duration::from_secs(10);
const GOAL: f64 = 1.3;

pub(super) async fn rows(scene: &Scene) -> Result<Vec<Row>> {
    let halls = halls(scene).await?;
    let one_pace = Pace::per_second(PER_SECOND, 1, scene.ground.time);
    let (mut one, mut many, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scene.ground.repetitions {
        let buyer = scene.buyer(0, super::delivery::BATCHES, 1);
        one.push(scene.watched(ROOMS * PER_ROOM, vec![buyer], one_pace).await?);
        many.push(rooms(scene, &halls, PER_ROOM).await?);
        alone.push(rooms(scene, &halls, 1).await?);
        let latest = |runs: &[Measured]| runs.last().map_or(f64::NAN, Measured::us_per_frame);
        say(format!("one room {:.2}, many {:.2}, only buyers {:.2} us", latest(&one), latest(&many), latest(&alone)));
    }
    let idle = idle(scene, &halls).await?;
    let mut rows = compared(&one, &many, &alone);
    let note = format!(
        "server CPU of {ROOMS} idle rooms; {PER_ROOM} sockets each, for {} s, beacons and pings to {} sockets included",
        IDLE.as_secs(),
        ROOMS * PER_ROOM
    );
    let ms_per_s = float(idle.server_ns) / 1e6 / idle.elapsed.as_secs_f64();
    rows.push(Row::plain("P10.idle", ms_per_s, "ms/s", note));
    Ok(rows)
}

fn compared(one: &[Measured], many: &[Measured], alone: &[Measured]) -> Vec<Row> {
    let frames = |run: &Measured| float(run.counts.deliveries + run.counts.beacons);
    let ns = |run: &Measured| float(run.used.server_ns);
    let command_us = median(alone.iter().map(|run| ns(run) / 1e3 / float(run.counts.broadcasts)));
    // What the other nine sockets of every room have added, in the runs side by side.
    let added =
        many.iter().zip(alone).map(|(many, alone)| (ns(many) - ns(alone)) / 1e3 / (frames(many) - frames(alone)));
    let many_us = median(added);
    let one_us =
        median(one.iter().map(|run| (ns(run) / 1e3 - command_us * float(run.counts.broadcasts)) / frames(run)));
    let (many_raw, one_raw) =
        (median(many.iter().map(Measured::us_per_frame)), median(one.iter().map(Measured::us_per_frame)));
    let note = format!(
        "CPU of one delivery, {ROOMS} rooms of {PER_ROOM} by one room of {}; {PER_SECOND} changes a second in every room; \
         without the commands: those cost {command_us:.0} us each with the buyer's own delivery, measured in the same rooms \
         with nobody else in them; {}",
        ROOMS * PER_ROOM,
        surroundings(one.iter().chain(many).chain(alone)),
    );
    let ratio = many_us / one_us;
    let beside = format!("many {many_us:.2} us, one {one_us:.2} us");
    vec![
        Row::plain("P10", ratio, "x one room", note).judged("<= 1.3", ratio <= GOAL).beside(beside),
        Row::plain(
            "P10.raw",
            many_raw / one_raw,
            "x one room",
            "the same with the commands; many rooms need 500 times as many",
        )
        .beside(format!("many {many_raw:.2} us, one {one_raw:.2} us")),
        Row::plain(
            "P10.command",
            command_us,
            "us/command",
            "CPU of one hold or release; in a room with only the buyer",
        ),
    ]
}

async fn halls(scene: &Scene) -> Result<Vec<Hall>> {
    say(format!("creating {ROOMS} events"));
    let halls = stream::iter(0..ROOMS).map(|number| async move {
        scene.stage.hall(&format!("room-{number}"), SEATS_PER_ROOM, super::HOLD_TTL_S).await
    });
    halls.buffered(CREATING).try_collect().await
}

/// One buyer in every room, with so many sockets in it.
async fn rooms(scene: &Scene, halls: &[Hall], per_room: usize) -> Result<Measured> {
    let events: Vec<_> = halls.iter().flat_map(|hall| vec![hall.event.clone(); per_room]).collect();
    let session: &Session = &scene.buyers[0];
    let buyer = |(room, hall): (usize, &Hall)| {
        let batches = (0..).zip(&hall.seats[..BATCHES]).map(|(ordinal, name)| vec![(ordinal, name.clone())]).collect();
        (Buyer::new(room * per_room, room, batches), session)
    };
    let buyers = halls.iter().enumerate().map(buyer).collect();
    let clicks = PER_SECOND * u32::try_from(halls.len()).unwrap_or(u32::MAX) / BEATS_PER_SECOND;
    let pace = Pace::per_second(BEATS_PER_SECOND, clicks, scene.ground.time);
    scene.measure(Audience { events: &events, per_room, buyers }, pace).await
}

async fn idle(scene: &Scene, halls: &[Hall]) -> Result<Used> {
    let paths: Vec<_> = halls.iter().flat_map(|hall| vec![format!("/ws/v1/events/{}", hall.event); PER_ROOM]).collect();
    let used = block_in_place(|| {
        let (mut crowd, to) = (Crowd::new()?, scene.ground.entrance());
        Joining { to, paths: &paths, in_flight: IN_FLIGHT, with_snapshot: true, small: None }.join(&mut crowd)?;
        let listening = Listening { server: scene.ground.process, is_frontrow: true, room_of: &|_| 0 };
        let mut tally = Tally::new([0]);
        listening.listen(&mut crowd, &mut tally, Instant::now() + Duration::from_secs(1), false)?;
        let meter = Meter::start(scene.ground.process)?;
        listening.listen(&mut crowd, &mut tally, Instant::now() + IDLE, false)?;
        meter.stop()
    })?;
    until_quiet(scene.ground.process).await?;
    Ok(used)
}
