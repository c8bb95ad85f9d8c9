//! The browser part: the canvas in real Chromium, then people's journeys against one embedded server and against a real
//! cluster of two. Must never run against anything but those.

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

/// All but the look at every page for its accessibility: pages do not know what engine is below.
const JOURNEYS: &[&str] = &["--", "twoBrowsers", "checkout", "keyboard", "interruptions", "organizer"];

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    builds::web_packages(workspace, stop)?;
    step("npm run pixels", summary, |summary| script(workspace, &["pixels"], &[], stop, summary))?;
    let check = ["bench", "--", "--check"];
    step("npm run bench -- --check", summary, |summary| script(workspace, &check, &[], stop, summary))?;
    on(workspace, "embedded", &Plan::embedded()?, &[], stop, summary)?;
    on(workspace, "cluster", &Plan::cluster(2)?, JOURNEYS, stop, summary)
}

fn on(
    workspace: &Workspace,
    engine: &str,
    plan: &Plan,
    journeys: &[&str],
    stop: &Stop,
    summary: &mut Summary,
) -> Result<()> {
    step(&format!("npm run e2e, {engine}"), summary, |summary| {
        let data = DataDir::scratch(workspace, "test-stack")?;
        let stack = stack::start(workspace, plan, data, stop)?;
        let shots = workspace.target().join("screenshots").join(engine);
        let variables = [
            ("FRONTROW_URL", stack.urls.join(",")),
            ("FRONTROW_BUYERS", demo::buyers()),
            ("FRONTROW_ORGANIZER", demo::organizer()),
            ("FRONTROW_ADMIN", demo::admin().credentials()),
            ("FRONTROW_SHOTS", shots.display().to_string()),
        ];
        script(workspace, &[&["e2e"], journeys].concat(), &variables, stop, summary)
    })
}

/// Runs a script of the web client that drives Chromium, and counts the lines in which it says how its checks went.
fn script(
    workspace: &Workspace,
    words: &[&str],
    variables: &[(&str, String)],
    stop: &Stop,
    summary: &mut Summary,
) -> Result<()> {
    let mut command = builds::npm(workspace)?;
    command.arg("run").args(words).env("CHROMIUM", install::chromium()?).env("NO_COLOR", "1");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
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
}
