//! The scenario `sellout`: the load client against a stack of its own, if wanted with processes that die all the time.

use std::process::Command;

use anyhow::{Context, Result};

use super::{
    client::{self, Target},
    faults::Faults,
};
use crate::{
    builds,
    data_dir::DataDir,
    run::{run as run_command, run_beside},
    stack,
    stop::Stop,
    workspace::{Workspace, say},
};

/// With faults a sale must last: buyers take their time, and half of the orders are given back.
const LASTING: [&str; 4] = ["--think-ms", "4000", "--give-back", "50"];

/// Options of `cargo xtask load sellout`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One embedded server instead of a cluster.
    #[arg(long)]
    embedded: bool,
    /// Servers of the cluster.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16), conflicts_with = "embedded")]
    servers: u16,
    #[arg(long, default_value_t = 1000)]
    buyers: u32,
    /// Seats that are for sale.
    #[arg(long, default_value_t = 200)]
    seats: u32,
    /// Decides who wants what, and what is killed when.
    #[arg(long)]
    seed: Option<u64>,
    /// How often some orders are given back and their seats sold again.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Kill a server, the relay or the payment provider every three to five seconds while the sale is open.
    #[arg(long)]
    faults: bool,
    /// Build without optimisations.
    #[arg(long)]
    debug: bool,
    /// Running servers, one --url for each; without any the scenario starts its own.
    #[arg(long, requires = "provider", conflicts_with_all = ["embedded", "servers", "faults"])]
    url: Vec<String>,
    /// The mock payment provider of those servers.
    #[arg(long, requires = "url")]
    provider: Option<String>,
}

pub(super) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<()> {
    let program = builds::load_client(workspace, !args.debug, stop)?;
    let seed = args.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    let with_seed = |mut command: Command| {
        command.args(["--seed", &seed.to_string(), "--rounds", &args.rounds.to_string()]);
        if args.faults {
            command.args(LASTING);
        }
        command
    };
    if let Some(payments) = &args.provider {
        let target = Target { urls: &args.url, payments };
        let command = client::sellout(&program, workspace, &target, args.buyers, args.seats);
        return run_command(&mut with_seed(command), stop);
    }
    let plan = if args.embedded { stack::Plan::embedded() } else { stack::Plan::cluster(args.servers) };
    let plan = stack::Plan { release: !args.debug, demo: false, ..plan? };
    let mut stack = stack::start(workspace, &plan, DataDir::scratch(workspace, "load-stack")?, stop)?;
    let command = client::sellout(&program, workspace, &Target::of(&stack), args.buyers, args.seats);
    let mut faults = args.faults.then(|| Faults::new(&stack.urls, plan.cluster, seed));
    let result = run_beside(&mut with_seed(command), stop, |line| {
        if let Some(line) = line {
            say(line);
        }
        if let Some(faults) = &mut faults {
            faults.hear(line);
            faults.strike(&mut stack.supervisor)?;
        }
        stack.supervisor.tend()
    });
    if let Some(faults) = &faults {
        say(faults);
    }
    result.with_context(|| format!("the sellout with seed {seed}"))
}
