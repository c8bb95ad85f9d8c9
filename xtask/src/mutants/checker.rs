//! Runs one checker, with a mutant or without, and says what it found. Must never take a checker that did not run, or ended
//! in another way, for one that found something.

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{build::Built, chaos::Chaos};
use crate::{
    engines::TestEngines,
    run::run_beside,
    stop::{Interrupted, Stop},
    test::libtest::{self, Outcome},
    workspace::Workspace,
};

/// No test takes longer; a mutant may make one wait for ever.
const TEST_LIMIT: Duration = Duration::from_mins(4);

/// What must complain about a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checker {
    Test(Test),
    Chaos(Chaos),
}

/// An ordinary test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Test {
    /// The folder of its package.
    pub(super) folder: &'static str,
    pub(super) binary: &'static str,
    pub(super) name: &'static str,
    /// What it says when it finds the fault, with the mutant on. A set-up that fails, or an engine that does not answer,
    /// says something else.
    pub(super) says: &'static str,
}

/// How a checker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It found nothing wrong.
    Passed,
    /// It found this.
    Complained(String),
    /// It found nothing, but another checker of the same run did.
    Elsewhere(String),
    /// It did not come to an end of its own.
    Otherwise(String),
}

/// What checkers are run with.
pub(super) struct Bench<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) built: &'a Built,
    pub(super) engines: &'a TestEngines,
    /// `None`: chaos is left out.
    pub(super) chaos: Option<PathBuf>,
    /// Logs, and the data of chaos runs.
    pub(super) folder: PathBuf,
    pub(super) stop: &'a Stop,
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => write!(f, "{}: {}", test.folder, test.name.rsplit("::").next().unwrap_or(test.name)),
            Self::Chaos(chaos) => write!(f, "chaos: {}", chaos.checkers.join(" or ")),
        }
    }
}

impl Checker {
    /// Whether this bench can run it.
    pub(super) fn is_at_hand(&self, bench: &Bench<'_>) -> bool {
        matches!(self, Self::Test(_)) || bench.chaos.is_some()
    }

    /// Runs it with a mutant, or with none.
    pub(super) fn run(&self, bench: &Bench<'_>, mutant: Option<&str>) -> Result<Verdict> {
        match self {
            Self::Test(test) => test.run(bench, mutant),
            Self::Chaos(chaos) => chaos.run(bench, mutant),
        }
    }
}

impl Test {
    fn run(&self, bench: &Bench<'_>, mutant: Option<&str>) -> Result<Verdict> {
        let folder = bench.workspace.root().join(self.folder);
        let mut command = Command::new(bench.built.test(&folder, self.binary)?);
        command.current_dir(&folder).args([self.name, "--exact"]);
        command.env("FRONTROW_MUTANT", mutant.unwrap_or_default()).env("FRONTROW_WORKSPACE", bench.workspace.root());
        bench.engines.tell(&mut command);
        let (ended, lines) = bench.watch(&mut command, TEST_LIMIT, &log_name(mutant, self.name))?;
        let outcome = lines.iter().filter_map(|line| libtest::parse(line)).find(|line| line.path == self.name);
        Ok(match (ended, outcome.map(|line| line.outcome)) {
            (Ok(()), Some(Outcome::Passed)) => Verdict::Passed,
            (Err(_), Some(Outcome::Failed)) => self.judge(&lines, mutant.is_some()),
            (Err(why), _) => Verdict::Otherwise(why),
            (Ok(()), _) => Verdict::Otherwise("there is no such test".into()),
        })
    }

    /// Of a test that failed. Without a mutant every complaint counts, with one only that of the intended assertion.
    fn judge(&self, lines: &[String], has_mutant: bool) -> Verdict {
        let panics = panics(lines);
        let meant = panics.iter().find(|panic| !has_mutant || panic.contains(self.says));
        match meant {
            Some(panic) => Verdict::Complained(panic.clone()),
            None => Verdict::Otherwise(format!("it failed elsewhere: {}", panics.join("; "))),
        }
    }
}

