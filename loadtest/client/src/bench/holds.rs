//! `bench holds`: how many seats a second one server puts into carts, from frame in to reply out. Must never hold a seat
//! twice nor meet a limit: a refusal costs less than a hold, so one of them ends the run.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::redis;
use super::socket::Socket;
use super::stage::{self, LIMIT, Stage, median, number};
use crate::Target;
use crate::fanout::process::{Meter, float};
use crate::measure::Times;
use crate::report::say;
use crate::verdict::Row;

/// As many as `redis-benchmark` has connections.
const SOCKETS: usize = 50;
const SEATS: u32 = 50_000;
/// Between signing in and measuring, so that nothing of the one is left in the other.
const SETTLING_TIME: Duration = Duration::from_millis(200);

/// Options of `bench holds`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    redis: redis::Args,
    /// The server's process, to see what it costs.
    #[arg(long)]
    server_process: u32,
    /// Accounts; every fifty of them are a round.
    #[arg(long, default_value_t = 400)]
    buyers: usize,
}

/// Whose CPU is looked at.
#[derive(Debug, Clone, Copy)]
struct Processes {
    server: u32,
    redis: Option<u32>,
}

/// One round: fifty sockets took fifty seats each, one after the other.
struct Round {
    per_s: f64,
    /// `redis-benchmark` just before.
    sets_per_s: Option<f64>,
    /// For a hold.
    server_us: f64,
    redis_us: f64,
    client_us: f64,
    /// Kept busy by others.
    other_cores: f64,
    times: Vec<Duration>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    ensure!(args.buyers >= SOCKETS, "a round needs {SOCKETS} buyers");
    let stage = Stage::new(&args.target).await?;
    let hall = stage.hall("holds", SEATS, 3600).await?;
    let buyers = stage.buyers(args.buyers).await?;
    let redis = args.redis.redis();
    let redis_process = match &redis {
        Some(redis) => Some(redis.process().await?),
        None => None,
    };
    let processes = Processes { server: args.server_process, redis: redis_process };
    let mut sockets = stage.watchers(&hall, SOCKETS).await?;
    let mut rounds = Vec::new();
    for (buyers, seats) in buyers.chunks_exact(SOCKETS).zip(hall.seats.chunks_exact(SOCKETS * LIMIT)) {
        let sets_per_s = match &redis {
            Some(redis) => Some(redis.sets_per_s().await?),
            None => None,
        };
        sockets = stage::sign_in(sockets, buyers).await?;
        sleep(SETTLING_TIME).await;
        let round;
        (sockets, round) = self::round(sockets, seats, processes, sets_per_s).await?;
        say(format!("{:>8.0} holds/s, redis-benchmark {:.0}/s", round.per_s, sets_per_s.unwrap_or_default()));
        rounds.push(round);
    }
    stage::deliver(args.target.json.as_deref(), &rows(&rounds))
}

async fn round(
    sockets: Vec<Socket>,
    seats: &[String],
    processes: Processes,
    sets_per_s: Option<f64>,
) -> Result<(Vec<Socket>, Round)> {
    let mut working = JoinSet::new();
    let redis = processes.redis.map(Meter::start).transpose()?;
    let (meter, began) = (Meter::start(processes.server)?, Instant::now());
    for (socket, seats) in sockets.into_iter().zip(seats.chunks(LIMIT)) {
        working.spawn(hold_all(socket, seats.to_vec()));
    }
    let (mut sockets, mut times) = (Vec::new(), Vec::new());
    while let Some(done) = working.join_next().await {
        let (socket, took) = done??;
        sockets.push(socket);
        times.extend(took);
    }
    let (elapsed, used) = (began.elapsed(), meter.stop()?);
    let redis_ns = redis.map(|redis| redis.stop()).transpose()?.map_or(0, |used| used.server_ns);
    let count = number(times.len());
    let us = |nanoseconds: u64| float(nanoseconds) / 1e3 / count;
    let round = Round {
        per_s: count / elapsed.as_secs_f64(),
        sets_per_s,
        server_us: us(used.server_ns),
        redis_us: us(redis_ns),
        client_us: us(used.client_ns),
        other_cores: used.other_cores - float(redis_ns) / 1e9 / elapsed.as_secs_f64(),
        times,
    };
    Ok((sockets, round))
}

/// One command at a time, as a buyer clicks.
async fn hold_all(mut socket: Socket, seats: Vec<String>) -> Result<(Socket, Vec<Duration>)> {
    let mut times = Vec::with_capacity(seats.len());
    for seat in seats {
        let command = stage::hold(&seat);
        let asked = Instant::now();
        socket.send(&command).await?;
        let reply = socket.reply().await?;
        times.push(asked.elapsed());
        ensure!(reply.ok, "holding {seat}: {}", reply.code);
    }
    Ok((socket, times))
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let of = |value: fn(&Round) -> f64| median(rounds.iter().map(value));
    let (least, most) =
        rounds.iter().fold((f64::MAX, 0.0_f64), |(least, most), round| (least.min(round.per_s), most.max(round.per_s)));
    let others = rounds.iter().fold(0.0_f64, |most, round| most.max(round.other_cores));
    let times = Times::new(rounds.iter().flat_map(|round| round.times.clone()).collect());
    let note = format!(
        "{SOCKETS} sockets, one outstanding command each, one fresh seat a command, socket in to reply out; a hall of {SEATS} \
         seats that all of them watch; median of {} rounds, {least:.0} to {most:.0}; signing in is not measured; at most \
         {others:.2} cores of other work",
        rounds.len()
    );
    let mut rows = vec![Row::plain("P3.per_s", of(|round| round.per_s), "holds/s", note)];
    for (id, percent) in [("P3.p50", 50), ("P3.p99", 99)] {
        let note = "command to reply; all rounds together";
        rows.extend(times.percentile_ms(percent).map(|measured| Row::plain(id, measured, "ms", note)));
    }
    let cost = |id, measured| Row::plain(id, measured, "us/hold", "CPU of all its threads");
    rows.push(cost("P3.server", of(|round| round.server_us)));
    rows.push(cost("P3.client", of(|round| round.client_us)));
    let ratios: Vec<f64> = rounds.iter().filter_map(|round| Some(round.per_s / round.sets_per_s?)).collect();
    if ratios.is_empty() {
        return rows;
    }
    rows.push(cost("P3.redis", of(|round| round.redis_us)));
    let ratio = median(ratios);
    let sets = median(rounds.iter().filter_map(|round| round.sets_per_s));
    let note = "holds a second by redis-benchmark; each round by what that did just before on the same Redis";
    let row = Row::plain("P3", ratio, "x", note).judged(">= 0.5", ratio >= 0.5);
    rows.push(row.beside(format!("redis-benchmark {sets:.0}/s")));
    rows.push(Row::plain("P3.redis_benchmark", sets, "SET/s", redis::YARDSTICK));
    rows
}
