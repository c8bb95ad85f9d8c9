//! The thread that writes. Changes that wait at the same time become one transaction: the disk, which takes far longer than
//! they do, is waited for once for all of them. Nobody waits for company: what comes meanwhile is the next transaction.
//!
//! To everybody it looks as if their change had a transaction of its own. Each is undone alone; it sees those before it; and
//! nobody is told anything, not even a refusal, before the disk has what it is based on.

use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::mpsc;

use super::LedgerError;
use super::worker::ended;

/// Changes that may wait. Beyond that callers wait before they hand in, which holds back the requests behind them.
const QUEUE: usize = 1_000;
/// Changes in one transaction: some milliseconds of work, during which the first of them waits for the last.
const MAX_TOGETHER: usize = 64;

/// A change: does its work on the connection it is given, or tells whoever waits why there is none.
pub(super) type Change = Box<dyn FnOnce(Result<&Connection, LedgerError>) -> Option<Done> + Send>;

/// A change that has done its work.
pub(super) struct Done {
    /// Whether what it has written stays.
    pub(super) keep: bool,
    /// Tells whoever waits, once it is known whether everything is on the disk.
    pub(super) tell: Box<dyn FnOnce(Result<(), LedgerError>) + Send>,
}

/// See the module.
pub(super) struct Writer {
    changes: Option<mpsc::Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> std::io::Result<Self> {
        let (changes, mut waiting) = mpsc::channel::<Change>(QUEUE);
        let work = move || {
            while let Some(first) = waiting.blocking_recv() {
                let mut together = vec![first];
                while together.len() < MAX_TOGETHER
                    && let Ok(next) = waiting.try_recv()
                {
                    together.push(next);
                }
                write(&mut connection, together);
            }
        };
        let thread = std::thread::Builder::new().name("ledger-writer".into()).spawn(work)?;
        Ok(Self { changes: Some(changes), thread: Some(thread) })
    }

    /// Hands a change in. It is done even if nobody waits for it any more.
    pub(super) async fn hand_in(&self, change: Change) -> Result<(), LedgerError> {
        let changes = self.changes.as_ref().ok_or_else(ended)?;
        changes.send(change).await.map_err(|_| ended())
    }

    /// A change that panicked took the thread with it.
    pub(super) fn expect_running(&self) -> Result<(), LedgerError> {
        if self.changes.as_ref().is_some_and(|changes| !changes.is_closed()) { Ok(()) } else { Err(ended()) }
    }
}

impl Drop for Writer {
    /// Waits until the changes are done and the connection is closed: who opens the file next finds it whole.
    fn drop(&mut self) {
        self.changes.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            thread.join().ok();
        }
    }
}

/// One transaction for all of them.
fn write(connection: &mut Connection, changes: Vec<Change>) {
    let mut changes = changes.into_iter();
    let (done, written) = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => write_in(transaction, &mut changes),
        Err(error) => (Vec::new(), Err(error.into())),
    };
    for Done { tell, .. } in done {
        tell(written.clone());
    }
    // Those that did not get their turn; with everything written there are none.
    if let Err(error) = written {
        for change in changes {
            change(Err(error.clone()));
        }
    }
}

