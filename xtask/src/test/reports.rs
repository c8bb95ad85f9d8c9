//! Reads the summaries of the JavaScript runners. Must never judge either: the exit code of `npm` decides.

use super::summary::Tally;

/// Vitest's last lines: `      Tests  1 failed | 12 passed | 2 skipped | 1 todo (16)`.
pub(super) fn vitest(line: &str) -> Option<Tally> {
    let counts = line.trim_start().strip_prefix("Tests ")?;
    let counts = counts.rsplit_once('(').map_or(counts, |(counts, _)| counts);
    let mut tally = Tally::default();
    for part in counts.split('|') {
        let (number, kind) = part.trim().split_once(' ')?;
        let number: u32 = number.parse().ok()?;
        match kind.trim() {
            "passed" => tally.passed += number,
            "failed" => tally.failed += number,
            "skipped" | "todo" => tally.skipped += number,
            _ => return None,
        }
    }
    Some(tally)
}

/// The name of a skipped (↓) or unwritten (□) test in vitest's verbose report: ` ↓ src/a.test.ts > name`.
pub(super) fn vitest_skipped(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("↓ ").or_else(|| line.strip_prefix("□ "))
}

/// One line per check from `web/e2e`: `ok    NAME`, `FAIL  NAME` or `skip  NAME`.
pub(super) fn check(line: &str) -> Option<Tally> {
    let (result, _name) = line.split_once("  ")?;
    match result {
        "ok" => Some(Tally { passed: 1, ..Tally::default() }),
        "FAIL" => Some(Tally { failed: 1, ..Tally::default() }),
        "skip" => Some(Tally { skipped: 1, ..Tally::default() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vitest_counts_are_read_and_its_file_counts_are_not() {
        let counts = vitest("      Tests  1 failed | 12 passed | 2 skipped | 1 todo (16)");
        assert_eq!(counts, Some(Tally { passed: 12, failed: 1, skipped: 3 }));
        assert_eq!(vitest("      Tests  4 passed (4)"), Some(Tally { passed: 4, failed: 0, skipped: 0 }));
        assert_eq!(vitest(" Test Files  2 passed (2)"), None);
        assert_eq!(vitest("Tests are great"), None);
    }

    #[test]
    fn vitest_names_what_it_skips() {
        assert_eq!(vitest_skipped(" ↓ src/a.test.ts > later"), Some("src/a.test.ts > later"));
        assert_eq!(vitest_skipped(" □ src/a.test.ts > someday"), Some("src/a.test.ts > someday"));
        assert_eq!(vitest_skipped(" ✓ src/a.test.ts > now 3ms"), None);
    }

    #[test]
    fn browser_checks_count_one_each() {
        assert_eq!(check("ok    two browsers agree"), Some(Tally { passed: 1, failed: 0, skipped: 0 }));
        assert_eq!(check("FAIL  the timer counts down"), Some(Tally { passed: 0, failed: 1, skipped: 0 }));
        assert_eq!(check("skip  no sound here"), Some(Tally { passed: 0, failed: 0, skipped: 1 }));
        assert_eq!(check("12 passed, 0 failed"), None);
        assert_eq!(check("      it took 900 ms"), None);
    }
}
