//! The fan-out part: one embedded server and the load client, each on a core of its own. The server is started anew where its
//! memory is measured. Must never leave the limits on that keep single people in check: here one client is everybody.

use std::{ffi::OsString, process::Command};

use anyhow::{Context, Result};

use super::{Bench, Engine, cores};
use crate::{
    data_dir::DataDir,
    load::client::{self, Target},
    run::run_lines,
    stack::{self, Plan, Stack},
    workspace::say,
};

/// Settings of the server, and how many a second or a minute are no limit any more.
const LIMITS: [&str; 6] = [
    "FRONTROW__LIMITS__SOCKET_COMMANDS_PER_S",
    "FRONTROW__LIMITS__SOCKET_COMMANDS_BURST",
    "FRONTROW__LIMITS__ACCOUNT_REQUESTS_PER_S",
    "FRONTROW__LIMITS__ACCOUNT_REQUESTS_BURST",
    "FRONTROW__LIMITS__LOGINS_PER_MINUTE",
    "FRONTROW__LIMITS__FAILED_LOGINS_PER_MINUTE",
];
const NO_LIMIT: &str = "100000";
/// What is measured in one life of the server. What looks at memory begins a life: later, memory that was freed before would
/// be taken unseen.
const LIVES: [&[&str]; 3] = [&["memory"], &["stalled"], &["delivery", "tick", "sizes", "storm", "growth"]];

pub(super) fn measure(bench: &mut Bench) -> Result<()> {
    if bench.engine == Engine::Cluster {
        say("the fan-out does not depend on the engine: it is measured on the embedded one");
        return Ok(());
    }
    let (server_core, client_core) = cores();
    let tuning = stack::Tuning { core: server_core, server: bench.server.clone(), without_web: true, env: limits() };
    let plan = Plan { tuning, ..bench.plan()? };
    let mut stack =
        stack::start(bench.workspace, &plan, DataDir::scratch(bench.workspace, "bench-stack")?, bench.stop)?;
    let event = event(bench, &stack)?;
    for parts in LIVES {
        stack.restart_server()?;
        let process = stack.supervisor.pid(&stack::server_name(1)).context("the server is not running")?;
        let mut command = client::bench(&bench.client, bench.workspace, "fanout", &Target::of(&stack));
        command.args(["--event", &event, "--server-process", &process.to_string()]);
        command.args(server_core.iter().flat_map(|core| ["--server-core".to_owned(), core.to_string()]));
        command.args(parts.iter().flat_map(|part| ["--part", part]));
        command.args(bench.quick.then_some("--quick"));
        bench.add(client::pinned(command, client_core))?;
    }
    Ok(())
}

pub(super) fn limits() -> Vec<(&'static str, OsString)> {
    LIMITS.into_iter().map(|name| (name, NO_LIMIT.into())).collect()
}

/// The hall of fifty thousand seats, created in a life of the server that nothing is measured in.
fn event(bench: &Bench, stack: &Stack) -> Result<String> {
    let mut event = None;
    let mut command: Command = client::bench(&bench.client, bench.workspace, "event", &Target::of(stack));
    run_lines(&mut command, bench.stop, |line| event = line.strip_prefix("event ").map(str::to_owned))?;
    event.context("no event was created")
}
