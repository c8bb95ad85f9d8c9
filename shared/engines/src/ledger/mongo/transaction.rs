//! One transaction, tried again while the server says that trying again makes sense.

use std::time::Duration;

use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{ReadConcern, TransactionOptions};
use tokio::time::sleep;

use super::{LedgerError, MongoLedger, TRANSACTION_TIMEOUT, unavailable};

/// Write conflicts on one seat end after a few rounds: the winner has committed by then and the loser sees it.
const MAX_ATTEMPTS: u32 = 20;
/// Between two attempts; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// Between two attempts at most, so that all of them fit into [`TRANSACTION_TIMEOUT`].
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// A commit whose result is unknown is asked again this often.
const MAX_COMMITS: u32 = 5;

/// What the body of a transaction decided.
pub(super) enum Step<T> {
    /// Keep the changes.
    Commit(T),
    /// Undo them; the value says why.
    Abort(T),
    /// Undo them: somebody else has just done the same, and a new attempt will see it.
    Again,
}

/// A session with the number of attempts made. Use: `loop { start; body; if let Some(value) = finish }`.
pub(super) struct Transaction {
    pub(super) session: ClientSession,
    attempts: u32,
}

impl MongoLedger {
    /// All attempts of a transaction together, with a limit on the time that they may take.
    pub(super) async fn in_time<T>(
        &self,
        transaction: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        self.ask_for(TRANSACTION_TIMEOUT, transaction).await
    }

    pub(super) async fn transaction(&self) -> Result<Transaction, LedgerError> {
        let session = self.client.start_session().await.map_err(unavailable)?;
        Ok(Transaction { session, attempts: 0 })
    }
}

impl Transaction {
    /// Starts an attempt.
    pub(super) async fn start(&mut self) -> Result<(), LedgerError> {
        // Whoever has the seat now needs some milliseconds until its commit is on disk.
        if self.attempts > 0 {
            sleep(LONGEST_PAUSE.min(FIRST_PAUSE * 2_u32.saturating_pow(self.attempts - 1))).await;
        }
        self.attempts += 1;
        let options = TransactionOptions::builder().read_concern(ReadConcern::snapshot()).build();
        self.session.start_transaction().with_options(options).await.map_err(unavailable)
    }

    /// Ends an attempt. `None` means: start again.
    pub(super) async fn finish<T>(&mut self, body: Result<Step<T>, Error>) -> Result<Option<T>, LedgerError> {
        match body {
            Ok(Step::Abort(value)) => {
                self.session.abort_transaction().await.map_err(unavailable)?;
                Ok(Some(value))
            }
            Ok(Step::Commit(value)) => match self.commit().await {
                Ok(()) => Ok(Some(value)),
                Err(error) => self.retry(error),
            },
            Ok(Step::Again) => {
                self.session.abort_transaction().await.ok();
                self.retry_if(true, || LedgerError::Unavailable("somebody else was always faster".into()))
            }
            Err(error) => {
                // The server has usually aborted already; if not, this does, and its own failure changes nothing.
                self.session.abort_transaction().await.ok();
                self.retry(error)
            }
        }
    }

    async fn commit(&mut self) -> Result<(), Error> {
        let mut commits = 0;
        loop {
            commits += 1;
            match self.session.commit_transaction().await {
                Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && commits < MAX_COMMITS => {}
                result => return result,
            }
        }
    }

    fn retry<T>(&self, error: Error) -> Result<Option<T>, LedgerError> {
        self.retry_if(error.contains_label(TRANSIENT_TRANSACTION_ERROR), || unavailable(error))
    }

    fn retry_if<T>(&self, useful: bool, given_up: impl FnOnce() -> LedgerError) -> Result<Option<T>, LedgerError> {
        if useful && self.attempts < MAX_ATTEMPTS { Ok(None) } else { Err(given_up()) }
    }
}