/// Gives back the changes that had their turn, and whether they are on the disk.
fn write_in(
    mut transaction: Transaction<'_>,
    changes: &mut dyn Iterator<Item = Change>,
) -> (Vec<Done>, Result<(), LedgerError>) {
    let mut done = Vec::new();
    for change in changes {
        let savepoint = match transaction.savepoint() {
            Ok(savepoint) => savepoint,
            Err(error) => {
                change(Err(error.into()));
                return (done, Err(LedgerError::Unavailable("the database has no place for a change".into())));
            }
        };
        let one = change(Ok(&savepoint));
        let keep = one.as_ref().is_some_and(|one| one.keep);
        done.extend(one);
        // A full disk, for one, ends the whole transaction and not only the statement.
        if savepoint.is_autocommit() {
            return (done, Err(LedgerError::Unavailable("the database has undone a transaction".into())));
        }
        if let Err(error) = if keep { savepoint.commit() } else { savepoint.finish() } {
            return (done, Err(error.into()));
        }
    }
    (done, transaction.commit().map_err(LedgerError::from))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let schema = "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)";
        connection.execute_batch(schema).unwrap();
        connection
    }

    /// A change that runs the statement, and what it was told in the end.
    fn change(sql: &'static str, keep: bool) -> (Change, Receiver<Result<usize, String>>) {
        let (sender, told) = channel();
        let change = move |connection: Result<&Connection, LedgerError>| {
            let worked = match connection {
                Ok(connection) => connection.execute(sql, []).map_err(|error| error.to_string()),
                Err(error) => {
                    sender.send(Err(error.to_string())).unwrap();
                    return None;
                }
            };
            let keep = keep && worked.is_ok();
            let tell = move |written: Result<(), LedgerError>| {
                sender.send(written.map_err(|error| error.to_string()).and(worked)).unwrap();
            };
            Some(Done { keep, tell: Box::new(tell) })
        };
        (Box::new(change), told)
    }

    fn ids(connection: &Connection) -> Vec<i64> {
        let mut rows = connection.prepare("SELECT id FROM parent ORDER BY id").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn each_change_is_undone_alone_and_sees_those_before_it() {
        let mut connection = database();
        let (one, told_one) = change("INSERT INTO parent VALUES (1)", true);
        let (given_up, told_given_up) = change("INSERT INTO parent VALUES (2)", false);
        let (broken, told_broken) = change("INSERT INTO parent VALUES (1)", true);
        let (last, told_last) = change("INSERT INTO parent SELECT id + 10 FROM parent", true);
        write(&mut connection, vec![one, given_up, broken, last]);
        assert_eq!(ids(&connection), [1, 11]);
        assert_eq!((told_one.recv().unwrap(), told_given_up.recv().unwrap()), (Ok(1), Ok(1)));
        assert!(told_broken.recv().unwrap().unwrap_err().contains("UNIQUE"));
        assert_eq!(told_last.recv().unwrap(), Ok(1), "it saw one row");
    }

    #[test]
    fn nobody_is_told_that_it_worked_when_the_commit_has_failed() {
        let mut connection = database();
        let (fine, told_fine) = change("INSERT INTO parent VALUES (1)", true);
        let (orphan, told_orphan) = change("INSERT INTO child VALUES (1, 99)", true);
        write(&mut connection, vec![fine, orphan]);
        for told in [told_fine, told_orphan] {
            assert!(told.recv().unwrap().unwrap_err().contains("FOREIGN KEY"));
        }
        assert_eq!(ids(&connection), [0_i64; 0]);
        let (fine, told_fine) = change("INSERT INTO parent VALUES (1)", true);
        write(&mut connection, vec![fine]);
        assert_eq!((told_fine.recv().unwrap(), ids(&connection)), (Ok(1), vec![1]), "the next ones are not affected");
    }

    #[test]
    fn a_transaction_that_is_undone_on_the_way_takes_all_of_its_changes() {
        let mut connection = database();
        let (fine, told_fine) = change("INSERT INTO parent VALUES (1)", true);
        let (undoing, told_undoing) = change("ROLLBACK", true);
        let (late, told_late) = change("INSERT INTO parent VALUES (2)", true);
        write(&mut connection, vec![fine, undoing, late]);
        for told in [told_fine, told_undoing, told_late] {
            assert!(told.recv().unwrap().is_err());
        }
        assert_eq!(ids(&connection), [0_i64; 0]);
    }

    #[test]
    fn without_a_transaction_everybody_is_told_why() {
        let mut connection = database();
        connection.execute_batch("BEGIN").unwrap();
        let (change, told) = change("INSERT INTO parent VALUES (1)", true);
        write(&mut connection, vec![change]);
        assert!(told.recv().unwrap().unwrap_err().contains("within a transaction"));
    }
}
