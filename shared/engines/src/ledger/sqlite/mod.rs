//! The ledger in an `SQLite` file: one process, one writer, every commit on the disk before it is acknowledged.
//!
//! One thread writes, two read. One method of the port is all or nothing; several that come at once wait for the disk
//! together. The file belongs to one process at a time;
//! what only matters while that process lives (the leases on outbox rows) is kept in its memory.

mod accounts;
mod answers;
mod backup;
mod catalogue;
mod events;
mod file;
mod journal;
mod log_rows;
mod logins;
mod open_error;
mod orders;
mod outbox;
mod rows;
mod sales;
mod text;
mod tickets;
mod work;
mod worker;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;

pub use backup::BackupError;

pub(crate) use log_rows::LogRow;
pub use open_error::OpenError;
pub(crate) use outbox::LOOK_AGAIN;

use self::outbox::Leases;
use self::worker::Worker;
use self::writer::Writer;
use super::{Ledger, LedgerError};

/// Two, so that a long listing does not hold up everybody who reads a row by its key.
const READERS: usize = 2;

/// The adapter. Its clones share the file; when the last one is dropped the file is closed.
#[derive(Clone)]
pub struct SqliteLedger {
    shared: Arc<Shared>,
}

/// The order matters: the writer closes after the readers and tidies up the file, then the lock goes.
struct Shared {
    readers: [Worker; READERS],
    turn: AtomicUsize,
    writer: Writer,
    path: PathBuf,
    /// Which file this is, whatever its name is now.
    identity: (u64, u64),
    /// The file was removed or replaced under our feet: what is written now would be lost with us.
    gone: AtomicBool,
    leases: Arc<Mutex<Leases>>,
    appended: watch::Sender<()>,
    _lock: Option<File>,
}

impl SqliteLedger {
    /// Opens the file for the one process that serves from it. Creates it if there is none, and brings it up to date.
    ///
    /// A file that is not this program's, is damaged, or comes from a newer program is refused and left as it was.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let lock = file::lock(path)?;
        file::prepare(path)?;
        Self::start(path, Some(lock))
    }

    /// Opens the file beside the process that serves from it, for a command of its administrator. Neither creates nor
    /// changes the file's shape: it must be of this program's version.
    pub fn attach(path: &Path) -> Result<Self, OpenError> {
        file::expect_current(path)?;
        Self::start(path, None)
    }

    fn start(path: &Path, lock: Option<File>) -> Result<Self, OpenError> {
        let worker =
            |name, connection| Worker::start(name, connection).map_err(|error| OpenError::unusable(path, error));
        let writer = Writer::start(file::writer(path)?).map_err(|error| OpenError::unusable(path, error))?;
        let readers = [worker("reader-1", file::reader(path)?)?, worker("reader-2", file::reader(path)?)?];
        let shared = Shared {
            readers,
            turn: AtomicUsize::new(0),
            writer,
            path: path.to_owned(),
            identity: file::identity(path).map_err(|error| OpenError::unusable(path, error))?,
            gone: AtomicBool::new(false),
            leases: Arc::default(),
            appended: watch::Sender::new(()),
            _lock: lock,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A query on a reader's thread: it sees one state of the file, the newest that was committed.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let turn = self.shared.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        let job = move |connection: &mut Connection| query(&*connection.transaction()?);
        self.shared.readers[turn].run(job).await
    }

    /// Nothing is written into a file that nobody will find again.
    fn expect_present(&self) -> Result<(), LedgerError> {
        if !self.shared.gone.load(Ordering::Relaxed) {
            return Ok(());
        }
        let path = self.shared.path.display();
        Err(LedgerError::Unavailable(format!("{path} was removed or replaced while it was in use")))
    }

    /// Changes whenever rows were appended to the outbox by this process.
    pub(crate) fn appended(&self) -> watch::Receiver<()> {
        self.shared.appended.subscribe()
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn check(&self) -> Result<(), LedgerError> {
        let gone = file::identity(&self.shared.path).ok() != Some(self.shared.identity);
        self.shared.gone.store(gone, Ordering::Relaxed);
        self.expect_present()?;
        self.shared.writer.expect_running()?;
        self.shared.readers.iter().try_for_each(Worker::expect_running)?;
        self.read(|connection| Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?)).await
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        let unreadable = match &error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => true,
            rusqlite::Error::SqliteFailure(failure, _) => {
                matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            }
            _ => false,
        };
        if unreadable { Self::Corrupt(error.to_string()) } else { Self::Unavailable(error.to_string()) }
    }
}
