//! The checkout part: orders from hold to ticket, and a hall that is sold out. Not pinned to cores: here everybody is meant to
//! get in everybody's way. Must never hold anything back that was measured before something failed.

use anyhow::Result;

use super::Bench;
use crate::{
    data_dir::DataDir,
    load::client::{self, Target},
    stack::{self, Plan},
};

const BUYERS: u32 = 1000;
const SEATS: u32 = 200;

/// Nobody dawdles: what is left of the time is the server's, besides the cards that are slow on purpose. Always the same
/// buyers.
const IN_EARNEST: [&str; 6] = ["--dawdle-s", "0", "--think-ms", "100", "--seed", "1"];

pub(super) fn measure(bench: &mut Bench) -> Result<()> {
    let (workspace, stop) = (bench.workspace, bench.stop);
    let tuning = stack::Tuning { server: bench.server.clone(), without_web: true, ..stack::Tuning::default() };
    let plan = Plan { tuning, ..bench.plan()? };
    let stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "bench-stack")?, stop)?;
    let target = Target::of(&stack);
    bench.add(client::bench(&bench.client, workspace, "checkout", &target))?;
    let mut sellout = client::sellout(&bench.client, workspace, &target, BUYERS, SEATS);
    sellout.args(IN_EARNEST);
    bench.add(sellout)
}
