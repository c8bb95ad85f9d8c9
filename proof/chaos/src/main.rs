//! `frontrow-chaos`: runs two servers, relay, engines and payment provider, lets people buy while everything breaks, heals
//! it, and compares what everybody was told with the books. It uses no engine and no route of ours but over the wire.
//!
//! It must never touch a process, a database or a file that it did not make itself.

mod books;
mod checks;
mod history;
mod nemesis;
mod people;
mod proxy;
mod run;
mod stage;
mod summary;
mod watchers;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// One run against programs that are built already.
#[derive(Parser)]
#[command(name = "frontrow-chaos", version)]
pub(crate) struct Options {
    /// Folder of frontrow-server, frontrow-relay and frontrow-mockpay.
    #[arg(long)]
    pub(crate) bin: PathBuf,
    /// The xtask program, which starts the engines.
    #[arg(long)]
    pub(crate) xtask: PathBuf,
    /// Folder for the engines' data, the logs and the history; it must be empty or not there.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// How long people buy while things break.
    #[arg(long)]
    pub(crate) seconds: u64,
    /// Decides what breaks when, and what people do.
    #[arg(long)]
    pub(crate) seed: u64,
    /// How many servers.
    #[arg(long, default_value_t = 2)]
    pub(crate) servers: usize,
    /// Which faults: `all`, `none`, or names with commas between them.
    #[arg(long, default_value = "all")]
    pub(crate) faults: String,
    /// Which places inside the programs: `all` or `none`.
    #[arg(long, default_value = "all")]
    pub(crate) failpoints: String,
    /// A way in which the servers are broken on purpose; they are told as `FRONTROW_MUTANT`.
    #[arg(long)]
    pub(crate) mutant: Option<String>,
    /// Where the summary is written.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// A file of sums over many runs, which this run adds itself to.
    #[arg(long)]
    pub(crate) cumulative: Option<PathBuf>,
    /// Where the history is written (default: in the data folder).
    #[arg(long)]
    pub(crate) history: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whichever way this ends, the run is dropped before the program is over, and with it everything that it started.
    let outcome = tokio::select! {
        outcome = run::run(&options) => outcome,
        told = told_to_stop() => told.and_then(|signal| Err(anyhow::anyhow!("stopped by {signal}"))),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

async fn told_to_stop() -> anyhow::Result<&'static str> {
    let (mut hangup, mut terminate) = (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
    let interrupted = tokio::signal::ctrl_c();
    tokio::select! {
        told = interrupted => told.map(|()| "Ctrl-C").map_err(Into::into),
        _ = hangup.recv() => Ok("SIGHUP"),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}
