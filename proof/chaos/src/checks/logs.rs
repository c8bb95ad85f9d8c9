//! Logs are quiet: nothing has panicked, and no secret is in them.

use super::Checked;
use crate::books::Books;

/// What a panic leaves, in Rust and in C.
const PANICS: &[&str] = &["panicked at", "stack overflow", "SIGSEGV"];

/// `secrets` are what was made up for this run and what everybody knows to be one. A process that died by itself is no
/// quiet log either.
pub(super) fn quiet_logs(books: &Books) -> Checked {
    let mut checked = Checked::new("quiet_logs");
    for surprise in &books.surprises {
        checked.must(false, || surprise.clone());
    }
    for (name, text) in &books.logs {
        for line in text.lines() {
            let panicked = PANICS.iter().any(|panic| line.contains(panic));
            checked.must(!panicked, || format!("{name}: {}", shortened(line)));
            let told = books.secrets.iter().any(|secret| line.contains(secret.as_str()));
            // The line itself would carry the secret on.
            checked.must(!told, || format!("{name} has a line with a secret in it"));
        }
    }
    checked
}

fn shortened(line: &str) -> String {
    line.chars().take(200).collect()
}
