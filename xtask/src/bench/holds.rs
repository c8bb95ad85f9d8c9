//! The holds part: seats that go into carts, a herd on one seat, deadlines, and very large plans. One server on a core of its
//! own; Redis and the load client share another one. Must never use a Redis with a past for the layer alone.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::{Bench, Engine, Row, cores, fanout};
use crate::{
    builds,
    data_dir::DataDir,
    engines, install,
    load::client::{self, Target},
    run::run_quietly,
    stack::{self, Plan, RELAY, Stack},
    supervisor::Supervisor,
};

/// What is measured against one server, and how it is tried out. Plans come first, because what memory a server has freed
/// before it takes again unseen.
const SUBJECTS: [(&str, &[&str]); 4] = [
    ("generation", &["--rounds", "1", "--seats", "10000"]),
    ("holds", &["--buyers", "100"]),
    ("herd", &["--rounds", "2", "--buyers", "100"]),
    ("expiry", &["--halls", "1", "--holds", "250"]),
];

/// Who runs where: the server, and everybody else who matters.
type Cores = (Option<usize>, Option<usize>);

pub(super) fn measure(bench: &mut Bench) -> Result<()> {
    let cores = cores();
    let before = bench.rows.len();
    // Every one of them is worth having without the others.
    let layer = if bench.engine == Engine::Cluster { layer(bench, cores) } else { Ok(()) };
    let result = layer.and(server(bench, cores));
    let (_, new) = bench.rows.split_at_mut(before);
    for (engine, row) in new {
        say_where(row, *engine, cores);
    }
    result
}

/// The hold layer on a Redis that nobody else uses.
fn layer(bench: &mut Bench, cores: Cores) -> Result<()> {
    let program = builds::hold_layer(bench.workspace, bench.release, bench.stop)?;
    let mut supervisor = Supervisor::new(DataDir::scratch(bench.workspace, "bench-redis")?, bench.stop);
    let redis = engines::start_redis(&mut supervisor)?;
    settle_redis(&supervisor, &redis, cores)?;
    let mut command = Command::new(&bench.client);
    command.args(["bench", "layer", "--program"]).arg(program).args(redis_args(&redis, cores)?);
    bench.add(client::pinned(command, cores.1))
}

fn server(bench: &mut Bench, cores: Cores) -> Result<()> {
    let tuning =
        stack::Tuning { core: cores.0, server: bench.server.clone(), without_web: true, env: fanout::limits() };
    let plan = Plan { servers: 1, tuning, ..bench.plan()? };
    let stack = stack::start(bench.workspace, &plan, DataDir::scratch(bench.workspace, "bench-stack")?, bench.stop)?;
    if let Some(redis) = &stack.redis {
        settle_redis(&stack.supervisor, redis, cores)?;
    }
    let mut result = Ok(());
    for (subject, quick) in SUBJECTS {
        let mut command = client::bench(&bench.client, bench.workspace, subject, &Target::of(&stack));
        command.args(subject_args(subject, &stack, cores)?);
        if bench.quick {
            command.args(quick);
        }
        result = result.and(bench.add(client::pinned(command, cores.1)));
        bench.stop.check()?;
    }
    result
}

/// What a subject has to know of the stack.
fn subject_args(subject: &str, stack: &Stack, cores: Cores) -> Result<Vec<String>> {
    let process = |name: &str| stack.supervisor.pid(name).with_context(|| format!("{name} is not running"));
    let server = process(&stack::server_name(1))?.to_string();
    let mut args = Vec::new();
    if ["generation", "holds"].contains(&subject) {
        args.extend(["--server-process".to_owned(), server]);
    }
    match (subject, &stack.redis) {
        ("generation", Some(_)) => args.extend(["--relay-process".to_owned(), process(RELAY)?.to_string()]),
        ("generation", None) => args.push("--embedded".to_owned()),
        ("holds" | "herd", Some(redis)) => args.extend(redis_args(redis, cores)?),
        _ => {}
    }
    Ok(args)
}

fn redis_args(redis: &str, cores: Cores) -> Result<Vec<String>> {
    let benchmark: PathBuf = install::program("redis-benchmark", &["redis-tools"])?;
    let mut args = vec!["--redis".to_owned(), redis.to_owned()];
    args.extend(["--redis-benchmark".to_owned(), benchmark.display().to_string()]);
    args.extend(cores.0.iter().flat_map(|core| ["--server-core".to_owned(), core.to_string()]));
    Ok(args)
}

/// Puts Redis on the client's core. It does not write its file anew meanwhile: what the yardsticks write would make it do so
/// at some moment of the run.
fn settle_redis(supervisor: &Supervisor, redis: &str, cores: Cores) -> Result<()> {
    let process = supervisor.pid("redis").context("Redis is not running")?;
    if let Some(core) = cores.1 {
        run_quietly(Command::new("taskset").args(["-a", "-c", "-p", &core.to_string(), &process.to_string()]))?;
    }
    let cli = install::program("redis-cli", &["redis-tools"])?;
    let (_, port) = redis.rsplit_once(':').context("Redis has no port")?;
    run_quietly(Command::new(cli).args(["-p", port, "CONFIG", "SET", "auto-aof-rewrite-percentage", "0"]))
}

/// Adds to a row who ran where.
fn say_where(row: &mut Row, engine: Engine, cores: Cores) {
    let place = match (cores, engine) {
        ((Some(server), Some(client)), Engine::Cluster) => {
            format!("server on core {server}, Redis and load client on core {client}, the rest on both")
        }
        ((Some(server), Some(client)), Engine::Embedded) => {
            format!("server on core {server}, load client on core {client}")
        }
        _ => "all on the same core".to_owned(),
    };
    row.note = format!("{}; {place}", row.note);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_who_ran_where() {
        let row = || Row {
            id: "P3.per_s".into(),
            goal: None,
            measured: 1.0,
            unit: "holds/s".into(),
            reached: None,
            beside: None,
            note: "fifty sockets".into(),
        };
        let said = |engine, cores| {
            let mut row = row();
            say_where(&mut row, engine, cores);
            row.note
        };
        let cluster = said(Engine::Cluster, (Some(0), Some(1)));
        assert!(cluster.starts_with("fifty sockets; server on core 0, Redis and load client on core 1"), "{cluster}");
        assert_eq!(said(Engine::Embedded, (None, None)), "fifty sockets; all on the same core");
    }
}
