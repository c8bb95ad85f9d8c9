//! `cargo xtask load SCENARIO`: k6 scenarios from `loadtest/`, and the load client from `loadtest/client/`. Must never be
//! pointed at a server nobody asked to load.

pub(crate) mod client;
mod faults;
pub(crate) mod k6;
pub(crate) mod scripts;
mod sellout;

use anyhow::Result;

use crate::{stop::Stop, workspace::Workspace};

/// Scenarios of `cargo xtask load`.
#[derive(clap::Subcommand)]
pub(crate) enum Scenario {
    #[command(flatten)]
    K6(scripts::Scenario),
    /// Many buyers shop at once until the hall is sold out; then all books are compared.
    Sellout(sellout::Args),
}

pub(crate) fn run(workspace: &Workspace, scenario: &Scenario, stop: &Stop) -> Result<()> {
    match scenario {
        Scenario::K6(scenario) => k6::run(workspace, scenario, stop),
        Scenario::Sellout(args) => sellout::run(workspace, args, stop),
    }
}
