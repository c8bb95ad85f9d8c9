//! Reads what `cargo test` prints. Must never judge: cargo's exit code decides, this only counts and names.

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// One line of the form `test PATH ... ok`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) path: &'a str,
    pub(crate) outcome: Outcome,
}

/// What tests can run on: the three real servers, and the embedded engine.
pub(super) const SERVERS: [&str; 4] = ["redis", "mongo", "kafka", "embedded"];
/// The modules of tests on the embedded engine: its three adapters, the journeys, the program itself.
const EMBEDDED: [&str; 5] = ["on_book", "on_sqlite", "on_outbox", "embedded", "embedded_process"];

/// Anything but a test's result is `None`. The path of a doc test contains spaces; `should panic` is a remark on the test.
pub(crate) fn parse(line: &str) -> Option<Line<'_>> {
    let (path, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let path = path.strip_suffix(" - should panic").unwrap_or(path);
    let outcome = match result.split([' ', ',']).next()? {
        "ok" => Outcome::Passed,
        "FAILED" => Outcome::Failed,
        "ignored" => Outcome::Skipped,
        _ => return None,
    };
    Some(Line { path, outcome })
}

/// What a test ran on, told by a module of its path: `on_redis`, `on_mongo`, `on_kafka`, `on_cluster` (these three), or
/// one of [`EMBEDDED`].
pub(super) fn servers(path: &str) -> impl Iterator<Item = &'static str> {
    let has = |module: &str| path.split("::").any(|segment| segment == module);
    SERVERS.into_iter().filter(move |&server| match server {
        "embedded" => EMBEDDED.iter().any(|module| has(module)),
        real => has(&format!("on_{real}")) || has("on_cluster"),
    })
}

/// How many tests one binary says it ran: `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
pub(super) fn announced(line: &str) -> Option<u32> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |kind: &str| counts.split("; ").find_map(|part| part.strip_suffix(kind)?.trim().parse::<u32>().ok());
    Some(count("passed")? + count("failed")? + count("ignored")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_result_is_read() {
        let cases = [
            ("test holds::takes_a_seat ... ok", "holds::takes_a_seat", Outcome::Passed),
            ("test holds::slow ... ok <1.2s>", "holds::slow", Outcome::Passed),
            ("test a::b ... FAILED", "a::b", Outcome::Failed),
            ("test a::c ... ignored, needs a cluster", "a::c", Outcome::Skipped),
            ("test a::d - should panic ... ok", "a::d", Outcome::Passed),
            (
                "test shared/src/lib.rs - seat::Map (line 12) ... ok",
                "shared/src/lib.rs - seat::Map (line 12)",
                Outcome::Passed,
            ),
        ];
        for (line, path, outcome) in cases {
            assert_eq!(parse(line), Some(Line { path, outcome }), "{line}");
        }
    }

    #[test]
    fn other_lines_are_not_results() {
        for line in [
            "running 3 tests",
            "test result: ok. 1 passed",
            "test a has been running for over 60 seconds",
            "",
            "test a ... what",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn modules_name_the_servers() {
        let of = |path| servers(path).collect::<Vec<_>>();
        assert_eq!(of("holds::on_redis::expires"), ["redis"]);
        assert_eq!(of("e2e::on_cluster::sells"), ["redis", "mongo", "kafka"]);
        assert_eq!(of("ledger::on_sqlite::sells"), ["embedded"]);
        assert_eq!(of("journeys::holds::embedded::expires"), ["embedded"]);
        assert_eq!(of("on_redisx::a"), [""; 0]);
        assert_eq!(of("keeps_on_redis"), [""; 0]);
    }

    #[test]
    fn a_result_line_announces_its_count() {
        let line = "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 0.1s";
        assert_eq!(announced(line), Some(6));
        assert_eq!(announced("test a ... ok"), None);
    }
}
