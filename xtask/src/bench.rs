//! `cargo xtask bench`: both engines, one after the other, measured by the load client; a table and `target/bench.json`.
//!
//! Must never hold a number that was not measured in this run: rows of an engine that failed are missing.

use std::{fs, path::Path, process::Command, process::ExitCode};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    builds,
    data_dir::DataDir,
    load::client::{self, Target},
    run::run as run_command,
    stack::{self, Plan},
    stop::{Interrupted, Stop},
    workspace::{Workspace, headline, say},
};

/// Servers of the cluster: the sellout uses all of them, what is measured at one server uses the first.
const SERVERS: u16 = 2;
const BUYERS: u32 = 1000;
const SEATS: u32 = 200;

/// Nobody dawdles: what is left of the time is the server's, besides the cards that are slow on purpose. Always the same
/// buyers.
const IN_EARNEST: [&str; 6] = ["--dawdle-s", "0", "--think-ms", "100", "--seed", "1"];

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure only one engine.
    #[arg(long)]
    only: Option<Engine>,
    /// Build without optimisations: to try the command out, not for numbers.
    #[arg(long)]
    debug: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Embedded,
    Cluster,
}

/// One number, as the load client writes it and as it is in `target/bench.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    id: String,
    goal: Option<String>,
    measured: f64,
    unit: String,
    reached: Option<bool>,
    note: String,
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<Row>,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<ExitCode> {
    let (mut rows, mut failed) = (Vec::new(), false);
    for engine in [Engine::Embedded, Engine::Cluster] {
        if args.only.is_some_and(|only| only != engine) {
            continue;
        }
        headline(format!("bench, {}", engine.name()));
        match measure(workspace, engine, !args.debug, stop, &mut rows) {
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                say(format!("bench on {} failed: {error:#}", engine.name()));
                failed = true;
            }
            Ok(()) => {}
        }
    }
    headline("bench");
    table(&rows).iter().for_each(say);
    write(workspace, &rows)?;
    let missed = rows.iter().any(|(_, row)| row.reached == Some(false));
    Ok(if failed || missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everything on one engine. What was measured before something failed is kept.
fn measure(
    workspace: &Workspace,
    engine: Engine,
    release: bool,
    stop: &Stop,
    rows: &mut Vec<(Engine, Row)>,
) -> Result<()> {
    let program = builds::load_client(workspace, release, stop)?;
    let plan = match engine {
        Engine::Embedded => Plan::embedded(),
        Engine::Cluster => Plan::cluster(SERVERS),
    };
    let plan = Plan { release, demo: false, ..plan? };
    let data = DataDir::scratch(workspace, "bench-stack")?;
    let file = data.path().join("rows.json");
    let stack = stack::start(workspace, &plan, data, stop)?;
    let target = Target::of(&stack);
    let mut add = |mut command: Command| {
        let _ = fs::remove_file(&file);
        let result = run_command(command.arg("--json").arg(&file), stop);
        stop.check()?;
        // Written before the verdict: anomalies are a row as well.
        let found = read(&file).or_else(|unread| result.and(Err(unread)))?;
        rows.extend(found.into_iter().map(|row| (engine, row)));
        anyhow::Ok(())
    };
    add(client::checkout(&program, workspace, &target))?;
    let mut sellout = client::sellout(&program, workspace, &target, BUYERS, SEATS);
    sellout.args(IN_EARNEST);
    add(sellout)
}

fn read(file: &Path) -> Result<Vec<Row>> {
    let rows: Rows = serde_json::from_slice(&fs::read(file).context("the load client has measured nothing")?)?;
    Ok(rows.rows)
}

fn table(rows: &[(Engine, Row)]) -> Vec<String> {
    let head = ["row", "engine", "measured", "goal"];
    let line = |cells: [&str; 4]| format!("{:<24} {:<9} {:>22} {:>6}", cells[0], cells[1], cells[2], cells[3]);
    let row = |(engine, row): &(Engine, Row)| {
        let measured = format!("{:.2} {}", row.measured, row.unit);
        let verdict = if row.reached == Some(false) { "  MISSED" } else { "" };
        line([&row.id, engine.name(), &measured, row.goal.as_deref().unwrap_or("-")]) + verdict
    };
    std::iter::once(line(head)).chain(rows.iter().map(row)).collect()
}

/// The engine becomes a part of the row's id.
fn write(workspace: &Workspace, rows: &[(Engine, Row)]) -> Result<()> {
    let rows: Vec<_> =
        rows.iter().map(|(engine, row)| Row { id: format!("{}.{}", row.id, engine.name()), ..row.clone() }).collect();
    let cores = std::thread::available_parallelism()?.get();
    let memory_gib = fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(memory_gib);
    let machine = json!({"cores": cores, "memory_gib": memory_gib});
    let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let file = workspace.target().join("bench.json");
    fs::write(&file, serde_json::to_vec_pretty(&json!({"rows": rows, "machine": machine, "date": date}))?)?;
    say(format!("written to {}", file.display()));
    Ok(())
}

/// From the first line of `/proc/meminfo`, rounded.
fn memory_gib(text: &str) -> Option<u64> {
    let kib: u64 =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.split_whitespace().next()?.parse().ok()?;
    Some((kib + (1 << 19)) >> 20)
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Cluster => "cluster",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_rounded_to_whole_gib() {
        assert_eq!(memory_gib("MemTotal:       24600000 kB\nMemFree: 1 kB\n"), Some(23));
        assert_eq!(memory_gib("MemFree: 1 kB\n"), None);
    }

    #[test]
    fn a_missed_goal_stands_out_in_the_table() {
        let row = Row {
            id: "sellout_anomalies".into(),
            goal: Some("0".into()),
            measured: 2.0,
            unit: "findings".into(),
            reached: Some(false),
            note: String::new(),
        };
        let lines = table(&[(Engine::Cluster, row)]);
        assert!(lines[1].starts_with("sellout_anomalies") && lines[1].ends_with("MISSED"), "{lines:?}");
    }
}
