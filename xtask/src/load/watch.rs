//! The k6 scenario `watch`.

use std::process::Command;

use anyhow::Result;

use crate::{
    data_dir::DataDir,
    demo, install,
    run::run as run_command,
    stack::{self, Stack},
    stop::Stop,
    workspace::Workspace,
};

const SCRIPT: &str = "watch.js";

/// Options of `cargo xtask load watch`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A running server with the demo; without it the scenario starts its own.
    #[arg(long)]
    url: Option<String>,
    /// How many sockets watch.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    sockets: u32,
}

pub(super) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let k6 = install::k6(workspace)?;
    let own = args.url.is_none().then(|| own_stack(workspace, stop)).transpose()?;
    let url =
        args.url.as_ref().or_else(|| own.as_ref().and_then(|stack| stack.urls.first())).map_or("", String::as_str);
    let buyers = std::env::var("FRONTROW_BUYERS").unwrap_or_else(|_| demo::buyers());
    let mut command = Command::new(k6);
    command.args(["run", "--quiet", "--no-usage-report"]).arg(workspace.root().join("loadtest").join(SCRIPT));
    command.envs([("FRONTROW_URL", url), ("FRONTROW_BUYERS", &buyers), ("SOCKETS", &args.sockets.to_string())]);
    run_command(&mut command, stop)
}

fn own_stack(workspace: &Workspace, stop: &Stop) -> Result<Stack> {
    let plan = stack::Plan { release: true, ..stack::Plan::cluster(1)? };
    stack::start(workspace, &plan, DataDir::scratch(workspace, "load-stack")?, stop)
}
