//! The web part: lint, types, whether the generated ones are of the API's document, unit tests, build. Must never need a
//! server.

use anyhow::Result;

use super::{reports, step, summary::Summary};
use crate::{
    builds,
    run::{run as run_command, run_lines},
    stop::Stop,
    workspace::{Workspace, say},
};

pub(super) fn run(workspace: &Workspace, filter: Option<&str>, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("npm ci", summary, |_| builds::web_packages(workspace, stop))?;
    if filter.is_none() {
        for script in ["lint", "typecheck"] {
            step(&format!("npm run {script}"), summary, |_| {
                run_command(builds::npm(workspace)?.args(["run", script]), stop)
            })?;
        }
        step("npm run generate", summary, |_| {
            // Compares with what is there and writes nothing; that docs/openapi.json is the server's is a Rust test.
            run_command(builds::npm(workspace)?.args(["run", "generate", "--", "--check"]), stop)
        })?;
    }
    step("npm test", summary, |summary| tests(workspace, filter, stop, summary))?;
    if filter.is_none() {
        for script in ["build", "size"] {
            step(&format!("npm run {script}"), summary, |_| {
                run_command(builds::npm(workspace)?.args(["run", script]), stop)
            })?;
        }
    }
    Ok(())
}

fn tests(workspace: &Workspace, filter: Option<&str>, stop: &Stop, summary: &mut Summary) -> Result<()> {
    let mut command = builds::npm(workspace)?;
    // Colours would hide the counts in escape codes; only the verbose report names what was skipped.
    command.args(["test", "--", "--reporter=verbose"]).env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    if let Some(filter) = filter {
        command.args(["--testNamePattern", filter]);
    }
    run_lines(&mut command, stop, |line| {
        say(line);
        if let Some(tally) = reports::vitest(line) {
            summary.web += tally;
        }
        // A filter skips everything else: that is not worth a name.
        if let (None, Some(name)) = (filter, reports::vitest_skipped(line)) {
            summary.name_skipped(name);
        }
    })
}
