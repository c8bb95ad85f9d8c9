//! Reads what Schemathesis has found, and what the server itself says of the same time. Must never call a run good in which
//! nothing was tried.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::numbers::Answers;

/// What came of one run.
#[derive(Debug)]
pub(super) struct Report {
    found: Found,
    answers: Answers,
}

#[derive(Debug, Deserialize)]
struct Found {
    complete: bool,
    exit_code: i32,
    operations: Operations,
    test_cases: Cases,
    failures: Vec<Failure>,
    errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Operations {
    selected: u32,
    tested: u32,
}

#[derive(Debug, Deserialize)]
struct Cases {
    generated: u64,
}

#[derive(Debug, Deserialize)]
struct Failure {
    title: String,
    /// As `METHOD PATH`.
    operations: Vec<String>,
}

impl Report {
    pub(super) fn read(file: &Path, answers: Answers) -> Result<Self> {
        let text = fs::read_to_string(file).context("schemathesis has written no report")?;
        Ok(Self { found: serde_json::from_str(&text).context("schemathesis has changed its report")?, answers })
    }

    pub(super) fn is_good(&self) -> bool {
        self.failed() == 0
    }

    pub(super) fn passed(&self) -> u32 {
        self.found.operations.tested.saturating_sub(self.failed())
    }

    /// Operations with complaints; what went wrong without one is one failure.
    pub(super) fn failed(&self) -> u32 {
        let mut blamed: Vec<_> = self.found.failures.iter().flat_map(|failure| &failure.operations).collect();
        blamed.sort_unstable();
        blamed.dedup();
        let found = &self.found;
        let is_whole = found.complete
            && found.exit_code == 0
            && found.errors.is_empty()
            && found.operations.tested == found.operations.selected
            && found.operations.tested > 0;
        let is_sound = is_whole && self.answers.broken == 0 && self.answers.good > 0;
        u32::try_from(blamed.len()).unwrap_or(u32::MAX).max(u32::from(!is_sound))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found { operations, test_cases, failures, errors, .. } = &self.found;
        let Answers { good, refused, broken } = self.answers;
        write!(
            f,
            "{} of {} operations, {} requests; the server answered {good} x 2xx/3xx, {refused} x 4xx, {broken} x 5xx; {} complaints",
            operations.tested,
            operations.selected,
            test_cases.generated,
            failures.len() + errors.len()
        )?;
        failures
            .iter()
            .try_for_each(|failure| write!(f, "\n  {}: {}", failure.title, failure.operations.join(", ")))?;
        errors.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(failures: &str, tested: u32, answers: Answers) -> Report {
        let text = format!(
            r#"{{"complete":true,"exit_code":0,"operations":{{"selected":53,"tested":{tested}}},
                "test_cases":{{"generated":9}},"failures":{failures},"errors":[]}}"#
        );
        Report { found: serde_json::from_str(&text).unwrap(), answers }
    }

    #[test]
    fn a_run_is_good_only_if_everything_was_tried_and_something_worked() {
        let fine = Answers { good: 5, refused: 7, broken: 0 };
        assert!(report("[]", 53, fine).is_good());
        assert!(!report("[]", 52, fine).is_good(), "one was left out");
        assert!(!report("[]", 53, Answers { good: 0, ..fine }).is_good(), "nothing but refusals");
        assert!(!report("[]", 53, Answers { broken: 1, ..fine }).is_good(), "the server says that it broke");
    }

    #[test]
    fn an_operation_fails_once_however_much_is_wrong_with_it() {
        let failures = r#"[{"title":"a","operations":["GET /x","GET /y"]},{"title":"b","operations":["GET /x"]}]"#;
        let report = report(failures, 53, Answers { good: 1, refused: 0, broken: 0 });
        assert_eq!((report.passed(), report.failed()), (51, 2));
    }
}
