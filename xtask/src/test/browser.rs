//! The browser part: real Chromium against a real stack of two servers. Must never run against anything but that stack.

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
    step("npm run e2e", summary, |summary| {
        let chromium = install::chromium()?;
        let data = DataDir::scratch(workspace, "test-stack")?;
        let stack = stack::start(workspace, &Plan::on_free_ports(2)?, data, stop)?;
        let mut command = builds::npm(workspace)?;
        command.args(["run", "e2e"]).env("CHROMIUM", chromium).env("NO_COLOR", "1");
        command.env("FRONTROW_URL", stack.urls.join(",")).env("FRONTROW_BUYERS", demo::buyers());
        command.env("FRONTROW_SHOTS", workspace.target().join("screenshots"));
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
