//! A write: one transaction, begun as a writer, so that nothing read in it can be out of date when it commits.

use std::cell::Cell;
use std::ops::Deref;

use frontrow_domain::inventory::InventoryMessage;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{LedgerError, SqliteLedger};

/// What the body of a transaction decided.
pub(super) enum Step<T> {
    /// Keep the changes.
    Commit(T),
    /// Undo them; the value says why.
    Abort(T),
}

/// A transaction that is going on.
pub(super) struct Work<'connection> {
    transaction: Transaction<'connection>,
    appended: Cell<bool>,
}

impl Work<'_> {
    /// Runs a statement; gives back how many rows it changed.
    pub(super) fn run(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, LedgerError> {
        Ok(self.transaction.prepare_cached(sql)?.execute(params)?)
    }

    /// Writes the outbox row of this transaction.
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
        &self.transaction
    }
}

impl SqliteLedger {
    /// One transaction on the writer's thread. Readers of the outbox are woken if it appended rows.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Work<'_>) -> Result<Step<T>, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.expect_present()?;
        let appended = self.shared.appended.clone();
        let job = move |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let work = Work { transaction, appended: Cell::new(false) };
            let value = match body(&work)? {
                Step::Abort(value) => return Ok(value),
                Step::Commit(value) => value,
            };
            work.transaction.commit()?;
            if work.appended.get() {
                appended.send_replace(());
            }
            Ok(value)
        };
        self.shared.writer.run(job).await
    }

    /// A write that has nothing to undo.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Work<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.write(|work| body(work).map(Step::Commit)).await
    }
}
