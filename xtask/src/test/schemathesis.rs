//! The document part: requests made up from the API's document, against one embedded server. Of the size that everybody can
//! wait for; `cargo xtask schemathesis` makes up more.

use anyhow::{Result, bail};

use super::{
    step,
    summary::{Summary, Tally},
};
use crate::{
    schemathesis::{self, Args},
    stop::Stop,
    workspace::Workspace,
};

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("schemathesis, embedded", summary, |summary| {
        let outcome = schemathesis::all(workspace, &Args::small(), stop)?;
        summary.document += Tally { passed: outcome.passed, failed: outcome.failed, skipped: 0 };
        if outcome.failed > 0 {
            bail!("{} operations did not do what the document says", outcome.failed);
        }
        Ok(())
    })
}
