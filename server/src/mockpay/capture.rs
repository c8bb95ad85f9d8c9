//! Captures that are due later, and the worker that makes them.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::PaymentId;
use rusqlite::{Connection, params};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::file::FileError;
use super::{Mock, intent, notice};

/// The longest sleep: the machine's clock may be set meanwhile. Also the pause when the file does not work.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Captures of one transaction.
const AT_ONCE: u32 = 100;

pub(super) fn plan(db: &Connection, id: PaymentId, due_at: UnixMs, even_if_cancelled: bool) -> Result<(), FileError> {
    let sql = "INSERT INTO captures (payment, due_at, even_if_cancelled) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![id.to_string(), due_at.0, even_if_cancelled])?;
    Ok(())
}

/// The payment is cancelled: what was planned is not done, except by the card that does it all the same.
pub(super) fn forget(db: &Connection, id: PaymentId) -> Result<(), FileError> {
    let sql = "DELETE FROM captures WHERE payment = ?1 AND NOT even_if_cancelled";
    db.prepare_cached(sql)?.execute([id.to_string()])?;
    Ok(())
}

/// Captures what is due, until `stop`.
pub(super) async fn run(mock: Arc<Mock>, stop: CancellationToken) {
    let mut changes = mock.file.changes();
    loop {
        // Marked first: a change that comes while we look is looked at again.
        changes.mark_unchanged();
        let now = mock.clock.now();
        let pause = match mock.file.run(move |db| capture_due(db, now)).await {
            Ok(next) => pause_until(next, now),
            Err(error) => {
                warn!(%error, "captures that are due have to wait");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changes.changed() => {}
            () = sleep(pause) => {}
        }
    }
}

/// How long nothing will be due.
pub(super) fn pause_until(next: Option<UnixMs>, now: UnixMs) -> Duration {
    let ms = next.map(|next| next.0.saturating_sub(now.0).max(0).unsigned_abs());
    ms.map_or(LOOK_AGAIN, |ms| Duration::from_millis(ms).min(LOOK_AGAIN))
}

/// Captures and tells; gives back when the next one is due.
fn capture_due(db: &Connection, now: UnixMs) -> Result<Option<UnixMs>, FileError> {
    let mut due = db.prepare_cached("SELECT payment FROM captures WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2")?;
    let rows = due.query_map(params![now.0, AT_ONCE], |row| row.get::<_, String>(0))?;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        let id: PaymentId = row.parse().map_err(|_| FileError(format!("{row} is no payment")))?;
        db.prepare_cached("DELETE FROM captures WHERE payment = ?1")?.execute([&row])?;
        intent::set_captured(db, id)?;
        notice::write(db, "payment_intent.succeeded", &intent::expect(db, id)?, now)?;
    }
    let next = db.query_row("SELECT min(due_at) FROM captures", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(next.map(UnixMs))
}
