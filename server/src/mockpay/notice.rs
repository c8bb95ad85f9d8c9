//! Notices in the file: written with their cause, there until they are delivered or given up.

use frontrow_domain::clock::UnixMs;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::file::FileError;
use super::intent::Intent;
use crate::chance;

/// After this long a notice is given up.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
const FIRST_PAUSE_MS: i64 = 100;
const LONGEST_PAUSE_MS: i64 = 10_000;
/// When the copies of a duplicated notice are due: some at the same moment, some later.
const COPIES_MS: [i64; 5] = [0, 0, 0, 150, 400];

/// A notice that is due.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) number: i64,
    pub(super) body: String,
    pub(super) tries: u32,
    created_at: UnixMs,
}

impl Notice {
    /// When it is tried again after one more failure; `None` if it is not.
    pub(super) fn next(&self, now: UnixMs) -> Option<UnixMs> {
        let pause = FIRST_PAUSE_MS.saturating_mul(1 << self.tries.min(20)).min(LONGEST_PAUSE_MS);
        (now.0 < self.created_at.0.saturating_add(KEPT_MS)).then(|| now.plus_ms(pause))
    }
}

/// One notice of what just happened; gives back its number.
pub(super) fn write(db: &Connection, kind: &str, intent: &Intent, now: UnixMs) -> Result<i64, FileError> {
    insert(db, &body(kind, intent, now.0 / 1_000), None, now, now)
}

/// One notice that is delivered five times; gives back the number of the first copy.
pub(super) fn write_five(db: &Connection, kind: &str, intent: &Intent, now: UnixMs) -> Result<i64, FileError> {
    let body = body(kind, intent, now.0 / 1_000);
    let copies = COPIES_MS.map(|later| insert(db, &body, None, now.plus_ms(later), now));
    let [first, ..] = copies.into_iter().collect::<Result<Vec<_>, _>>()?[..] else { return Err(no_row()) };
    Ok(first)
}

/// One notice of what happened a second before the notice `after`, and comes after it.
pub(super) fn write_older(
    db: &Connection,
    kind: &str,
    intent: &Intent,
    now: UnixMs,
    after: i64,
) -> Result<(), FileError> {
    insert(db, &body(kind, intent, now.0 / 1_000 - 1), Some(after), now, now).map(drop)
}

fn body(kind: &str, intent: &Intent, created_s: i64) -> String {
    let event = json!({
        "id": format!("evt_{}", chance::id().simple()),
        "object": "event",
        "type": kind,
        "created": created_s,
        "data": { "object": intent },
    });
    event.to_string()
}

fn insert(db: &Connection, body: &str, after: Option<i64>, due_at: UnixMs, now: UnixMs) -> Result<i64, FileError> {
    let sql = "INSERT INTO notices (body, after, due_at, created_at) VALUES (?1, ?2, ?3, ?4)";
    Ok(db.prepare_cached(sql)?.insert(params![body, after, due_at.0, now.0])?)
}

/// At most `limit` that are due, and when the next one is. One that waits for another is not due while that is there.
pub(super) fn due(db: &Connection, now: UnixMs, limit: usize) -> Result<(Vec<Notice>, Option<UnixMs>), FileError> {
    let mut query = db.prepare_cached(
        "SELECT number, body, tries, created_at FROM notices AS notice WHERE due_at <= ?1 \
        AND NOT EXISTS (SELECT 1 FROM notices WHERE number = notice.after) ORDER BY due_at, number LIMIT ?2",
    )?;
    let rows = query.query_map(params![now.0, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let created_at = UnixMs(row.get(3)?);
        Ok(Notice { number: row.get(0)?, body: row.get(1)?, tries: row.get(2)?, created_at })
    })?;
    let due = rows.collect::<Result<_, _>>()?;
    let mut next = db.prepare_cached("SELECT min(due_at) FROM notices WHERE due_at > ?1")?;
    let next: Option<i64> = next.query_row([now.0], |row| row.get(0))?;
    Ok((due, next.map(UnixMs)))
}

/// It is delivered, or never will be.
pub(super) fn remove(db: &Connection, number: i64) -> Result<(), FileError> {
    db.prepare_cached("DELETE FROM notices WHERE number = ?1")?.execute([number])?;
    Ok(())
}

/// It is tried again later.
pub(super) fn postpone(db: &Connection, number: i64, due_at: UnixMs) -> Result<(), FileError> {
    let sql = "UPDATE notices SET tries = tries + 1, due_at = ?2 WHERE number = ?1";
    db.prepare_cached(sql)?.execute(params![number, due_at.0])?;
    Ok(())
}

/// Whether somebody has answered it, whatever the answer was, or failed to.
pub(super) fn was_tried(db: &Connection, number: i64) -> Result<bool, FileError> {
    let mut query = db.prepare_cached("SELECT tries FROM notices WHERE number = ?1")?;
    let tries: Option<u32> = query.query_row([number], |row| row.get(0)).optional()?;
    Ok(tries != Some(0))
}

fn no_row() -> FileError {
    FileError("a notice got no row".into())
}
