//! `cargo xtask up`: a whole Frontrow on this machine until Ctrl-C. Must never be the way to run it in production.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Result;

use crate::{
    data_dir::DataDir,
    demo, stack,
    stop::Stop,
    workspace::{Workspace, say},
};

/// Options of `cargo xtask up`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the first server listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    /// Where everything is kept.
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Run on Redis, `MongoDB` and Kafka, with a relay, instead of one server with everything in one file.
    #[arg(long)]
    cluster: bool,
    /// How many servers; their ports count up from --addr. More than one needs --cluster.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    servers: u16,
    /// Leave the demo accounts and the demo event out.
    #[arg(long)]
    no_demo: bool,
    /// Build with optimisations.
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let data = DataDir::open(&args.data)?;
    let plan = stack::Plan {
        cluster: args.cluster,
        addr: args.addr,
        servers: args.servers,
        demo: !args.no_demo,
        release: args.release,
        tuning: stack::Tuning::default(),
    };
    let mut stack = stack::start(workspace, &plan, data, stop)?;
    if !args.no_demo {
        say(format!("\nFrontrow is at {}", stack.urls.join(" and ")));
        for account in demo::accounts() {
            say(format!("  {account}"));
        }
    }
    say("\nCtrl-C stops everything");
    stack.supervisor.serve()?;
    say("stopping");
    Ok(())
}
