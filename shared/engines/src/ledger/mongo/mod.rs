//! The ledger in MongoDB: a replica set, multi-document transactions, majority and journalled writes.

mod accounts;
mod answers;
mod catalogue;
mod documents;
mod events;
mod indexes;
mod journal;
mod logins;
mod order_document;
mod orders;
mod outbox;
mod sales;
mod seats;
mod tickets;
mod transaction;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::doc;
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use mongodb::{Client, Collection, Database};
use tokio::time::{Instant, timeout};

use super::{Ledger, LedgerError};

/// How long finding a primary may take before a call fails.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_millis(700);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(700);
/// How long one answer may take. A server that is stopped, not dead, says nothing at all.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(900);
/// How long a transaction may take in all, its repetitions included.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);
/// Writing a batch of inventory, storing a stadium's plan, building an index.
const LONG_ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// After a call without an answer, everybody is refused at once for this long; [`Ledger::check`] goes on asking.
const REFUSE_FOR: Duration = Duration::from_millis(500);
/// Duplicate key: an index speaking, never an accident.
const DUPLICATE_KEY: i32 = 11_000;

/// The adapter.
#[derive(Clone)]
pub struct MongoLedger {
    client: Client,
    database: Database,
    state: Arc<State>,
}

/// What is known of the server.
#[derive(Default)]
struct State {
    /// The indexes exist. Before that nothing is read or written.
    prepared: AtomicBool,
    /// It did not answer a moment ago.
    silent_until: Mutex<Option<Instant>>,
}

impl MongoLedger {
    /// Connects, and makes sure that the indexes exist. `url` must name a replica set: transactions need one. If the
    /// server cannot be reached, every call is refused until [`Ledger::check`] has found it.
    pub async fn connect(url: &str, database: &str) -> Result<Self, LedgerError> {
        let mut options = ClientOptions::parse(url).await.map_err(|error| LedgerError::Corrupt(error.to_string()))?;
        options.app_name = Some("frontrow".into());
        options.server_selection_timeout = Some(SERVER_SELECTION_TIMEOUT);
        options.connect_timeout = Some(CONNECT_TIMEOUT);
        // A pool of dead connections is noticed this soon.
        options.heartbeat_freq = Some(Duration::from_secs(1));
        options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
        let client = Client::with_options(options).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
        let database = client.database(database);
        let ledger = Self { client, database, state: Arc::default() };
        match ledger.check().await {
            Ok(()) | Err(LedgerError::Unavailable(_)) => Ok(ledger),
            Err(corrupt) => Err(corrupt),
        }
    }

    fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        self.database.collection(name)
    }

    /// One question to the server, with a limit on the time that it may take. While the server is known to be silent
    /// nobody waits for it.
    async fn ask<T>(&self, question: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, LedgerError> {
        self.ask_for(ANSWER_TIMEOUT, async { question.await.map_err(unavailable) }).await
    }

    /// The same for what takes longer by its nature.
    async fn ask_at_length<T>(&self, question: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, LedgerError> {
        self.ask_for(LONG_ANSWER_TIMEOUT, async { question.await.map_err(unavailable) }).await
    }

    async fn ask_for<T>(
        &self,
        limit: Duration,
        question: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        if !self.state.prepared.load(Ordering::Acquire) {
            return Err(LedgerError::Unavailable("it has not been reached since the start".into()));
        }
        if self.silent_until().is_some_and(|until| Instant::now() < until) {
            return Err(LedgerError::Unavailable("it did not answer a moment ago".into()));
        }
        match timeout(limit, question).await {
            Ok(answer) => answer,
            Err(_elapsed) => {
                *self.silent_until() = Some(Instant::now() + REFUSE_FOR);
                Err(LedgerError::Unavailable(format!("no answer within {} ms", limit.as_millis())))
            }
        }
    }

    fn silent_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.state.silent_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MongoLedger {
    async fn check(&self) -> Result<(), LedgerError> {
        let ping = async { self.database.run_command(doc! {"ping": 1}).await.map(drop).map_err(unavailable) };
        timeout(ANSWER_TIMEOUT, ping)
            .await
            .map_err(|_elapsed| LedgerError::Unavailable("it does not answer".into()))??;
        if !self.state.prepared.load(Ordering::Acquire) {
            timeout(LONG_ANSWER_TIMEOUT, self.create_indexes())
                .await
                .map_err(|_elapsed| LedgerError::Unavailable("its indexes are still being built".into()))??;
            self.state.prepared.store(true, Ordering::Release);
        }
        *self.silent_until() = None;
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unavailable(error: Error) -> LedgerError {
    match *error.kind {
        ErrorKind::BsonDeserialization(ref why) => LedgerError::Corrupt(why.to_string()),
        _ => LedgerError::Unavailable(error.to_string()),
    }
}

fn is_duplicate(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.code == DUPLICATE_KEY,
        ErrorKind::Command(command) => command.code == DUPLICATE_KEY,
        ErrorKind::InsertMany(many) => {
            many.write_errors.as_ref().is_some_and(|errors| errors.iter().all(|write| write.code == DUPLICATE_KEY))
        }
        _ => false,
    }
}
