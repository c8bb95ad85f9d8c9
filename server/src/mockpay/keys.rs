//! Idempotency keys: the same key is the same attempt.

use frontrow_domain::clock::UnixMs;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use super::file::FileError;
use super::reply::Reply;

/// What is known of a key.
pub(super) enum Seen {
    Never,
    /// Its answer was not kept: it follows from the payment as it is now.
    Before,
    Answered(Reply),
    /// With another request.
    Misused,
}

/// `request` says what was asked for, in whatever words.
pub(super) fn look(db: &Connection, key: Option<&str>, request: &str) -> Result<Seen, FileError> {
    let Some(key) = key else { return Ok(Seen::Never) };
    let mut query = db.prepare_cached("SELECT request, status, answer FROM keys WHERE key = ?1")?;
    let columns = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?));
    let found: Option<(String, Option<u16>, Option<String>)> = query.query_row([key], columns).optional()?;
    Ok(match found {
        None => Seen::Never,
        Some((before, ..)) if before != request => Seen::Misused,
        Some((_, Some(status), Some(body))) => {
            let body = serde_json::from_str(&body).map_err(|error| FileError(error.to_string()))?;
            Seen::Answered(Reply::new(status, body))
        }
        Some(_) => Seen::Before,
    })
}

/// Remembers an attempt with the answer that is to be repeated.
pub(super) fn remember(
    db: &Connection,
    key: Option<&str>,
    request: &str,
    answer: Option<(u16, &Value)>,
    now: UnixMs,
) -> Result<(), FileError> {
    let Some(key) = key else { return Ok(()) };
    let (status, body) = answer.map(|(status, body)| (status, body.to_string())).unzip();
    let sql = "INSERT INTO keys (key, request, status, answer, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![key, request, status, body, now.0])?;
    Ok(())
}
