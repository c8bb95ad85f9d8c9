//! What was measured, as rows for `target/bench.json`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;

/// One number.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    /// In words; `None` where none was set.
    pub(crate) goal: Option<&'static str>,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    pub(crate) reached: Option<bool>,
    pub(crate) note: String,
}

impl Row {
    /// A number without a goal.
    pub(crate) fn plain(id: &'static str, measured: f64, unit: &'static str, note: impl Into<String>) -> Self {
        Self { id, goal: None, measured: (measured * 100.0).round() / 100.0, unit, reached: None, note: note.into() }
    }
}

/// Writes the rows where they are asked for.
pub(crate) fn write(file: Option<&Path>, rows: &[Row]) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_vec_pretty(&json!({"rows": rows}))?;
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
