//! `bench expiry`: how long after its deadline a seat is free on every screen, while very many other holds go on. Deadlines
//! are the client's: the moment of the reply plus what it said is left. Must never count a seat that a socket did not hear of
//! as fast: a missing one ends the run.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::socket::{Heard, Socket, changes};
use super::stage::{self, LIMIT, Stage, number};
use crate::Target;
use crate::api::{Ask, Session};
use crate::hall::Hall;
use crate::measure::{Times, Verb};
use crate::report::say;
use crate::verdict::Row;

/// The shortest that an event may have.
const TTL_S: u32 = 2;
/// Of the holds that go on meanwhile.
const LONG_TTL_S: u32 = 3600;
/// The tick of a room and ten milliseconds more.
const GOAL_MS: f64 = 30.0;
/// Other holds are put on at one time.
const FILLING: usize = 8;
const PATIENCE: Duration = Duration::from_mins(1);

/// Options of `bench expiry`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Accounts.
    #[arg(long, default_value_t = 100)]
    buyers: usize,
    /// Halls with other holds: every buyer has fifty seats in each of them.
    #[arg(long, default_value_t = 10)]
    halls: usize,
    /// Holds that expire.
    #[arg(long, default_value_t = 1000)]
    holds: u32,
    /// Holds a second, so that their deadlines are spread the same.
    #[arg(long, default_value_t = 250)]
    per_s: u32,
    /// Sockets that watch.
    #[arg(long, default_value_t = 100)]
    watchers: usize,
}

/// When which seat was free, by ordinal.
type Freed = HashMap<usize, Instant>;

pub(super) async fn run(args: Args) -> Result<()> {
    let stage = Stage::new(&args.target).await?;
    let seats = usize::try_from(args.holds)?;
    ensure!(args.per_s > 0 && seats <= args.buyers * LIMIT, "so few buyers may not have so many seats");
    let buyers = stage.buyers(args.buyers).await?;
    // Their rooms stay open as long as somebody watches.
    let others = fill(&stage, &buyers, args.halls).await?;
    let hall = stage.hall("expiry", args.holds, TTL_S).await?;
    let watchers = stage.watchers(&hall, args.watchers).await?;
    let sockets = stage.sockets(&hall, &buyers).await?;
    let mut watching = JoinSet::new();
    for socket in watchers {
        watching.spawn(watch(socket, seats));
    }
    let deadlines = hold_all(sockets, &hall, args.per_s).await?;
    let mut late = Vec::new();
    let mut last = vec![Duration::ZERO; seats];
    while let Some(freed) = watching.join_next().await {
        let freed = freed??;
        for (ordinal, deadline) in deadlines.iter().enumerate() {
            let at =
                freed.get(&ordinal).with_context(|| format!("{} was not seen to become free", hall.seats[ordinal]))?;
            // Never early by more than a reply took on its way, which is no achievement.
            let lag = at.saturating_duration_since(*deadline);
            late.push(lag);
            last[ordinal] = last[ordinal].max(lag);
        }
    }
    drop(others);
    let held = args.buyers * LIMIT * args.halls;
    stage::deliver(args.target.json.as_deref(), &rows(&args, held, late, last))
}

/// Other holds, all of them by way of the API, and a socket for each of their rooms.
async fn fill(stage: &Stage, buyers: &[Arc<Session>], halls: usize) -> Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    for number in 0..halls {
        let seats = u32::try_from(buyers.len() * LIMIT)?;
        let hall = stage.hall(&format!("other-{number}"), seats, LONG_TTL_S).await?;
        sockets.extend(stage.watchers(&hall, 1).await?);
        let carts = stream::iter(buyers.iter().zip(hall.seats.chunks(LIMIT))).map(|(buyer, seats)| {
            let ask = Ask::post(Verb::Hold, format!("events/{}/holds", hall.event), json!({"seats": seats}));
            async move { buyer.insist(&ask).await?.expect(201, "another hold").map(drop) }
        });
        carts.buffer_unordered(FILLING).try_collect::<()>().await?;
        say(format!("{} other holds", (number + 1) * buyers.len() * LIMIT));
    }
    Ok(sockets)
}

/// Takes every seat of the hall, so many a second; the deadlines by ordinal.
async fn hold_all(sockets: Vec<Socket>, hall: &Hall, per_s: u32) -> Result<Vec<Instant>> {
    let (began, count) = (Instant::now(), sockets.len());
    let mut holding = JoinSet::new();
    for (place, mut socket) in sockets.into_iter().enumerate() {
        let mine: Vec<_> = hall.seats.iter().cloned().enumerate().skip(place).step_by(count).collect();
        holding.spawn(async move {
            let mut deadlines = Vec::new();
            for (ordinal, seat) in mine {
                let turn = began + Duration::from_secs(1).mul_f64(number(ordinal)) / per_s;
                sleep(turn.saturating_duration_since(Instant::now())).await;
                socket.send(&stage::hold(&seat)).await?;
                let reply = socket.reply().await?;
                let left_ms = reply.seats.first().and_then(|seat| seat["expires_in_ms"].as_u64());
                let left_ms = left_ms.with_context(|| format!("holding {seat}: {}", reply.code))?;
                deadlines.push((ordinal, Instant::now() + Duration::from_millis(left_ms)));
            }
            anyhow::Ok(deadlines)
        });
    }
    let mut deadlines = vec![began; hall.seats.len()];
    while let Some(done) = holding.join_next().await {
        for (ordinal, deadline) in done?? {
            deadlines[ordinal] = deadline;
        }
    }
    Ok(deadlines)
}

/// Notes when a socket hears that seats are free again, until it has heard of all of them.
async fn watch(mut socket: Socket, seats: usize) -> Result<Freed> {
    let mut freed = Freed::new();
    let hearing = async {
        while freed.len() < seats {
            if let Heard::Map(frame) = socket.next().await? {
                let now = Instant::now();
                let free = changes(&frame).unwrap_or_default().into_iter().filter(|&(_, state)| state == 0);
                freed.extend(free.map(|(ordinal, _)| (ordinal, now)));
            }
        }
        anyhow::Ok(())
    };
    // Who waited in vain says by what is missing.
    if let Ok(heard) = timeout(PATIENCE, hearing).await {
        heard?;
    }
    Ok(freed)
}

fn rows(args: &Args, held: usize, late: Vec<Duration>, last: Vec<Duration>) -> Vec<Row> {
    let (all, last) = (Times::new(late), Times::new(last));
    let note = format!(
        "deadline to each of {} sockets, {held} other holds; {} holds of {TTL_S} s, {} a second; the others in {} halls, put on \
         by the API; deadline: reply plus expires_in_ms by the client's clock",
        args.watchers, args.holds, args.per_s, args.halls
    );
    let row = |id, times: &Times, percent, note: &str| {
        times.percentile_ms(percent).map(|measured| Row::plain(id, measured, "ms", note))
    };
    let p99 = row("P5", &all, 99, &note);
    let judged = p99.map(|row| {
        let reached = row.measured <= GOAL_MS;
        row.judged("<= 30", reached)
    });
    let more = [
        row("P5.p50", &all, 50, "as P5"),
        row("P5.max", &all, 100, "as P5"),
        row("P5.last_socket", &last, 99, "by seat: deadline to the last socket"),
    ];
    judged.into_iter().chain(more.into_iter().flatten()).collect()
}
