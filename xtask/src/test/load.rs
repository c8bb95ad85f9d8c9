//! The load part: a small hall sold out on one embedded server, with every book compared afterwards, and a small herd of k6
//! sockets that click the same seats. Of the size that everybody can wait for; `cargo xtask load` has the large ones.

use anyhow::Result;

use super::{
    step,
    summary::{Summary, Tally},
};
use crate::{
    builds,
    data_dir::DataDir,
    load::{
        client::{self, Target},
        k6, scripts,
    },
    run::run as run_command,
    stack::{self, Plan},
    stop::Stop,
    workspace::Workspace,
};

const BUYERS: u32 = 40;
const SEATS: u32 = 20;
/// As short as the server allows, and nobody dawdles for long.
const SHORT: [&str; 8] = ["--hold-ttl-s", "3", "--payment-window-s", "10", "--dawdle-s", "1", "--time-limit", "60"];

const HERD_SOCKETS: u32 = 30;
const HERD_ROUNDS: u32 = 3;

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    sellout(workspace, stop, summary)?;
    herd(workspace, stop, summary)
}

fn sellout(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("sellout, embedded", summary, |summary| {
        let program = builds::load_client(workspace, false, stop)?;
        let plan = Plan { demo: false, ..Plan::embedded()? };
        let stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "test-load")?, stop)?;
        let mut command = client::sellout(&program, workspace, &Target::of(&stack), BUYERS, SEATS);
        let result = run_command(command.args(SHORT), stop);
        summary.load += one(&result);
        result
    })
}

fn herd(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("herd, embedded", summary, |summary| {
        let plan = Plan { demo: false, ..Plan::embedded()? };
        let mut stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "test-load")?, stop)?;
        let script = scripts::herd(HERD_SOCKETS, HERD_ROUNDS);
        let result = k6::on_stack(workspace, &script, &mut stack, plan.release, stop);
        summary.load += one(&result);
        result
    })
}

/// A run is one test.
fn one(result: &Result<()>) -> Tally {
    let passed = u32::from(result.is_ok());
    Tally { passed, failed: 1 - passed, skipped: 0 }
}
