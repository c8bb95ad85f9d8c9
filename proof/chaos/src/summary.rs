//! What a run did and found, for people, for programs, and added to what all runs before it did.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::checks::Checked;
use crate::history::{Outcome, Past, Verb};

/// The fault that kills the ledger.
const LEDGER_KILL: &str = "kill_mongo";
const MICROS: f64 = 1_000_000.0;

/// How often, by what became of it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Tally {
    pub(crate) ok: u64,
    pub(crate) fail: u64,
    pub(crate) unknown: u64,
}

/// How long it took until everything was right again, in milliseconds.
#[expect(clippy::struct_field_names, reason = "units are last in every name")]
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Recovery {
    /// From the last fault until every link and process was whole again. What follows begins after that.
    pub(crate) heal_ms: u64,
    /// Of watchers.
    pub(crate) watchers_p50_ms: u64,
    pub(crate) watchers_max_ms: u64,
    /// Until nothing was due any more.
    pub(crate) rest_ms: u64,
}

/// A run.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    pub(crate) seed: u64,
    pub(crate) seconds: u64,
    pub(crate) operations: BTreeMap<Verb, Tally>,
    /// Seats that were asked for.
    pub(crate) attempts: u64,
    /// Orders that somebody was told are theirs.
    pub(crate) bookings: u64,
    /// What was done, by name.
    pub(crate) faults: BTreeMap<String, u64>,
    /// Those that could not be done, or met nobody.
    pub(crate) faults_not_done: u64,
    pub(crate) recovery: Recovery,
    pub(crate) checkers: Vec<Verdict>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) name: &'static str,
    pub(crate) compared: u64,
    pub(crate) findings: Vec<String>,
}

/// Sums over runs.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cumulative {
    pub(crate) runs: u64,
    /// Runs that broke off. They are in no other sum.
    #[serde(default)]
    pub(crate) without_verdict: u64,
    pub(crate) seconds: u64,
    pub(crate) attempts: u64,
    pub(crate) bookings: u64,
    pub(crate) ledger_kills: u64,
    pub(crate) faults: BTreeMap<String, u64>,
    pub(crate) findings: u64,
}

impl Summary {
    pub(crate) fn new(seed: u64, seconds: u64, past: &Past, recovery: Recovery, checks: Vec<Checked>) -> Self {
        let mut operations: BTreeMap<Verb, Tally> = BTreeMap::new();
        for (&(verb, outcome), &count) in &past.counts {
            let tally = operations.entry(verb).or_default();
            match outcome {
                Outcome::Ok => tally.ok += count,
                Outcome::Fail => tally.fail += count,
                Outcome::Unknown => tally.unknown += count,
            }
        }
        let (mut faults, mut faults_not_done) = (BTreeMap::new(), 0);
        for fault in &past.faults {
            if fault.is_done() {
                *faults.entry(fault.nemesis.clone()).or_default() += 1;
            } else {
                faults_not_done += 1;
            }
        }
        let verdict = |Checked { name, compared, findings }| Verdict { name, compared, findings };
        let checkers = checks.into_iter().map(verdict).collect();
        let (attempts, bookings) = (past.attempts, past.bookings());
        Self { seed, seconds, operations, attempts, bookings, faults, faults_not_done, recovery, checkers }
    }

    pub(crate) fn findings(&self) -> usize {
        self.checkers.iter().map(|checker| checker.findings.len()).sum()
    }

    /// For people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("seed {}, {} s", self.seed, self.seconds)];
        lines.push(format!("{:<16} {:>9} {:>9} {:>9}", "operation", "ok", "refused", "unknown"));
        for (verb, Tally { ok, fail, unknown }) in &self.operations {
            let name = serde_json::to_value(verb).unwrap_or_default();
            lines.push(format!("{:<16} {ok:>9} {fail:>9} {unknown:>9}", name.as_str().unwrap_or_default()));
        }
        lines.push(format!("{} seats were asked for, {} bookings acknowledged", self.attempts, self.bookings));
        let faults: Vec<_> = self.faults.iter().map(|(name, count)| format!("{name} {count}")).collect();
        lines.push(format!("{} faults: {}", self.faults.values().sum::<u64>(), faults.join(", ")));
        if self.faults_not_done > 0 {
            lines.push(format!("{} more could not be done or met nobody", self.faults_not_done));
        }
        lines.extend(self.recovery.lines());
        for Verdict { name, compared, findings } in &self.checkers {
            let verdict = if findings.is_empty() { "ok  " } else { "FAIL" };
            lines.push(format!("{verdict}  {name:<16} {compared:>9} compared, {} findings", findings.len()));
            lines.extend(findings.iter().map(|finding| format!("      {finding}")));
        }
        lines
    }
}

impl Recovery {
    /// `took_us` of every watcher that is right again.
    pub(crate) fn of(heal_us: u64, mut took_us: Vec<u64>, rest_us: u64) -> Self {
        took_us.sort_unstable();
        let at = |index: usize| took_us.get(index).copied().unwrap_or_default() / 1000;
        let (p50, max) = (at(took_us.len() / 2), at(took_us.len().saturating_sub(1)));
        Self { heal_ms: heal_us / 1000, watchers_p50_ms: p50, watchers_max_ms: max, rest_ms: rest_us / 1000 }
    }

