//! What a test run proved, per part, per real server and for the embedded engine. Must never call a run good that left something out in CI.

use std::{collections::BTreeMap, ops::AddAssign};

use super::libtest::{self, Outcome, SERVERS};

/// Counts of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

/// Everything the last lines of a run are made of.
#[derive(Default)]
pub(super) struct Summary {
    rust: Tally,
    pub(super) web: Tally,
    pub(super) browser: Tally,
    pub(super) load: Tally,
    /// Operations of the API's document, for everybody who tried them.
    pub(super) document: Tally,
    pub(super) chaos: Tally,
    servers: BTreeMap<&'static str, Tally>,
    /// Rust results that cargo announced but no readable line told.
    unread: i64,
    skipped: Vec<String>,
    failed: Vec<String>,
    failed_steps: Vec<String>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl From<Outcome> for Tally {
    fn from(outcome: Outcome) -> Self {
        let one = |wanted| u32::from(outcome == wanted);
        Self { passed: one(Outcome::Passed), failed: one(Outcome::Failed), skipped: one(Outcome::Skipped) }
    }
}

impl Summary {
    /// Takes one line of `cargo test`.
    pub(super) fn cargo_line(&mut self, line: &str) {
        if let Some(announced) = libtest::announced(line) {
            self.unread += i64::from(announced);
        }
        let Some(test) = libtest::parse(line) else { return };
        // Negative until the binary announces its count, after the last of its tests.
        self.unread -= 1;
        self.rust += test.outcome.into();
        for server in libtest::servers(test.path) {
            *self.servers.entry(server).or_default() += test.outcome.into();
        }
        match test.outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.failed.push(test.path.to_owned()),
            Outcome::Skipped => self.skipped.push(test.path.to_owned()),
        }
    }

    pub(super) fn name_skipped(&mut self, name: &str) {
        self.skipped.push(name.to_owned());
    }

    pub(super) fn step_failed(&mut self, name: &str) {
        self.failed_steps.push(name.to_owned());
    }

    /// `strict` is CI: there a skipped test is a failure, because nobody would look for it.
    pub(super) fn is_success(&self, strict: bool) -> bool {
        let total = self.total();
        total.failed == 0 && !(strict && total.skipped > 0)
    }

    /// The last of them is `N passed, N failed, N skipped`, for scripts to read.
    pub(super) fn lines(&self, strict: bool) -> Vec<String> {
        let mut lines: Vec<String> = SERVERS
            .iter()
            .map(|server| {
                let tally = self.servers.get(server).copied().unwrap_or_default();
                let on = if *server == "embedded" { "on the embedded engine" } else { "against the real server" };
                format!("{server:<8} {} passed {on}", tally.passed)
            })
            .collect();
        for (part, tally) in self.parts() {
            lines.push(format!("{part:<8} {tally}"));
        }
        let verdict = if strict { "SKIPPED, which fails in CI:" } else { "skipped:" };
        lines.extend(self.skipped.iter().map(|name| format!("{verdict} {name}")));
        lines.extend(self.failed.iter().map(|name| format!("FAILED: {name}")));
        lines.extend(self.failed_steps.iter().map(|name| format!("FAILED step: {name}")));
        if self.unread != 0 {
            lines.push("note: cargo counted other Rust tests than were read from its output".to_owned());
        }
        lines.push(self.total().to_string());
        lines
    }

    fn parts(&self) -> [(&'static str, Tally); 6] {
        let Self { rust, web, browser, load, document, chaos, .. } = self;
        [
            ("rust", *rust),
            ("web", *web),
            ("browser", *browser),
            ("load", *load),
            ("document", *document),
            ("chaos", *chaos),
        ]
    }

    /// A failed step in which no test failed (clippy, a build, a crash) still counts as one failure.
    fn total(&self) -> Tally {
        let mut total = Tally::default();
        for (_, tally) in self.parts() {
            total += tally;
        }
        let steps = u32::try_from(self.failed_steps.len()).unwrap_or(u32::MAX);
        total.failed = total.failed.max(steps);
        total
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> Summary {
        let mut summary = Summary::default();
        for line in lines {
            summary.cargo_line(line);
        }
        summary
    }

    #[test]
    fn cluster_tests_count_for_every_server() {
        let summary =
            after(&["test holds::on_redis::a ... ok", "test sale::on_cluster::b ... ok", "test plain ... ok"]);
        let lines = summary.lines(false);
        assert_eq!(lines[0], "redis    2 passed against the real server");
        assert_eq!(lines[1], "mongo    1 passed against the real server");
        assert_eq!(lines.last().unwrap(), "3 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn a_skipped_test_is_named_and_fails_only_in_ci() {
        let summary = after(&["test a::b ... ignored"]);
        assert!(summary.is_success(false));
        assert!(!summary.is_success(true));
        assert!(summary.lines(true).contains(&"SKIPPED, which fails in CI: a::b".to_owned()));
    }

    #[test]
    fn a_failed_step_without_a_failed_test_is_one_failure() {
        let mut summary = after(&["test a ... ok"]);
        summary.step_failed("cargo clippy");
        assert!(!summary.is_success(false));
        assert_eq!(summary.lines(false).last().unwrap(), "1 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn a_result_lost_in_a_torn_line_is_noticed() {
        let told = ["test a ... ok", "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured"];
        assert!(!after(&told).lines(false).iter().any(|line| line.starts_with("note:")));
        assert!(after(&told[1..]).lines(false).iter().any(|line| line.starts_with("note:")));
    }
}
