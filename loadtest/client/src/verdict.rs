//! What was measured, as rows for `target/bench.json`.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;

/// One number.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) id: Cow<'static, str>,
    /// In words; `None` where none was set.
    pub(crate) goal: Option<&'static str>,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) reached: Option<bool>,
    /// What else was measured in the same run to compare it with; in words.
    pub(crate) beside: Option<String>,
    /// What was measured and how; the table shows it up to the first semicolon.
    pub(crate) note: String,
}

impl Row {
    /// A number without a goal.
    pub(crate) fn plain(
        id: impl Into<Cow<'static, str>>,
        measured: f64,
        unit: &'static str,
        note: impl Into<String>,
    ) -> Self {
        let measured = (measured * 100.0).round() / 100.0;
        Self { id: id.into(), goal: None, measured, unit, reached: None, beside: None, note: note.into() }
    }

    /// The same with a goal, and whether it was reached.
    #[must_use]
    pub(crate) fn judged(self, goal: &'static str, reached: bool) -> Self {
        Self { goal: Some(goal), reached: Some(reached), ..self }
    }

    /// The same, with what to compare it with.
    #[must_use]
    pub(crate) fn beside(self, beside: impl Into<String>) -> Self {
        Self { beside: Some(beside.into()), ..self }
    }
}

/// Writes the rows where they are asked for.
pub(crate) fn write(file: Option<&Path>, rows: &[Row]) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_vec_pretty(&json!({"rows": rows}))?;
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
