//! The rows as a table and as JSON. Must never call a mutant caught that only something else than its intended checker
//! has found.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    catalogue::Mutant,
    checker::{Checker, Verdict},
};

/// What became of one mutant.
pub(super) struct Row {
    pub(super) mutant: &'static Mutant,
    /// In the order of its checkers; `None`: not run.
    pub(super) verdicts: Vec<(Checker, Option<Verdict>)>,
    pub(super) took: Duration,
}

impl Row {
    /// Every checker that was run has complained, and one was run.
    pub(super) fn is_caught(&self) -> bool {
        self.was_run() && self.run().all(|(_, verdict)| matches!(verdict, Verdict::Complained(_)))
    }

    pub(super) fn was_run(&self) -> bool {
        self.run().next().is_some()
    }

    /// The checkers that were run.
    fn run(&self) -> impl Iterator<Item = (&Checker, &Verdict)> {
        self.verdicts.iter().filter_map(|(checker, verdict)| Some((checker, verdict.as_ref()?)))
    }

    pub(super) fn to_json(&self) -> Value {
        let checker = |(checker, verdict): &(Checker, Option<Verdict>)| {
            let (ended, words) = match verdict {
                None => ("not_run", ""),
                Some(Verdict::Passed) => ("passed", ""),
                Some(Verdict::Complained(words)) => ("complained", words.as_str()),
                Some(Verdict::Elsewhere(words)) => ("elsewhere", words.as_str()),
                Some(Verdict::Otherwise(words)) => ("otherwise", words.as_str()),
            };
            json!({"checker": checker.to_string(), "ended": ended, "words": words})
        };
        json!({
            "mutant": self.mutant.name, "place": self.mutant.place, "caught": self.is_caught(),
            "intended": self.mutant.checkers[0].to_string(),
            "checkers": self.verdicts.iter().map(checker).collect::<Vec<_>>(),
            "seconds": self.took.as_secs_f64(),
        })
    }
}

pub(super) fn lines(rows: &[Row]) -> Vec<String> {
    let head = line(["mutant", "place", "checker (the intended one first)", "s", "ended"]);
    std::iter::once(head).chain(rows.iter().flat_map(lines_of)).collect()
}

fn lines_of(row: &Row) -> Vec<String> {
    let mut cells = (row.mutant.name, row.mutant.place, format!("{:.0}", row.took.as_secs_f64()));
    let mut lines = Vec::new();
    for (checker, verdict) in &row.verdicts {
        let ended = match verdict {
            None => "not run".to_owned(),
            Some(Verdict::Passed) => "SURVIVED".into(),
            Some(Verdict::Complained(words)) => format!("caught: {}", start_of(words)),
            Some(Verdict::Elsewhere(words)) => format!("NOT CAUGHT BY IT, only by {}", start_of(words)),
            Some(Verdict::Otherwise(words)) => format!("NOT CAUGHT BY IT: {}", start_of(words)),
        };
        lines.push(line([cells.0, cells.1, &checker.to_string(), &cells.2, &ended]));
        cells = ("", "", String::new());
    }
    lines
}

fn line(cells: [&str; 5]) -> String {
    let [mutant, place, checker, seconds, ended] = cells;
    format!("{mutant:<29} {place:<26} {checker:<88} {seconds:>4}  {ended}")
}

/// All of it is in the file and in the log.
fn start_of(words: &str) -> String {
    words.chars().take(90).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::catalogue;

    fn row(verdicts: &[Option<Verdict>]) -> Row {
        let mutant = catalogue::ALL.iter().find(|mutant| mutant.name == "no_guard_left").unwrap();
        let verdicts = mutant.checkers.iter().copied().zip(verdicts.iter().cloned()).collect();
        Row { mutant, verdicts, took: Duration::from_secs(3) }
    }

    #[test]
    fn only_a_complaint_of_every_checker_that_was_run_is_a_catch() {
        let (complained, survived) = (Some(Verdict::Complained("twice".into())), Some(Verdict::Passed));
        let otherwise = Some(Verdict::Otherwise("signal: 6".into()));
        assert!(row(&[complained.clone(), complained.clone()]).is_caught());
        assert!(row(&[None, complained.clone()]).is_caught());
        assert!(!row(&[complained.clone(), survived]).is_caught());
        assert!(!row(&[otherwise, complained]).is_caught());
        assert!(!row(&[None, None]).is_caught());
    }

    #[test]
    fn a_survivor_stands_out() {
        let lines = lines(&[row(&[Some(Verdict::Complained("one_owner: A-1".into())), Some(Verdict::Passed)])]);
        assert!(lines[1].starts_with("no_guard_left ") && lines[1].ends_with("caught: one_owner: A-1"));
        assert!(lines[2].starts_with(' ') && lines[2].ends_with("SURVIVED"), "{lines:?}");
    }
}
