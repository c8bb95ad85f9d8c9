//! A write: in a transaction that was begun as a writer, so that nothing read in it can be out of date when it commits.

use std::cell::Cell;
use std::ops::Deref;

use frontrow_domain::inventory::InventoryMessage;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::worker::ended;
use super::writer::Done;
use super::{LedgerError, SqliteLedger};

/// What the body of a transaction decided.
pub(super) enum Step<T> {
    /// Keep the changes.
    Commit(T),
    /// Undo them; the value says why.
    Abort(T),
}

/// A write that is going on.
pub(super) struct Work<'connection> {
    connection: &'connection Connection,
    appended: Cell<bool>,
}

impl Work<'_> {
    /// Runs a statement; gives back how many rows it changed.
    pub(super) fn run(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, LedgerError> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// Writes the outbox row of this write.
    pub(super) fn append(&self, message: &InventoryMessage) -> Result<(), LedgerError> {
        self.insert_row(
            message,
            "INSERT INTO outbox (id, event_id, kind, message, created_at, published) \
            VALUES (?1, ?2, ?3, ?4, ?5, 0)",
        )
    }

    /// Writes a message that comes from elsewhere, unless it is there already.
    pub(super) fn append_carried(&self, message: &InventoryMessage) -> Result<(), LedgerError> {
        self.insert_row(
            message,
            "INSERT INTO outbox (id, event_id, kind, message, created_at, published) \
            VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT (id) DO NOTHING",
        )
    }

    fn insert_row(&self, message: &InventoryMessage, sql: &str) -> Result<(), LedgerError> {
        let text = serde_json::to_string(message).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
        let (id, event, kind) = (message.id.to_string(), message.event_id.to_string(), message.fact.kind());
        self.run(sql, params![id, event, kind, text, message.at.0])?;
        self.appended.set(true);
        Ok(())
    }
}

impl Deref for Work<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl SqliteLedger {
    /// One write on the writer's thread: all of it or nothing, on the disk when this returns. Readers of the outbox are woken
    /// if it appended rows.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Work<'_>) -> Result<Step<T>, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.expect_present()?;
        let appended = self.shared.appended.clone();
        let (answer, answered) = oneshot::channel();
        let change = move |connection: Result<&Connection, LedgerError>| {
            let connection = match connection {
                Ok(connection) => connection,
                Err(error) => {
                    // Nobody waits for the answer of a request that was given up; here and below.
                    answer.send(Err(error)).ok();
                    return None;
                }
            };
            let work = Work { connection, appended: Cell::new(false) };
            let worked = body(&work);
            let keep = matches!(worked, Ok(Step::Commit(_)));
            let has_appended = keep && work.appended.get();
            let tell = move |written: Result<(), LedgerError>| {
                if has_appended && written.is_ok() {
                    appended.send_replace(());
                }
                // Its own error says more than that of a transaction which it has taken along.
                let told = match worked {
                    Ok(Step::Commit(value) | Step::Abort(value)) => written.map(|()| value),
                    Err(own) => Err(own),
                };
                answer.send(told).ok();
            };
            Some(Done { keep, tell: Box::new(tell) })
        };
        self.shared.writer.hand_in(Box::new(change)).await?;
        answered.await.map_err(|_| ended())?
    }

    /// A write that has nothing to undo.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Work<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.write(|work| body(work).map(Step::Commit)).await
    }
}
