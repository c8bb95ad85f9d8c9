//! `cargo xtask test`: every check and every test in one run, against real servers, with one honest summary.
//!
//! Must never skip silently: what did not run is named, and a failing part does not hide the ones after it.

mod browser;
mod chaos;
pub(crate) mod libtest;
mod load;
mod reports;
mod rust;
mod schemathesis;
mod summary;
mod web;

use std::process::ExitCode;

use anyhow::Result;

use self::summary::Summary;
use crate::{
    stop::{Interrupted, Stop},
    workspace::{Workspace, headline, say},
};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only one part.
    #[arg(long)]
    only: Option<Part>,
    /// Run only the Rust (or, with --only web, the web) tests whose name contains this, and no static checks.
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Rust,
    Web,
    Browser,
    Load,
    Document,
    Chaos,
}

pub(crate) fn run(workspace: &Workspace, args: &Args, stop: &Stop) -> Result<ExitCode> {
    let mut summary = Summary::default();
    let filter = args.filter.as_deref();
    for part in args.parts() {
        match part {
            Part::Rust => rust::run(workspace, filter, stop, &mut summary)?,
            Part::Web => web::run(workspace, filter, stop, &mut summary)?,
            Part::Browser => browser::run(workspace, stop, &mut summary)?,
            Part::Load => load::run(workspace, stop, &mut summary)?,
            Part::Document => schemathesis::run(workspace, stop, &mut summary)?,
            Part::Chaos => chaos::run(workspace, stop, &mut summary)?,
        }
    }
    let strict = std::env::var("CI").is_ok_and(|value| value == "true");
    headline("summary");
    summary.lines(strict).iter().for_each(say);
    Ok(if summary.is_success(strict) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    fn parts(&self) -> Vec<Part> {
        match (self.only, &self.filter) {
            (Some(part), _) => vec![part],
            (None, Some(_)) => vec![Part::Rust],
            (None, None) => vec![Part::Rust, Part::Web, Part::Browser, Part::Load, Part::Document, Part::Chaos],
        }
    }
}

/// Runs one step under a headline. A failure is noted and the run goes on; only being asked to stop ends it.
fn step(name: &str, summary: &mut Summary, body: impl FnOnce(&mut Summary) -> Result<()>) -> Result<()> {
    headline(name);
    match body(summary) {
        Err(error) if error.is::<Interrupted>() => Err(error),
        Err(error) => {
            say(format!("{name} failed: {error:#}"));
            summary.step_failed(name);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
