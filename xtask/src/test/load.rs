//! The load part: a small hall sold out on one embedded server, with every book compared afterwards. One test, of the size
//! that everybody can wait for; `cargo xtask load sellout` is the large one.

use anyhow::Result;

use super::{
    step,
    summary::{Summary, Tally},
};
use crate::{
    builds,
    data_dir::DataDir,
    load::client::{self, Target},
    run::run as run_command,
    stack::{self, Plan},
    stop::Stop,
    workspace::Workspace,
};

const BUYERS: u32 = 40;
const SEATS: u32 = 20;
/// As short as the server allows, and nobody dawdles for long.
const SHORT: [&str; 8] = ["--hold-ttl-s", "3", "--payment-window-s", "10", "--dawdle-s", "1", "--time-limit", "60"];

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("sellout, embedded", summary, |summary| {
        let program = builds::load_client(workspace, false, stop)?;
        let plan = Plan { demo: false, ..Plan::embedded()? };
        let stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "test-load")?, stop)?;
        let mut command = client::sellout(&program, workspace, &Target::of(&stack), BUYERS, SEATS);
        let result = run_command(command.args(SHORT), stop);
        let passed = u32::from(result.is_ok());
        summary.load += Tally { passed, failed: 1 - passed, skipped: 0 };
        result
    })
}
