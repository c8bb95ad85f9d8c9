//! The Rust part: format, lints, tests against real engines, docs. Must never start an engine that the developer brought.

use std::env;

use anyhow::Result;

use super::{step, summary::Summary};
use crate::{
    builds::cargo,
    engines::TestEngines,
    install,
    run::{run as run_command, run_lines},
    stop::Stop,
    workspace::{Workspace, say},
};

/// How many tests run at a time.
const THREADS: &str = "RUST_TEST_THREADS";
/// Where the WebSocket conformance cases are.
const CASES: &str = "FRONTROW_TEST_KOSOKU";

pub(super) fn run(workspace: &Workspace, filter: Option<&str>, stop: &Stop, summary: &mut Summary) -> Result<()> {
    if filter.is_none() {
        checks(workspace, stop, summary)?;
    }
    step("cargo test", summary, |summary| tests(workspace, filter, stop, summary))?;
    if filter.is_none() {
        step("cargo doc", summary, |_| {
            let mut doc = cargo(workspace);
            doc.args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings");
            run_command(&mut doc, stop)
        })?;
    }
    Ok(())
}

fn checks(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("cargo fmt", summary, |_| run_command(cargo(workspace).args(["fmt", "--all", "--check"]), stop))?;
    step("cargo clippy", summary, |_| {
        let lint = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        run_command(cargo(workspace).args(lint), stop)
    })
}

fn tests(workspace: &Workspace, filter: Option<&str>, stop: &Stop, summary: &mut Summary) -> Result<()> {
    let mut command = cargo(workspace);
    command.args(["test", "--workspace", "--no-fail-fast"]).args(filter);
    command.env("FRONTROW_WORKSPACE", workspace.root());
    if env::var_os(THREADS).is_none() {
        // Most tests wait for something most of the time.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        command.env(THREADS, (2 * cores).to_string());
    }
    if env::var_os(CASES).is_none() {
        command.env(CASES, install::kosoku(workspace)?);
    }
    let engines = TestEngines::start(workspace, "test-engines", stop)?;
    engines.tell(&mut command);
    run_lines(&mut command, stop, |line| {
        say(line);
        summary.cargo_line(line);
    })
}