    /// Twice the same, since healing is part of coming back as people see it, and none of what the rules give time for.
    fn lines(self) -> [String; 2] {
        let Self { heal_ms, watchers_p50_ms, watchers_max_ms, rest_ms } = self;
        let after = |before_ms: u64| {
            let [p50, max, rest] = [watchers_p50_ms, watchers_max_ms, rest_ms].map(|ms| ms + before_ms);
            format!("watchers right after {p50} ms (median), {max} ms (last); at rest after {rest} ms")
        };
        [format!("since all was healed: {}", after(0)), format!("since the last fault: {}", after(heal_ms))]
    }
}

impl Cumulative {
    pub(crate) fn add(&mut self, run: &Summary) {
        self.runs += 1;
        self.seconds += run.seconds;
        self.attempts += run.attempts;
        self.bookings += run.bookings;
        self.findings += run.findings() as u64;
        self.ledger_kills += run.faults.get(LEDGER_KILL).copied().unwrap_or_default();
        for (name, count) in &run.faults {
            *self.faults.entry(name.clone()).or_default() += count;
        }
    }

    /// Adds a run to the file.
    pub(crate) fn add_to(path: &Path, run: &Summary) -> Result<Self> {
        Self::change(path, |sums| sums.add(run))
    }

    /// Counts a run that came to no verdict.
    pub(crate) fn miss_in(path: &Path) -> Result<Self> {
        Self::change(path, |sums| sums.without_verdict += 1)
    }

    /// A file that cannot be read is an error: starting again would lose what was counted.
    fn change(path: &Path, change: impl FnOnce(&mut Self)) -> Result<Self> {
        let mut sums = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        change(&mut sums);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Written beside and renamed: a run that is killed here must not leave half a file.
        let beside = path.with_extension("new");
        fs::write(&beside, serde_json::to_vec_pretty(&sums)?)?;
        fs::rename(&beside, path).with_context(|| path.display().to_string())?;
        Ok(sums)
    }

    pub(crate) fn line(&self) -> String {
        let faults: u64 = self.faults.values().sum();
        let minutes = self.seconds / 60;
        format!(
            "in all {} runs ({minutes} min): {} seats asked for, {} bookings, {faults} faults, {} of them kills of the ledger, {} findings; {} more runs without a verdict",
            self.runs, self.attempts, self.bookings, self.ledger_kills, self.findings, self.without_verdict
        )
    }
}

/// Microseconds as people read them.
pub(crate) fn seconds(micros: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a run has far less than 2^52 microseconds")]
    let seconds = micros as f64 / MICROS;
    format!("{seconds:.1} s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Came, Fault};

    fn run() -> Summary {
        let fault = |nemesis: &str, came| {
            let (nemesis, target) = (nemesis.into(), "t".into());
            Fault { nemesis, target, from_us: 0, until_us: 1, came }
        };
        let done = [fault("kill_mongo", Came::Done), fault("kill_mongo", Came::Done), fault("latency", Came::Done)];
        let not_done = [fault("kill_mongo", Came::Failed), fault("corrupt", Came::MetNobody)];
        let past = Past {
            counts: BTreeMap::from([((Verb::Hold, Outcome::Ok), 3), ((Verb::Hold, Outcome::Unknown), 1)]),
            faults: done.into_iter().chain(not_done).collect(),
            attempts: 9,
            ..Past::default()
        };
        let checked = Checked { name: "money", compared: 5, findings: vec!["one".into()] };
        Summary::new(7, 60, &past, Recovery::of(3_000_000, vec![2_000, 1_000], 5_000_000), vec![checked])
    }

    #[test]
    fn a_run_is_counted_and_told() {
        let run = run();
        assert_eq!((run.findings(), run.faults["kill_mongo"], run.operations[&Verb::Hold].ok), (1, 2, 3));
        let lines = run.lines().join("\n");
        assert!(lines.contains("3 faults: kill_mongo 2, latency 1") && lines.contains("FAIL  money"), "{lines}");
        assert!(lines.contains("2 more could not be done or met nobody"), "{lines}");
        assert_eq!(run.recovery.watchers_max_ms, 2);
        assert!(lines.contains("since all was healed: watchers right after 2 ms"), "{lines}");
        assert!(lines.contains("since the last fault: watchers right after 3002 ms"), "{lines}");
    }

    #[test]
    fn runs_add_up_in_a_file_and_a_broken_file_is_kept() {
        let folder = std::env::temp_dir().join(format!("frontrow-chaos-{}", std::process::id()));
        let path = folder.join("cumulative.json");
        Cumulative::add_to(&path, &run()).unwrap();
        let sums = Cumulative::add_to(&path, &run()).unwrap();
        assert_eq!((sums.runs, sums.attempts, sums.ledger_kills, sums.findings), (2, 18, 4, 2));
        assert_eq!(serde_json::from_slice::<Cumulative>(&fs::read(&path).unwrap()).unwrap(), sums);
        let sums = Cumulative::miss_in(&path).unwrap();
        assert_eq!((sums.runs, sums.without_verdict, sums.attempts), (2, 1, 18));
        assert!(sums.line().contains("1 more runs without a verdict"), "{}", sums.line());
        fs::write(&path, "half a fi").unwrap();
        assert!(Cumulative::add_to(&path, &run()).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"half a fi");
        fs::remove_dir_all(folder).unwrap();
    }
}
