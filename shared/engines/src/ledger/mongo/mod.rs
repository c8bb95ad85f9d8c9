//! The ledger in MongoDB: a replica set, multi-document transactions, majority and journalled writes.

mod accounts;
mod answers;
mod catalogue;
mod documents;
mod outbox;
mod sales;
mod transaction;

use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::options::{Acknowledgment, ClientOptions, IndexOptions, WriteConcern};
use mongodb::{Client, Collection, Database, IndexModel};

use super::{Ledger, LedgerError};

/// How long finding a primary may take before a call fails.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_secs(1);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// At start, a replica set may still be electing.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Duplicate key: an index speaking, never an accident.
const DUPLICATE_KEY: i32 = 11_000;

/// The adapter.
#[derive(Clone)]
pub struct MongoLedger {
    client: Client,
    database: Database,
}

impl MongoLedger {
    /// Connects and makes sure that the indexes exist. `url` must name a replica set: transactions need one.
    pub async fn connect(url: &str, database: &str) -> Result<Self, LedgerError> {
        let mut options = ClientOptions::parse(url).await.map_err(unavailable)?;
        options.app_name = Some("frontrow".into());
        options.server_selection_timeout = Some(START_TIMEOUT);
        options.connect_timeout = Some(CONNECT_TIMEOUT);
        options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
        let starting = Self::with(options.clone(), database)?;
        starting.create_indexes().await?;
        options.server_selection_timeout = Some(SERVER_SELECTION_TIMEOUT);
        Self::with(options, database)
    }

    fn with(options: ClientOptions, database: &str) -> Result<Self, LedgerError> {
        let client = Client::with_options(options).map_err(unavailable)?;
        let database = client.database(database);
        Ok(Self { client, database })
    }

    fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        self.database.collection(name)
    }

    /// Indexes are the last line against selling twice; without them the server does not start.
    async fn create_indexes(&self) -> Result<(), LedgerError> {
        let unique = || IndexOptions::builder().unique(true).build();
        let lapse = || IndexOptions::builder().expire_after(Duration::ZERO).build();
        let unpublished = IndexOptions::builder().partial_filter_expression(doc! {"published": false}).build();
        let indexes: [(&str, Document, IndexOptions); 8] = [
            ("users", doc! {"email": 1}, unique()),
            ("tokens", doc! {"expires_at": 1}, lapse()),
            ("answers", doc! {"expires_at": 1}, lapse()),
            ("events", doc! {"starts_at": 1, "_id": 1}, IndexOptions::default()),
            ("events", doc! {"organizer_id": 1}, IndexOptions::default()),
            ("seats", doc! {"event_id": 1, "ordinal": 1}, unique()),
            ("seats", doc! {"order_id": 1}, IndexOptions::builder().sparse(true).build()),
            ("outbox", doc! {"created_at": 1}, unpublished),
        ];
        for (collection, keys, options) in indexes {
            let index = IndexModel::builder().keys(keys).options(options).build();
            self.collection::<Document>(collection).create_index(index).await.map_err(unavailable)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Ledger for MongoLedger {
    async fn check(&self) -> Result<(), LedgerError> {
        self.database.run_command(doc! {"ping": 1}).await.map(drop).map_err(unavailable)
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
