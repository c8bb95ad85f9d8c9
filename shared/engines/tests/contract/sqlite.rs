//! What the ledger's file must do: be nobody else's, be whole, survive.

use std::collections::BTreeMap;
use std::path::Path;

use frontrow_domain::event::EventStatus;
use frontrow_engines::ledger::sqlite::{BackupError, OpenError, SqliteLedger};
use frontrow_engines::ledger::{Accounts as _, Catalogue as _, EventQuery, Ledger as _, Outbox as _};
use frontrow_engines::log::Log as _;
use frontrow_engines::log::outbox::OutboxLog;
use rusqlite::Connection;

use crate::support::{event, folder, new_outbox_id, new_user_id, now, open_sqlite, plan};

/// Everything in the folder but the lock, byte for byte.
fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(path.parent().expect("a folder")).expect("reads");
    let files = entries.map(|entry| {
        let path = entry.expect("reads").path();
        (path.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(path).expect("reads"))
    });
    files.filter(|(name, _)| name != "frontrow.db.lock").collect()
}

/// The sentence with which the file is refused, after making sure that nothing was touched.
fn refused(path: &Path) -> String {
    let before = files(path);
    let error = SqliteLedger::open(path).err().expect("refused");
    assert!(files(path) == before, "the file and its folder stay as they were: {error}");
    error.to_string().replace(&path.display().to_string(), "FILE")
}

/// A closed file with an event in it.
async fn filled(path: &Path) -> frontrow_domain::ids::EventId {
    let ledger = open_sqlite(path);
    let (plan, outbox_id) = (plan(), new_outbox_id());
    let mut event = event(&plan, 3);
    event.status = EventStatus::OnSale;
    ledger.create_event(&event, &plan, outbox_id, None).await.expect("answers");
    event.id
}

#[tokio::test]
async fn a_second_process_is_refused_while_the_first_lives() {
    let path = folder().join("data").join("frontrow.db");
    let first = open_sqlite(&path);
    let clone = first.clone();
    let error = SqliteLedger::open(&path).err().expect("refused");
    assert_eq!(error.to_string(), format!("another Frontrow is using {}", path.display()));
    drop(first);
    assert!(matches!(SqliteLedger::open(&path), Err(OpenError::InUse(_))), "a clone is still there");
    clone.check().await.expect("answers");
    drop(clone);
    open_sqlite(&path).check().await.expect("answers");
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let path = folder().join("frontrow.db");
    let event = filled(&path).await;
    let names: Vec<_> = files(&path).into_keys().collect();
    assert_eq!(names, ["frontrow.db"], "a closed file is one file");
    let ledger = open_sqlite(&path);
    assert!(ledger.event(event).await.expect("answers").is_some());
    assert_eq!(ledger.lag().await.expect("answers").rows, 1);
}

#[tokio::test]
async fn i3_what_was_acknowledged_survives_a_kill() {
    let (path, copy) = (folder().join("frontrow.db"), folder().join("frontrow.db"));
    let ledger = open_sqlite(&path);
    let plan = plan();
    let event = event(&plan, 3);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    // What a killed process leaves behind: the files as they are now, never closed.
    for (name, bytes) in files(&path) {
        std::fs::write(copy.with_file_name(name), bytes).expect("writes");
    }
    drop(ledger);
    let found = open_sqlite(&copy).event(event.id).await.expect("answers");
    assert_eq!(found, Some(event));
}

#[tokio::test]
async fn an_empty_file_becomes_a_ledger() {
    let path = folder().join("frontrow.db");
    std::fs::write(&path, b"").expect("writes");
    // A start that died in the middle left this.
    std::fs::write(path.with_file_name("frontrow.db.new"), b"half").expect("writes");
    let event = filled(&path).await;
    let connection = Connection::open(&path).expect("opens");
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0)).expect("reads");
    assert_eq!((number("user_version"), number("application_id")), (3, 0x4652_4f57));
    drop(connection);
    assert!(open_sqlite(&path).event(event).await.expect("answers").is_some());
}

#[test]
fn a_log_of_changes_without_its_file_is_not_taken_for_ours() {
    let path = folder().join("frontrow.db");
    std::fs::write(path.with_file_name("frontrow.db-wal"), b"changes of a file that is gone").expect("writes");
    assert!(refused(&path).contains("is left over from another file"));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let path = folder().join("frontrow.db");
    for text in ["short".to_owned(), "a letter to a friend, ".repeat(1_000)] {
        std::fs::write(&path, text).expect("writes");
        assert_eq!(refused(&path), "FILE is not a database");
    }
}

#[test]
fn the_database_of_another_program_is_refused() {
    let path = folder().join("frontrow.db");
    let connection = Connection::open(&path).expect("opens");
    connection.execute_batch("CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1").expect("writes");
    drop(connection);
    assert_eq!(refused(&path), "FILE is the database of another program");
    let connection = Connection::open(&path).expect("opens");
    connection.execute_batch("PRAGMA application_id = 77; PRAGMA journal_mode = WAL").expect("writes");
    drop(connection);
    assert_eq!(refused(&path), "FILE is the database of another program");
}

#[tokio::test]
async fn a_file_from_the_future_is_refused() {
    let path = folder().join("frontrow.db");
    filled(&path).await;
    let connection = Connection::open(&path).expect("opens");
    connection.pragma_update(None, "user_version", 99).expect("writes");
    drop(connection);
    assert_eq!(refused(&path), "FILE was written by a newer Frontrow: its version is 99, this program knows 3");
    let error = SqliteLedger::attach(&path).err().expect("refused");
    assert!(matches!(error, OpenError::Newer { found: 99, known: 3, .. }), "{error}");
}

