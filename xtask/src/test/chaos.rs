//! The chaos part: ninety seconds in which everything breaks, with the same seed every time, so that two runs of one commit try the
//! same things; `cargo xtask chaos` has the long runs and other seeds. Every checker is one test.

use std::{env, fs};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{
    step,
    summary::{Summary, Tally},
};
use crate::{chaos::Run, stop::Stop, workspace::Workspace};

const SECONDS: u64 = 90;
/// `FRONTROW_CHAOS_SEED` names another one.
const SEED: u64 = 7;

/// What the harness writes for programs.
#[derive(Deserialize)]
struct Verdict {
    checkers: Vec<Checker>,
}

#[derive(Deserialize)]
struct Checker {
    findings: Vec<String>,
}

pub(super) fn run(workspace: &Workspace, stop: &Stop, summary: &mut Summary) -> Result<()> {
    step("chaos", summary, |summary| {
        let seed = env::var("FRONTROW_CHAOS_SEED").map_or(Ok(SEED), |seed| seed.parse())?;
        let run = Run::new(Some(seed), SECONDS);
        let json = run.json(workspace);
        let result = run.start(workspace, stop);
        summary.chaos += match fs::read(&json) {
            Ok(text) => tally(&text).with_context(|| json.display().to_string())?,
            // It came to no verdict.
            Err(_) => Tally { failed: 1, ..Tally::default() },
        };
        result
    })
}

fn tally(json: &[u8]) -> Result<Tally> {
    let verdict: Verdict = serde_json::from_slice(json)?;
    let mut tally = Tally::default();
    for checker in verdict.checkers {
        if checker.findings.is_empty() {
            tally.passed += 1;
        } else {
            tally.failed += 1;
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_checker_is_a_test() {
        let json = br#"{"seed": 1, "checkers": [{"name": "money", "compared": 3, "findings": []},
            {"name": "limits", "compared": 1, "findings": ["one", "two"]}]}"#;
        assert_eq!(tally(json).unwrap(), Tally { passed: 1, failed: 1, skipped: 0 });
        assert!(tally(b"{}").is_err());
    }
}
