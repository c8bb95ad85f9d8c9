//! The file, and the one thread that uses it.
//!
//! What waits together is committed together: the disk is asked once for many requests. Nobody hears of a result
//! before the commit. A job that was handed in is done even if nobody waits for it any more.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use frontrow_domain::clock::UnixMs;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::error;

/// "FPAY": tells these files from the ledger's and those of others.
const APPLICATION_ID: i64 = 0x4650_4159;
const SCHEMA: &str = include_str!("schema.sql");
/// Jobs that may wait; beyond that callers wait before they hand in.
const QUEUE: usize = 1_000;
/// Jobs of one commit: some milliseconds of work, so that the first one does not wait long for the last.
const BATCH: usize = 64;
/// More than there are different ones.
const STATEMENTS: usize = 64;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// As long as Stripe remembers them.
const KEYS_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// The file did not do it, or nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
#[error("the file of the payments: {0}")]
pub(super) struct FileError(pub(super) String);

impl From<rusqlite::Error> for FileError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

type Answer = Box<dyn FnOnce() + Send>;
type Job = Box<dyn FnOnce(&mut Transaction<'_>) -> Answer + Send>;

/// The open file.
pub(super) struct PaymentFile {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    changed: watch::Sender<()>,
}

impl PaymentFile {
    pub(super) fn open(path: &Path, now: UnixMs) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut connection = Connection::open(path)?;
        prepare(&mut connection, now)?;
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let changed = watch::Sender::new(());
        let telling = changed.clone();
        let work = move || work(&mut connection, waiting, &telling);
        let thread = std::thread::Builder::new().name("payments".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), changed })
    }

    /// Does `job`; what it changed is on the disk when this returns. A job that fails has changed nothing.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, FileError> + Send + 'static,
    ) -> Result<T, FileError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let result = in_savepoint(transaction, job);
            // Nobody waits for the answer of a request that was given up.
            Box::new(move || drop(answer.send(result)))
        });
        let ended = || FileError("its thread has ended".into());
        self.jobs.as_ref().ok_or_else(ended)?.send(job).await.map_err(|_| ended())?;
        answered.await.map_err(|_| FileError("it could not be written".into()))?
    }

    /// Changes with every commit that changed something.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Returns when the thread has panicked.
    pub(super) async fn ended(&self) {
        if let Some(jobs) = &self.jobs {
            jobs.closed().await;
        }
    }
}

impl Drop for PaymentFile {
    /// Waits until the jobs are done and the file is closed: who opens it next finds it whole.
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            thread.join().ok();
        }
    }
}

fn prepare(connection: &mut Connection, now: UnixMs) -> anyhow::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    anyhow::ensure!(id == APPLICATION_ID || (id, tables) == (0, 0), "it belongs to another program");
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.execute("DELETE FROM keys WHERE created_at < ?1", [now.0 - KEYS_KEPT_MS])?;
    Ok(transaction.commit()?)
}

fn work(connection: &mut Connection, mut waiting: mpsc::Receiver<Job>, changed: &watch::Sender<()>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.blocking_recv_many(&mut batch, BATCH) > 0 {
        let before = connection.total_changes();
        match commit(connection, batch.drain(..)) {
            Ok(answers) => answers.into_iter().for_each(|answer| answer()),
            // Dropped answers tell those who wait.
            Err(error) => error!(%error, "the file of the payments could not be written"),
        }
        if connection.total_changes() != before {
            changed.send_replace(());
        }
    }
}

fn commit(connection: &mut Connection, jobs: impl Iterator<Item = Job>) -> rusqlite::Result<Vec<Answer>> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answers = jobs.map(|job| job(&mut transaction)).collect();
    transaction.commit()?;
    Ok(answers)
}

/// One job's mistake must not undo those of others.
fn in_savepoint<T>(
    transaction: &mut Transaction<'_>,
    job: impl FnOnce(&Connection) -> Result<T, FileError>,
) -> Result<T, FileError> {
    let savepoint = transaction.savepoint()?;
    let value = job(&savepoint)?;
    savepoint.commit()?;
    Ok(value)
}
