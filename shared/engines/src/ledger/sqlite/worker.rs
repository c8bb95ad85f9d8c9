//! Threads that own a connection each and read with it, one job after the other.
//!
//! `SQLite` blocks, so it never runs on the async runtime. A job that was handed in is done even if nobody waits for it
//! any more.

use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::LedgerError;

/// Jobs that may wait for one connection. At a millisecond each the last of them waits a second; beyond that callers
/// wait before they hand in, which holds back the requests behind them.
const QUEUE: usize = 1_000;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// One thread with its connection.
pub(super) struct Worker {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(name: &str, mut connection: Connection) -> std::io::Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(QUEUE);
        let work = move || {
            while let Some(job) = waiting.blocking_recv() {
                job(&mut connection);
            }
        };
        let thread = std::thread::Builder::new().name(format!("ledger-{name}")).spawn(work)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Does `job` on the connection and gives back what it made.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Nobody waits for the answer of a request that was given up.
            answer.send(job(connection)).ok();
        });
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    /// A job that panicked took the thread with it.
    pub(super) fn expect_running(&self) -> Result<(), LedgerError> {
        if self.jobs.as_ref().is_some_and(|jobs| !jobs.is_closed()) { Ok(()) } else { Err(ended()) }
    }
}

impl Drop for Worker {
    /// Waits until the jobs are done and the connection is closed: who opens the file next finds it whole.
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            thread.join().ok();
        }
    }
}

pub(super) fn ended() -> LedgerError {
    LedgerError::Unavailable("the thread of the database has ended".into())
}
