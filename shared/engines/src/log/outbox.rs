//! The inventory log of the embedded engine: the outbox table itself, read by offset, as one partition.
//!
//! A row is in the log the moment it is committed, carried or not. Nobody is in front of the readers: each looks at
//! the table and then waits for the next commit.

mod group;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use frontrow_domain::inventory::InventoryMessage;
use tokio::sync::watch;

use self::group::{Group, Member};
use super::{DeadLetter, Delivered, Entry, GroupReader, Log, LogError, TailReader};
use crate::ledger::sqlite::{LOOK_AGAIN, LogRow, SqliteLedger};
use crate::ledger::{Ledger as _, LedgerError, LogPosition};

/// There is only one.
const PARTITION: i32 = 0;
/// Rows that a reader takes at once.
const BATCH: u32 = 100;

/// The adapter. Its clones share their groups: one process has one.
#[derive(Clone)]
pub struct OutboxLog {
    ledger: SqliteLedger,
    groups: Arc<Mutex<HashMap<String, Arc<Group>>>>,
}

impl OutboxLog {
    /// The log in the ledger's file.
    pub fn new(ledger: SqliteLedger) -> Self {
        Self { ledger, groups: Arc::default() }
    }

    fn known_group(&self, name: &str) -> Option<Arc<Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The group of this name, at the position where it was left. Of two that come at once the first one's is taken.
    async fn group(&self, name: &str) -> Result<Arc<Group>, LogError> {
        if let Some(group) = self.known_group(name) {
            return Ok(group);
        }
        let position = self.ledger.group_position(name).await.map_err(unreachable)?;
        // From now on nothing that the group has not read is removed.
        self.ledger.advance_group(name, position).await.map_err(unreachable)?;
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let group = groups.entry(name.to_owned()).or_insert_with(|| Arc::new(Group::new(name, position)));
        Ok(Arc::clone(group))
    }
}

#[async_trait]
impl Log for OutboxLog {
    async fn publish(&self, messages: &[InventoryMessage]) -> Result<(), LogError> {
        self.ledger.append_missing(messages).await.map_err(unreachable)
    }

    async fn bury(&self, payload: &[u8], reason: &str) -> Result<(), LogError> {
        self.ledger.bury(payload, reason).await.map_err(unreachable)
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, LogError> {
        self.ledger.dead_letters().await.map_err(unreachable)
    }

    async fn join(&self, group: &str, _member: &str) -> Result<Box<dyn GroupReader>, LogError> {
        let group = self.group(group).await?;
        Ok(Box::new(Member::new(group, self.ledger.clone())))
    }

    async fn tail(&self, position: &LogPosition) -> Result<Box<dyn TailReader>, LogError> {
        let end = self.ledger.log_end().await.map_err(unreachable)?;
        let next = match position.get(&PARTITION) {
            // A position behind the end is another file's; here everything is new to this reader.
            Some(&offset) => {
                if offset > end {
                    0
                } else {
                    offset
                }
            }
            None => end,
        };
        let appended = self.ledger.appended();
        let position = [(PARTITION, next)].into();
        Ok(Box::new(OutboxTail { ledger: self.ledger.clone(), appended, fetched: VecDeque::new(), position }))
    }

    async fn check(&self) -> Result<(), LogError> {
        self.ledger.check().await.map_err(unreachable)
    }
}

struct OutboxTail {
    ledger: SqliteLedger,
    appended: watch::Receiver<()>,
    fetched: VecDeque<Delivered>,
    position: LogPosition,
}

#[async_trait]
impl TailReader for OutboxTail {
    fn position(&self) -> &LogPosition {
        &self.position
    }

    async fn next(&mut self) -> Result<Delivered, LogError> {
        loop {
            if let Some(delivered) = self.fetched.pop_front() {
                self.position.insert(PARTITION, delivered.offset + 1);
                return Ok(delivered);
            }
            self.appended.mark_unchanged();
            let next = self.position.get(&PARTITION).copied().unwrap_or(0);
            let rows = self.ledger.log_rows(next, BATCH).await.map_err(unreachable)?;
            if rows.is_empty() {
                tokio::time::timeout(LOOK_AGAIN, self.appended.changed()).await.ok();
            }
            self.fetched.extend(rows.iter().map(delivered));
        }
    }
}

fn delivered(row: &LogRow) -> Delivered {
    let entry = match serde_json::from_str(&row.message) {
        Ok(message) => Entry::Message(message),
        Err(error) => Entry::Poison { payload: row.message.clone().into_bytes(), reason: error.to_string() },
    };
    Delivered { partition: PARTITION, offset: row.offset, entry }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreachable(error: LedgerError) -> LogError {
    LogError(error.to_string())
}