#[tokio::test]
async fn a_killed_programs_file_is_looked_at_and_left_as_it_was() {
    let (path, copy) = (folder().join("frontrow.db"), folder().join("frontrow.db"));
    filled(&path).await;
    let newer = Connection::open(&path).expect("opens");
    newer.pragma_update(None, "user_version", 99).expect("writes");
    // The newer version is in the log of changes only; SQLite is eager to move it into the file.
    for (name, bytes) in files(&path) {
        std::fs::write(copy.with_file_name(name), bytes).expect("writes");
    }
    // How a log is read is noted beside it; that is no part of the data.
    let data = || {
        let mut data = files(&copy);
        data.remove("frontrow.db-shm");
        data
    };
    let before = data();
    assert!(before.len() == 2 && !before["frontrow.db-wal"].is_empty());
    let error = SqliteLedger::open(&copy).err().expect("refused");
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
    assert!(data() == before);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let path = folder().join("frontrow.db");
    filled(&path).await;
    let whole = std::fs::read(&path).expect("reads");
    // Every page but the first is torn in turn; the two ends are lost.
    for page in 1..whole.len() / 4096 {
        let mut torn = whole.clone();
        torn[page * 4096..][..512].fill(0xa5);
        std::fs::write(&path, &torn).expect("writes");
        let sentence = refused(&path);
        assert!(sentence.starts_with("FILE is damaged (") && sentence.ends_with("): restore a backup"), "{sentence}");
    }
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("writes");
    assert!(refused(&path).starts_with("FILE is damaged ("));
    std::fs::write(&path, &whole[..50]).expect("writes");
    assert_eq!(refused(&path), "FILE is not a database");
    std::fs::write(&path, &whole).expect("writes");
    open_sqlite(&path).check().await.expect("answers");
}

#[tokio::test]
async fn an_administrator_attaches_beside_the_server() {
    let path = folder().join("frontrow.db");
    assert!(matches!(SqliteLedger::attach(&path), Err(OpenError::Missing(_))));
    assert!(!path.exists(), "attaching creates nothing");
    let server = open_sqlite(&path);
    let log = OutboxLog::new(server.clone());
    let mut tail = log.tail(&[].into()).await.expect("a reader");
    let command = SqliteLedger::attach(&path).expect("attaches");
    let (plan, id) = (plan(), new_outbox_id());
    let event = event(&plan, 3);
    command.create_event(&event, &plan, id, None).await.expect("answers");
    assert_eq!(server.event(event.id).await.expect("answers"), Some(event));
    // Nobody wakes the server's readers for it; they look again by themselves.
    tokio::time::timeout(crate::support::PATIENCE, tail.next()).await.expect("in time").expect("an entry");
    drop(command);
    server.check().await.expect("answers");
}

#[tokio::test]
async fn an_outdated_file_is_for_the_server_to_bring_up_to_date() {
    let path = folder().join("frontrow.db");
    filled(&path).await;
    let connection = Connection::open(&path).expect("opens");
    connection.pragma_update(None, "user_version", 0).expect("writes");
    drop(connection);
    let before = files(&path);
    assert!(matches!(SqliteLedger::attach(&path), Err(OpenError::Outdated { found: 0, known: 3, .. })));
    assert!(files(&path) == before);
}

#[tokio::test]
async fn a_backup_is_whole_while_writers_write() {
    let (path, to) = (folder().join("frontrow.db"), folder().join("copy.db"));
    let ledger = open_sqlite(&path);
    let writing = tokio::spawn({
        let ledger = ledger.clone();
        async move {
            loop {
                let plan = plan();
                ledger.create_event(&event(&plan, 1), &plan, new_outbox_id(), None).await.expect("answers");
            }
        }
    });
    while ledger.lag().await.expect("answers").rows < 20 {}
    let before = ledger.lag().await.expect("answers").rows;
    ledger.backup(&to).await.expect("a backup");
    while ledger.lag().await.expect("answers").rows < before + 20 {}
    writing.abort();

    let copy = open_sqlite(&to);
    let rows = copy.lag().await.expect("answers").rows;
    assert!(rows >= before, "{rows} of {before}");
    let all = EventQuery { with_private: true, limit: 10_000, ..EventQuery::default() };
    assert_eq!(copy.events(&all).await.expect("answers").len() as u64, rows, "every event came with its row");
    drop(copy);
    assert!(matches!(ledger.backup(&to).await, Err(BackupError::Exists(_))));
    let nowhere = path.with_file_name("missing").join("copy.db");
    assert!(matches!(ledger.backup(&nowhere).await, Err(BackupError::Failed { .. })));
}

#[tokio::test]
async fn a_damaged_row_is_named_and_not_guessed() {
    let path = folder().join("frontrow.db");
    let event = filled(&path).await;
    let connection = Connection::open(&path).expect("opens");
    connection.execute("UPDATE events SET status = 'sold_out'", []).expect("writes");
    drop(connection);
    let ledger = open_sqlite(&path);
    let error = ledger.event(event).await.expect_err("unreadable");
    assert_eq!(error.to_string(), "the ledger holds something unreadable: an event's status reads \"sold_out\"");
    assert_eq!(ledger.user(new_user_id()).await.expect("the rest is fine"), None);
    ledger.logins_ended(now()).await.expect("the rest is fine");
}
