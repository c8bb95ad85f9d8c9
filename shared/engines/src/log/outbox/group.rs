//! A group: its members share the entries. What a member has not committed is its own until it commits or is dropped.
//!
//! Entries are given out in order, and the entries of one event to one member at a time, so that nobody overtakes
//! another one's work on it. Stored is only the lowest entry that is not dealt with: a crash repeats what came after.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{BATCH, delivered, unreachable};
use crate::ledger::sqlite::{LOOK_AGAIN, LogRow, SqliteLedger};
use crate::log::{Delivered, GroupReader, LogError};

/// Entries that may wait in memory behind ones whose events are being worked on: some hundred kilobytes. Beyond that
/// a member without work waits for the others.
const MOST_WAITING: usize = 1_000;

/// What the members of a group share.
pub(super) struct Group {
    name: String,
    entries: Mutex<Entries>,
    /// Changes when entries come back or an event is free again.
    freed: watch::Sender<()>,
    members: AtomicU64,
}

struct Entries {
    /// The first offset that was not fetched yet.
    next: i64,
    /// Fetched, or given back, by offset.
    waiting: BTreeMap<i64, LogRow>,
    /// Given out and not committed, with the member that has it.
    given: BTreeMap<i64, (u64, LogRow)>,
}

impl Group {
    pub(super) fn new(name: &str, position: i64) -> Self {
        let entries = Entries { next: position, waiting: BTreeMap::new(), given: BTreeMap::new() };
        let (name, entries) = (name.to_owned(), Mutex::new(entries));
        Self { name, entries, freed: watch::Sender::new(()), members: AtomicU64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// The first entry whose event nobody else is working on, now this member's.
    fn give(&mut self, member: u64) -> Option<Delivered> {
        let elsewhere = |event: &str| self.given.values().any(|(other, row)| *other != member && row.event == event);
        let offset = self.waiting.values().find(|row| !elsewhere(&row.event))?.offset;
        let row = self.waiting.remove(&offset)?;
        let entry = delivered(&row);
        self.given.insert(offset, (member, row));
        Some(entry)
    }

    /// Adds rows that were fetched from `from` on, unless another member was faster.
    fn fetched(&mut self, from: i64, rows: Vec<LogRow>) {
        if self.next != from {
            return;
        }
        for row in rows {
            self.next = row.offset + 1;
            self.waiting.insert(row.offset, row);
        }
    }

    /// Everything that this member had up to `offset` is dealt with; gives back where the group stands now.
    fn commit(&mut self, member: u64, offset: i64) -> i64 {
        self.given.retain(|&at, (of, _)| *of != member || at > offset);
        let lowest = self.given.keys().next().into_iter().chain(self.waiting.keys().next()).min();
        lowest.copied().unwrap_or(self.next)
    }

    fn give_back(&mut self, member: u64) {
        let mine = self.given.extract_if(.., |_, (of, _)| *of == member);
        self.waiting.extend(mine.map(|(offset, (_, row))| (offset, row)));
    }
}

/// A member.
pub(super) struct Member {
    group: Arc<Group>,
    ledger: SqliteLedger,
    number: u64,
    appended: watch::Receiver<()>,
    freed: watch::Receiver<()>,
}

impl Member {
    pub(super) fn new(group: Arc<Group>, ledger: SqliteLedger) -> Self {
        let number = group.members.fetch_add(1, Ordering::Relaxed);
        let (appended, freed) = (ledger.appended(), group.freed.subscribe());
        Self { group, ledger, number, appended, freed }
    }

    /// Fetches what comes next in the log; `false` if there is nothing, or no room for it.
    async fn fetch(&self) -> Result<bool, LogError> {
        let from = {
            let entries = self.group.lock();
            if entries.waiting.len() >= MOST_WAITING {
                return Ok(false);
            }
            entries.next
        };
        let rows = self.ledger.log_rows(from, BATCH).await.map_err(unreachable)?;
        let found = !rows.is_empty();
        self.group.lock().fetched(from, rows);
        Ok(found)
    }
}

#[async_trait]
impl GroupReader for Member {
    /// Nothing is lost when this is given up: an entry is given out with the return.
    async fn next(&mut self) -> Result<Delivered, LogError> {
        loop {
            self.appended.mark_unchanged();
            self.freed.mark_unchanged();
            let given = self.group.lock().give(self.number);
            if let Some(delivered) = given {
                return Ok(delivered);
            }
            if self.fetch().await? {
                continue;
            }
            let news = async {
                tokio::select! {
                    _ = self.appended.changed() => {}
                    _ = self.freed.changed() => {}
                }
            };
            tokio::time::timeout(LOOK_AGAIN, news).await.ok();
        }
    }

    async fn commit(&mut self, delivered: &Delivered) -> Result<(), LogError> {
        let position = self.group.lock().commit(self.number, delivered.offset);
        self.group.freed.send_replace(());
        self.ledger.advance_group(&self.group.name, position).await.map_err(unreachable)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.group.lock().give_back(self.number);
        self.group.freed.send_replace(());
    }
}
