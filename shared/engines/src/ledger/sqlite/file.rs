//! The file itself: whose it is, whether it is whole, and how it comes into its newest shape.
//!
//! A file that is there already is only looked at until it is known to be ours, whole, and not from the future. A new
//! one is made under another name and renamed: a file of this name is always complete.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::open_error::{OpenError, in_file};

/// "FROW": tells this program's files from those of others.
const APPLICATION_ID: u32 = 0x4652_4f57;
/// The version of this program's files: how many migrations there are.
const VERSION: u32 = 3;
/// Every migration; its place, counted from one, is the version that the file has after it.
const MIGRATIONS: [&str; VERSION as usize] = [
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_orders.sql"),
    include_str!("migrations/0003_bans.sql"),
];
/// How long a write waits for another process (an administrator's command) that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// An `SQLite` file begins with these.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Makes this process the one that serves from the file, until the lock is dropped or the process ends, however it does.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let unusable = |error: std::io::Error| OpenError::unusable(path, error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unusable)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(with_suffix(path, ".lock"));
    let file = file.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Makes sure that there is a whole file of the newest version.
pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
    match owner(path)? {
        Owner::Nobody => create(path),
        Owner::Frontrow => {
            let version = look(path)?;
            if version < VERSION { migrate(&mut connect(path)?, version).map_err(in_file(path)) } else { Ok(()) }
        }
    }
}

/// Makes sure that the file has this program's version, while another process may be writing it.
pub(super) fn expect_current(path: &Path) -> Result<(), OpenError> {
    match owner(path)? {
        Owner::Nobody => Err(OpenError::Missing(path.to_owned())),
        Owner::Frontrow => match version(&connect(path)?).map_err(in_file(path))? {
            VERSION => Ok(()),
            found if found > VERSION => Err(OpenError::Newer { path: path.to_owned(), found, known: VERSION }),
            found => Err(OpenError::Outdated { path: path.to_owned(), found, known: VERSION }),
        },
    }
}

/// The connection of the one thread that writes.
pub(super) fn writer(path: &Path) -> Result<Connection, OpenError> {
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
        PRAGMA journal_size_limit = 67108864;";
    let connection = connect(path)?;
    connection.execute_batch(settings).map_err(in_file(path))?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = opened(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    super::text::register(&connection).map_err(in_file(path))?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    opened(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn opened(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    // Every connection stays on one thread at a time.
    let connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(in_file(path))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(in_file(path))?;
    Ok(connection)
}

enum Owner {
    /// There is no file, or nothing in it.
    Nobody,
    Frontrow,
}

/// Whose file it is, by its first hundred bytes. `SQLite` is not asked: it may write beside a file that it opens.
fn owner(path: &Path) -> Result<Owner, OpenError> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut head).map_err(|error| OpenError::unusable(path, error))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Owner::Nobody),
        Err(error) => return Err(OpenError::unusable(path, error)),
    };
    if head.is_empty() {
        return Ok(Owner::Nobody);
    }
    match head.get(68..72) {
        Some(id) if head.starts_with(MAGIC) => {
            if id == APPLICATION_ID.to_be_bytes() {
                Ok(Owner::Frontrow)
            } else {
                Err(OpenError::Foreign(path.to_owned()))
            }
        }
        _ => Err(OpenError::NotADatabase(path.to_owned())),
    }
}

/// The version of a file that is whole and not too new. Nobody else has it open: this process has the lock.
fn look(path: &Path) -> Result<u32, OpenError> {
    let connection = if has_content(&with_suffix(path, "-wal")) { reader(path)? } else { still(path)? };
    let found = version(&connection).map_err(in_file(path))?;
    if found > VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    check(&connection, path).map(|()| found)
}

/// Makes sure that a file that nobody writes reads as it was written.
pub(super) fn expect_whole(path: &Path) -> Result<(), OpenError> {
    check(&still(path)?, path)
}

fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(in_file(path))?;
    if verdict == "ok" { Ok(()) } else { Err(OpenError::Damaged { path: path.to_owned(), why: verdict }) }
}

fn create(path: &Path) -> Result<(), OpenError> {
    let unusable = |error: std::io::Error| OpenError::unusable(path, error);
    let new = with_suffix(path, ".new");
    let wal = with_suffix(path, "-wal");
    if has_content(&wal) {
        // It would be taken for the new file's.
        return Err(OpenError::unusable(path, format!("{} is left over from another file", wal.display())));
    }
    // An earlier start may have died in the middle.
    // Accounts and hashes are in it: nobody else on the machine has to read it. SQLite's files beside it follow.
    let mut private = File::options();
    private.write(true).create(true).truncate(true).mode(0o600);
    private.open(&new).map_err(unusable)?;
    migrate(&mut connect(&new)?, 0).map_err(in_file(path))?;
    std::fs::rename(&new, path).map_err(unusable)?;
    super::backup::sync_folder(path).map_err(unusable)
}

/// The file behind a name: its device and number.
pub(super) fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

fn migrate(connection: &mut Connection, version: u32) -> rusqlite::Result<()> {
    for (number, sql) in (1..).zip(MIGRATIONS).skip(version as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// A connection that takes the file for unchangeable, and so leaves nothing beside it.
fn still(path: &Path) -> Result<Connection, OpenError> {
    let encode = |&byte: &u8| match byte {
        b'/' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    let encoded: String = path.as_os_str().as_encoded_bytes().iter().map(encode).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    opened(Path::new(&format!("file:{encoded}?immutable=1")), flags)
}

fn has_content(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.len() > 0)
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
