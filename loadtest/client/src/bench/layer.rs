//! `bench layer`: the hold layer alone, between a program that has nothing but the adapter in it and Redis, beside
//! `redis-benchmark`. Must never run beside a server: its notifications would cost as much as the holds.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::redis;
use super::stage::{self, median};
use crate::report::say;
use crate::verdict::Row;

/// Turns of yardstick and layer, one after the other.
const ROUNDS: usize = 5;

/// Options of `bench layer`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    redis: redis::Args,
    /// The example `hold_layer` of the engines.
    #[arg(long)]
    program: PathBuf,
    /// Writes what was measured to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// One line of the example: a command by so many tasks.
#[derive(Debug, Deserialize)]
struct Part {
    what: String,
    tasks: u32,
    per_s: f64,
    layer_us: f64,
    redis_us: f64,
}

/// One turn.
struct Round {
    sets_per_s: f64,
    parts: Vec<Part>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let redis = args.redis.redis().context("--redis is needed: the layer is nothing without it")?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let sets_per_s = redis.sets_per_s().await?;
        let mut command = redis.apart(&args.program);
        command.arg(redis.url());
        let text = redis::output(command).await.context("hold_layer")?;
        let parts: Vec<Part> = serde_json::from_str(&text).with_context(|| format!("hold_layer said {text}"))?;
        let told = parts.iter().map(|part| format!("{} by {} tasks {:.0}/s", part.what, part.tasks, part.per_s));
        say(format!("redis-benchmark {sets_per_s:.0}/s, {}", told.collect::<Vec<_>>().join(", ")));
        rounds.push(Round { sets_per_s, parts });
    }
    stage::deliver(args.json.as_deref(), &rows(&rounds))
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let of = |what: &str, tasks: u32, value: fn(&Round, &Part) -> f64| {
        let parts = rounds.iter().flat_map(|round| round.parts.iter().map(move |part| (round, part)));
        let wanted = parts.filter(|(_, part)| part.what == what && part.tasks == tasks);
        median(wanted.map(|(round, part)| value(round, part)))
    };
    let rate = |_: &Round, part: &Part| part.per_s;
    let ratio = |round: &Round, part: &Part| part.per_s / round.sets_per_s;
    let layer =
        format!("adapter alone, one connection, one fresh seat a command, nobody listening; median of {ROUNDS}");
    let set = "SET key NX PX through the same kind of connection";
    let reached = of("hold", 50, ratio);
    let goal = Row::plain("P3.layer", reached, "x", "holds of 50 tasks by redis-benchmark -c 50 -P 1");
    let sets = median(rounds.iter().map(|round| round.sets_per_s));
    vec![
        Row::plain("P3.layer.per_s", of("hold", 50, rate), "holds/s", layer),
        goal.judged(">= 2.5", reached >= 2.5).beside(format!("redis-benchmark {sets:.0}/s")),
        Row::plain("P3.layer.500.per_s", of("hold", 500, rate), "holds/s", "500 tasks"),
        Row::plain("P3.layer.500", of("hold", 500, ratio), "x", "500 tasks by redis-benchmark -c 50 -P 1"),
        Row::plain("P3.layer.redis", of("hold", 500, |_, part| part.redis_us), "us/hold", "CPU of Redis, 500 tasks"),
        Row::plain("P3.layer.own", of("hold", 500, |_, part| part.layer_us), "us/hold", "CPU of the adapter's process"),
        Row::plain("P3.layer.release.per_s", of("release", 50, rate), "releases/s", "50 tasks give the seats back"),
        Row::plain("P3.layer.release.redis", of("release", 50, |_, part| part.redis_us), "us/release", "CPU of Redis"),
        Row::plain("P3.layer.set", of("set", 50, ratio), "x", set),
        Row::plain("P3.layer.set.500", of("set", 500, ratio), "x", set),
        Row::plain("P3.layer.set.redis", of("set", 500, |_, part| part.redis_us), "us/SET", set),
        Row::plain("P3.layer.redis_benchmark", sets, "SET/s", redis::YARDSTICK),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_a_round() {
        let part = |per_s| Part { what: "hold".into(), tasks: 50, per_s, layer_us: 1.0, redis_us: 2.0 };
        let round = |sets_per_s, per_s| Round { sets_per_s, parts: vec![part(per_s)] };
        let rows = rows(&[round(100.0, 300.0), round(10.0, 30.0), round(50.0, 50.0)]);
        let row = |id| rows.iter().find(|row| row.id == id).unwrap();
        assert_eq!((row("P3.layer").measured, row("P3.layer").reached), (3.0, Some(true)));
        assert_eq!((row("P3.layer.per_s").unit, row("P3.layer.per_s").measured), ("holds/s", 50.0));
    }
}
