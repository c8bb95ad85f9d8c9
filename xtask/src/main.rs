//! `cargo xtask`: runs, tests and loads Frontrow on a bare machine. A table of contents; the work is in the modules.
//!
//! It must never contain product logic: whatever the server needs in production belongs to the server.
#![expect(
    clippy::disallowed_methods,
    reason = "this program waits for other processes and looks at files: real time is its business"
)]

mod bench;
mod builds;
mod chaos;
mod data_dir;
mod demo;
mod engines;
mod fuzz;
mod identity;
mod install;
mod load;
mod mutants;
mod ports;
mod run;
mod schemathesis;
mod stack;
mod stop;
mod supervisor;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    stop::{Interrupted, Stop},
    workspace::{Workspace, say},
};

/// Everything a Frontrow developer runs, in one command.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build and serve everything with a demo event until Ctrl-C.
    Up(up::Args),
    /// Run every test against real servers: Rust, web and browser.
    Test(test::Args),
    /// Run a load scenario against --url, or against a stack of its own.
    #[command(subcommand)]
    Load(load::Scenario),
    /// Try the API with requests that are made up from its document, on a server of its own.
    Schemathesis(schemathesis::Args),
    /// Measure both engines, one after the other; the rows are in target/bench.json as well.
    Bench(bench::Args),
    /// Build faults in, one after the other, and see that the test meant for each of them fails.
    Mutants(mutants::Args),
    /// Let people buy while everything breaks, then compare all books.
    Chaos(chaos::Args),
    /// Throw bytes at everything that reads what comes from outside.
    Fuzz(fuzz::Args),
    /// Serve only Redis, `MongoDB` and Kafka until Ctrl-C, for `cargo test` by hand.
    Engines(engines::Args),
}

fn main() -> ExitCode {
    let command = Command::parse();
    match dispatch(&command) {
        Ok(code) => code,
        Err(error) if error.is::<Interrupted>() => {
            say("stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            say(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &Command) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    let stop = Stop::on_signals()?;
    match command {
        Command::Up(args) => up::run(&workspace, args, &stop).map(|()| ExitCode::SUCCESS),
        Command::Test(args) => test::run(&workspace, args, &stop),
        Command::Load(scenario) => load::run(&workspace, scenario, &stop).map(|()| ExitCode::SUCCESS),
        Command::Schemathesis(args) => schemathesis::run(&workspace, args, &stop).map(|()| ExitCode::SUCCESS),
        Command::Bench(args) => bench::run(&workspace, args, &stop),
        Command::Mutants(args) => mutants::run(&workspace, args, &stop),
        Command::Chaos(args) => chaos::run(&workspace, args, &stop).map(|()| ExitCode::SUCCESS),
        Command::Fuzz(args) => fuzz::run(&workspace, args, &stop).map(|()| ExitCode::SUCCESS),
        Command::Engines(args) => engines::serve(&workspace, args, &stop).map(|()| ExitCode::SUCCESS),
    }
}
