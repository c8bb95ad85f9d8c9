//! `cargo xtask bench`: both engines, one after the other, measured by the load client; a table and `target/bench.json`.
//!
//! * `fanout`: from a change to every screen
//! * `holds`: from a seat to a cart, and back at its deadline
//! * `checkout`: from a hold to a ticket
//! * `overload`: ten times what a server can do
//! * `table`: the rows, for people
//!
//! Must never hold a number that was not measured in this run: rows of an engine that failed are missing.

mod checkout;
mod fanout;
mod holds;
mod overload;
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    builds, install,
    run::run as run_command,
    stack::Plan,
    stop::{Interrupted, Stop},
    workspace::{Workspace, headline, say},
};

/// Servers of the cluster: the sellout uses all of them, what is measured at one server uses the first.
const SERVERS: u16 = 2;

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure only one engine.
    #[arg(long)]
    only: Option<Engine>,
    /// Measure only this; give it once for each.
    #[arg(long, value_enum)]
    part: Vec<Part>,
    /// One short repetition: to try the command out, not for numbers.
    #[arg(long)]
    quick: bool,
    /// Build without optimisations: to try the command out, not for numbers.
    #[arg(long)]
    debug: bool,
    /// Another `frontrow-server` than the one of this checkout, to be measured in the same way.
    #[arg(long)]
    server: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Embedded,
    Cluster,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// From a change to every screen.
    Fanout,
    /// From a seat to a cart, and back at its deadline.
    Holds,
    /// From a hold to a ticket.
    Checkout,
    /// Ten times as many purchases as a server can do.
    Overload,
}

impl Part {
    const ALL: [Self; 4] = [Self::Fanout, Self::Holds, Self::Checkout, Self::Overload];
}

/// One number, as the load client writes it and as it is in `target/bench.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    id: String,
    goal: Option<String>,
    measured: f64,
    unit: String,
    reached: Option<bool>,
    /// What else was measured in the same run to compare it with.
    #[serde(default)]
    beside: Option<String>,
    note: String,
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<Row>,
}

/// One engine's turn.
struct Bench<'a> {
    workspace: &'a Workspace,
    stop: &'a Stop,
    engine: Engine,
    release: bool,
    quick: bool,
    server: Option<PathBuf>,
    /// The load client.
    client: PathBuf,
    rows: &'a mut Vec<(Engine, Row)>,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<ExitCode> {
    raise_open_files()?;
    let (mut rows, mut failed) = (Vec::new(), false);
    let client = builds::load_client(workspace, !args.debug, stop)?;
    let server = args.server.as_ref().map(fs::canonicalize).transpose().context("--server")?;
    for engine in [Engine::Embedded, Engine::Cluster] {
        for part in Part::ALL {
            let is_wanted = args.part.is_empty() || args.part.contains(&part);
            if !is_wanted || args.only.is_some_and(|only| only != engine) {
                continue;
            }
            headline(format!("bench, {}, {part:?}", engine.name()));
            let (client, server, rows) = (client.clone(), server.clone(), &mut rows);
            let mut bench =
                Bench { workspace, stop, engine, release: !args.debug, quick: args.quick, server, client, rows };
            match bench.measure(part) {
                Err(error) if error.is::<Interrupted>() => return Err(error),
                Err(error) => {
                    say(format!("bench on {} failed: {error:#}", engine.name()));
                    failed = true;
                }
                Ok(()) => {}
            }
        }
    }
    headline("bench");
    table::lines(&rows).iter().for_each(say);
    write(workspace, &rows)?;
    let missed = rows.iter().any(|(_, row)| row.reached == Some(false));
    Ok(if failed || missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Bench<'_> {
    fn measure(&mut self, part: Part) -> Result<()> {
        match part {
            Part::Fanout => fanout::measure(self),
            Part::Holds => holds::measure(self),
            Part::Checkout => checkout::measure(self),
            Part::Overload => overload::measure(self),
        }
    }

    /// The stack of this engine, without the demo.
    fn plan(&self) -> Result<Plan> {
        let plan = match self.engine {
            Engine::Embedded => Plan::embedded(),
            Engine::Cluster => Plan::cluster(SERVERS),
        };
        Ok(Plan { release: self.release, demo: false, ..plan? })
    }

    /// Runs the load client once and takes its rows. What was measured before something failed is kept.
    fn add(&mut self, mut command: Command) -> Result<()> {
        let file = self.workspace.target().join("bench-rows.json");
        let _ = fs::remove_file(&file);
        let result = run_command(command.arg("--json").arg(&file), self.stop);
        self.stop.check()?;
        // Written before the verdict, and after every part of a measurement.
        let found = read(&file).or_else(|unread| result.as_ref().map_or(Ok(Vec::new()), |()| Err(unread)))?;
        self.rows.extend(found.into_iter().map(|row| (self.engine, row)));
        result
    }
}

/// The cores of the server and of the load client; none on a machine that has only one, or no `taskset`.
fn cores() -> (Option<usize>, Option<usize>) {
    let enough = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    if enough && install::program("taskset", &["util-linux"]).is_ok() {
        return (Some(0), Some(1));
    }
    say("server and load client share what there is of cores: the numbers are worth little");
    (None, None)
}

/// Thousands of sockets are thousands of open files, here and in everything that is started from here.
fn raise_open_files() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).context("raising the limit of open files")
}

fn read(file: &Path) -> Result<Vec<Row>> {
    let rows: Rows = serde_json::from_slice(&fs::read(file).context("the load client has measured nothing")?)?;
    Ok(rows.rows)
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
}
