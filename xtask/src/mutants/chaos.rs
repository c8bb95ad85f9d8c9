//! A checker of the chaos harness: a short run under some nemeses, and what it reports. Its command line and its report are
//! the harness's own; must never look into it otherwise.

use std::{env, fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::checker::{Bench, Verdict, log_name};

/// What a chaos run takes besides its seconds: engines that start, books that are read.
const OVERHEAD: Duration = Duration::from_mins(5);
/// A fault that needs a coincidence gets so many runs to show itself.
const SEEDS: [&str; 3] = ["1", "2", "3"];

/// A short run of the chaos harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chaos {
    /// One of these complains.
    pub(super) checkers: &'static [&'static str],
    pub(super) faults: &'static str,
    pub(super) failpoints: &'static str,
    pub(super) seconds: u32,
}

/// What a run reports.
#[derive(Deserialize)]
struct Report {
    checkers: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    name: String,
    compared: u64,
    findings: Vec<String>,
}

impl Chaos {
    /// With every seed, until somebody complains: without a mutant too, or a seed that always complains would catch one.
    pub(super) fn run(&self, bench: &Bench<'_>, mutant: Option<&str>) -> Result<Verdict> {
        let mut verdict = Verdict::Passed;
        for seed in SEEDS {
            verdict = worse(verdict, self.run_once(bench, mutant, seed)?);
            if matches!(verdict, Verdict::Complained(_)) {
                break;
            }
        }
        Ok(verdict)
    }

    fn run_once(&self, bench: &Bench<'_>, mutant: Option<&str>, seed: &str) -> Result<Verdict> {
        let name = log_name(mutant, &format!("chaos-{}-{}-{}-{seed}", self.faults, self.failpoints, self.seconds));
        let report = bench.folder.join(format!("{name}.json"));
        // One run without a mutant says what all checkers think of it.
        let ended = if report.exists() { Ok(()) } else { self.start(bench, mutant, seed, &name, &report)? };
        let Ok(found) = fs::read(&report) else {
            return Ok(Verdict::Otherwise(ended.err().unwrap_or_else(|| "it wrote no report".into())));
        };
        let verdict = self.judge(&serde_json::from_slice(&found).context("the report of a chaos run")?);
        Ok(match ended {
            Err(why) if verdict == Verdict::Passed => {
                fs::remove_file(&report)?;
                Verdict::Otherwise(format!("it {why}, and nobody complained"))
            }
            _ => verdict,
        })
    }

    /// Runs to the end, and says how that was.
    fn start(
        &self,
        bench: &Bench<'_>,
        mutant: Option<&str>,
        seed: &str,
        name: &str,
        report: &Path,
    ) -> Result<Result<(), String>> {
        let data = bench.folder.join("chaos");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let mut command = Command::new(bench.chaos.as_ref().context("there is no chaos harness")?);
        command.arg("--bin").arg(&bench.built.programs).arg("--xtask").arg(env::current_exe()?);
        command.arg("--data").arg(&data).arg("--json").arg(report);
        command.args(["--seconds", &self.seconds.to_string(), "--seed", seed]);
        command.args(["--faults", self.faults, "--failpoints", self.failpoints]);
        command.args(mutant.map(|mutant| ["--mutant", mutant]).into_iter().flatten());
        let limit = Duration::from_secs(self.seconds.into()) + OVERHEAD;
        Ok(bench.watch(&mut command, limit, name)?.0)
    }

    /// One of the intended checkers is enough; what others say does not count for them.
    fn judge(&self, report: &Report) -> Verdict {
        let first = |checkers: &[&Said]| {
            checkers.iter().find_map(|one| Some(format!("{}: {}", one.name, one.findings.first()?)))
        };
        let (meant, others): (Vec<_>, Vec<_>) =
            report.checkers.iter().partition(|one| self.checkers.contains(&one.name.as_str()));
        if let Some(found) = first(&meant) {
            return Verdict::Complained(found);
        }
        let is_idle = |name: &&&str| meant.iter().all(|one| one.name != **name || one.compared == 0);
        if let Some(idle) = self.checkers.iter().find(is_idle) {
            return Verdict::Otherwise(format!("{idle} has compared nothing"));
        }
        first(&others).map_or(Verdict::Passed, Verdict::Elsewhere)
    }
}

/// A run that did not come to its end outweighs one in which somebody else complained, whichever was later.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    let weight = |verdict: &Verdict| match verdict {
        Verdict::Passed => 0,
        Verdict::Elsewhere(_) => 1,
        Verdict::Otherwise(_) => 2,
        Verdict::Complained(_) => 3,
    };
    if weight(&other) > weight(&one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAOS: Chaos = Chaos { checkers: &["money", "one_owner"], faults: "none", failpoints: "none", seconds: 1 };

    fn report(checkers: &[(&str, u64, &[&str])]) -> Report {
        let of = |&(name, compared, findings): &(&str, u64, &[&str])| Said {
            name: name.into(),
            compared,
            findings: findings.iter().map(|&finding| finding.into()).collect(),
        };
        Report { checkers: checkers.iter().map(of).collect() }
    }

    #[test]
    fn one_of_the_intended_checkers_is_enough() {
        let found = report(&[("money", 4, &[]), ("one_owner", 2, &["A-1 twice"]), ("limits", 1, &["5"])]);
        assert_eq!(CHAOS.judge(&found), Verdict::Complained("one_owner: A-1 twice".into()));
    }

    #[test]
    fn somebody_elses_complaint_is_not_theirs() {
        let found = report(&[("money", 4, &[]), ("one_owner", 2, &[]), ("limits", 1, &["5"])]);
        assert_eq!(CHAOS.judge(&found), Verdict::Elsewhere("limits: 5".into()));
    }

    #[test]
    fn a_checker_that_compared_nothing_has_not_passed() {
        let idle = report(&[("money", 0, &[]), ("one_owner", 2, &[])]);
        assert_eq!(CHAOS.judge(&idle), Verdict::Otherwise("money has compared nothing".into()));
        let missing = report(&[("money", 3, &[])]);
        assert_eq!(CHAOS.judge(&missing), Verdict::Otherwise("one_owner has compared nothing".into()));
        let busy = report(&[("money", 3, &[]), ("one_owner", 2, &[])]);
        assert_eq!(CHAOS.judge(&busy), Verdict::Passed);
    }

    #[test]
    fn a_run_that_did_not_end_is_not_made_good_by_a_later_one() {
        let (otherwise, elsewhere) = (Verdict::Otherwise("signal: 6".into()), Verdict::Elsewhere("limits: 5".into()));
        assert_eq!(worse(otherwise.clone(), Verdict::Passed), otherwise);
        assert_eq!(worse(otherwise.clone(), elsewhere.clone()), otherwise);
        assert_eq!(worse(elsewhere, otherwise.clone()), otherwise);
        let complained = Verdict::Complained("money: 1".into());
        assert_eq!(worse(otherwise, complained.clone()), complained);
    }
}