/// What each panic of the test said, in one line that begins with its place.
fn panics(lines: &[String]) -> Vec<String> {
    let mut panics: Vec<String> = Vec::new();
    let mut is_over = true;
    for line in lines {
        if let Some((_, place)) = line.split_once("panicked at ") {
            panics.push(place.to_owned());
            is_over = false;
        }
        is_over |= line.starts_with("note: run with") || line == "failures:";
        if let (Some(panic), false) = (panics.last_mut(), is_over || line.contains("panicked at ")) {
            panic.push(' ');
            panic.push_str(line.trim());
        }
    }
    panics
}

impl Bench<'_> {
    /// Runs a command to its end with everything it says in a log; gives back how it ended and its standard output.
    pub(super) fn watch(
        &self,
        command: &mut Command,
        limit: Duration,
        name: &str,
    ) -> Result<(Result<(), String>, Vec<String>)> {
        let mut log = File::create(self.folder.join(format!("{name}.log")))?;
        command.stderr(Stdio::from(log.try_clone()?));
        let (started, mut lines) = (Instant::now(), Vec::new());
        let ended = run_beside(command, self.stop, |line| {
            if let Some(line) = line {
                writeln!(log, "{line}")?;
                lines.push(line.to_owned());
            }
            if started.elapsed() > limit {
                bail!("it did not end within {} s", limit.as_secs());
            }
            Ok(())
        });
        match ended {
            Err(error) if error.is::<Interrupted>() => Err(error),
            ended => Ok((ended.map_err(|error| shortened(&error.to_string())), lines)),
        }
    }
}

/// An error names the whole command line; how it ended stands behind it.
fn shortened(error: &str) -> String {
    error.rsplit_once("` ").map_or(error, |(_, ended)| ended).to_owned()
}

/// Of this checker, with or without a mutant.
pub(super) fn log_name(mutant: Option<&str>, checker: &str) -> String {
    format!("{}--{}", mutant.unwrap_or("none"), checker.replace("::", "."))
}

/// The folder for logs, empty.
pub(super) fn folder(target: &Path) -> Result<PathBuf> {
    let folder = target.join("runs");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: Test = Test { folder: "a", binary: "it", name: "a", says: "right: Err(Lost" };

    fn said(words: &[&str]) -> Vec<String> {
        let head = ["---- a stdout ----", "", "thread 'a' (7) panicked at a.rs:1:2:"];
        head.iter().chain(words).map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn a_panic_is_told_in_a_line() {
        let lines = said(&["  seats differ", "  left: 1", " right: 2", "note: run with `RUST_BACKTRACE=1`", "more"]);
        assert_eq!(panics(&lines), ["a.rs:1:2: seats differ left: 1 right: 2"]);
        assert_eq!(panics(&[]), [""; 0]);
    }

    #[test]
    fn only_the_intended_assertion_finds_a_mutant() {
        let found = said(&["assertion failed", "  left: Ok(1)", " right: Err(Lost(0))", "note: run with"]);
        let unable = said(&["the store answers: HoldStoreError(\"timed out\")", "note: run with"]);
        let both = [unable.clone(), found.clone()].concat();
        let place = "a.rs:1:2: assertion failed left: Ok(1) right: Err(Lost(0))";
        assert_eq!(TEST.judge(&found, true), Verdict::Complained(place.into()));
        assert_eq!(TEST.judge(&both, true), Verdict::Complained(place.into()));
        assert!(matches!(TEST.judge(&unable, true), Verdict::Otherwise(_)), "a set-up that failed");
        assert!(matches!(TEST.judge(&unable, false), Verdict::Complained(_)), "no reason to trust it");
        assert!(matches!(TEST.judge(&[], true), Verdict::Otherwise(_)));
    }

    #[test]
    fn how_a_command_ended_is_told_without_its_arguments() {
        assert_eq!(shortened("`a b --c` ended with signal: 6"), "ended with signal: 6");
        assert_eq!(shortened("it did not end"), "it did not end");
    }
}
