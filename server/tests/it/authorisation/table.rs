//! The matrix as people read it.

use std::fmt::Write as _;

use super::expected::Verdict;
use super::people::Caller;

pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) verdicts: [Verdict; 9],
}

const INTRODUCTION: &str = "# Who may do what

Made by a test (`server/tests/it/authorisation/`) of the `x-access` in [openapi.json](openapi.json): every cell was tried on a
running server, on both engines, and this is how it answered. `FRONTROW_BLESS=1` writes the page anew.

`yes`: the request gets through, whatever else is answered. `401`, `403`, `404`: refused, with nothing changed and nothing
told, and before the body is looked at. What is somebody else's does not exist: 404. A *draft* is an event that is not public.

The *buyer* has held, ordered and bought what is asked for; the *organizer* runs the event, the *scanner* stands at its
door; the others are of the same role and have nothing to do with it. A *bad token* is one whose signature is wrong.
";

pub(crate) fn page(mut rows: Vec<Row>) -> String {
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let titles = Caller::ALL.map(Caller::title);
    let mut page = format!("{INTRODUCTION}\n| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
    for row in rows {
        let cells = row.verdicts.map(|verdict| match verdict {
            Verdict::Admitted => "yes".to_owned(),
            Verdict::Refused(status, _) => status.to_string(),
        });
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {} | {} |", row.name, cells.join(" | "));
    }
    page
}
