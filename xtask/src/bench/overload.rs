//! The overload part: one server on a core of its own, and everybody who wants something of it on another. Must never leave the
//! limits on that keep single people in check: a few accounts are a crowd here.

use anyhow::Result;

use super::{Bench, cores, fanout};
use crate::{
    data_dir::DataDir,
    load::client::{self, Target},
    stack::{self, Plan},
};

/// To try it out.
const QUICK: [&str; 6] = ["--seconds", "8", "--buyers", "50", "--peak-seconds", "2"];

pub(super) fn measure(bench: &mut Bench) -> Result<()> {
    let (server_core, client_core) = cores();
    let tuning =
        stack::Tuning { core: server_core, server: bench.server.clone(), without_web: true, env: fanout::limits() };
    let plan = Plan { servers: 1, tuning, ..bench.plan()? };
    let data = DataDir::scratch(bench.workspace, "bench-stack")?;
    let stack = stack::start(bench.workspace, &plan, data, bench.stop)?;
    let mut command = client::bench(&bench.client, bench.workspace, "overload", &Target::of(&stack));
    if bench.quick {
        command.args(QUICK);
    }
    bench.add(client::pinned(command, client_core))
}
