//! The browser part: real Chromium against a real cluster of two servers, and against one embedded server. Must never run
//! against anything but those.

use anyhow::Result;

use super::{
    reports, step,
    summary::{Summary, Tally},
};
use crate::{
    builds,
    data_dir::DataDir,
    demo, install,
    run::run_lines,
    stack::{self, Plan},
    stop::Stop,
    workspace::{Workspace, say},
};

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    on(workspace, "embedded", &Plan::embedded()?, stop, summary)?;
    on(workspace, "cluster", &Plan::cluster(2)?, stop, summary)
}

fn on(workspace: &Workspace, engine: &str, plan: &Plan, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step(&format!("npm run e2e, {engine}"), summary, |summary| {
        let chromium = install::chromium()?;
        let data = DataDir::scratch(workspace, "test-stack")?;
        let stack = stack::start(workspace, plan, data, stop)?;
        let mut command = builds::npm(workspace)?;
        command.args(["run", "e2e"]).env("CHROMIUM", chromium).env("NO_COLOR", "1");
        command.env("FRONTROW_URL", stack.urls.join(",")).env("FRONTROW_BUYERS", demo::buyers());
        command.env("FRONTROW_SHOTS", workspace.target().join("screenshots").join(engine));
        let mut tally = Tally::default();
        let result = run_lines(&mut command, stop, |line| {
            say(line);
            if let Some(one) = reports::check(line) {
                tally += one;
            }
        });
        // A script that reports no single tests is one test.
        if tally == Tally::default() {
            tally.passed = u32::from(result.is_ok());
        }
        summary.browser += tally;
        result
    })
}
