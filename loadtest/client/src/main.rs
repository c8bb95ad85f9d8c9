//! `frontrow-load`: a Rust client that sells out a hall to many buyers at once and compares the books afterwards, and that
//! measures the checkout. It speaks HTTP only and uses no crate of ours: what it believes, it has read like any client.
//!
//! It must never be pointed at a server whose owner does not expect it: it creates accounts, events and orders.

mod api;
mod audit;
mod bench;
mod books;
mod buyer;
mod check;
mod fanout;
mod hall;
mod measure;
mod organizer;
mod paying;
mod plans;
mod provider;
mod report;
mod sellout;
mod told;
mod verdict;
mod wire;
mod yardsticks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Load on a running Frontrow.
#[derive(Parser)]
#[command(name = "frontrow-load", version)]
enum Command {
    /// Many buyers shop at once until every seat is sold; then every book is compared with every other.
    Sellout(sellout::Args),
    /// Compares the books of an event that was loaded by somebody else.
    Check(audit::Args),
    /// How fast things go, one at a time.
    #[command(subcommand)]
    Bench(bench::Subject),
    /// A server that only fans out, to measure Frontrow against.
    Yardstick(yardsticks::Args),
}

/// Where the servers are, and who may create an event there.
#[derive(clap::Args)]
pub(crate) struct Target {
    /// The base URL of a server; give it once for every server.
    #[arg(long = "url", required = true)]
    urls: Vec<String>,
    /// An administrator.
    #[arg(long, env = "FRONTROW_ADMIN_EMAIL")]
    admin_email: String,
    /// The administrator's password.
    #[arg(long, env = "FRONTROW_ADMIN_PASSWORD", hide_env_values = true)]
    admin_password: String,
    /// The seating plan of the event that is created.
    #[arg(long, default_value = "shared/plans/riethsporthalle.json")]
    plan: PathBuf,
    /// Writes what was measured to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Sellout(args) => sellout::run(args).await,
        Command::Check(args) => audit::run(args).await,
        Command::Bench(subject) => bench::run(subject).await.map(|()| true),
        Command::Yardstick(args) => yardsticks::run(args).await.map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::say(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
