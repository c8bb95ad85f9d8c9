//! A hold store that a test can make unreliable, and that counts what it is asked.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicUsize};

use async_trait::async_trait;
use frontrow_domain::holds::{Command, Gate, PastChange};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_engines::holds::{Answer, BuyerRead, Changes, Hint, HoldStoreError, Holds, SeatsRead, Version};
use tokio::sync::mpsc;

/// What is wrong with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Trouble {
    /// It does what it is told, and people's commands get no answer.
    AnswersLost = 1,
    /// Nobody is there.
    Away = 2,
    /// Nothing.
    None = 0,
}

/// See the module.
pub(crate) struct UnreliableHolds {
    store: Arc<dyn Holds>,
    trouble: AtomicU8,
    hold_commands: AtomicUsize,
}

impl UnreliableHolds {
    pub(crate) fn over(store: &Arc<dyn Holds>) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(store),
            trouble: AtomicU8::new(Trouble::None as u8),
            hold_commands: AtomicUsize::new(0),
        })
    }

    pub(crate) fn be(&self, trouble: Trouble) {
        self.trouble.store(trouble as u8, Relaxed);
    }

    /// How many hold commands have come.
    pub(crate) fn hold_commands(&self) -> usize {
        self.hold_commands.load(Relaxed)
    }

    fn is(&self, trouble: Trouble) -> bool {
        self.trouble.load(Relaxed) == trouble as u8
    }

    fn there(&self) -> Result<&dyn Holds, HoldStoreError> {
        if self.is(Trouble::Away) { Err(HoldStoreError("nobody is there".into())) } else { Ok(self.store.as_ref()) }
    }
}

#[async_trait]
impl Holds for UnreliableHolds {
    async fn apply(&self, event: EventId, command: &Command) -> Result<Answer, HoldStoreError> {
        if let Command::Hold { .. } = command {
            self.hold_commands.fetch_add(1, Relaxed);
        }
        let answer = self.there()?.apply(event, command).await;
        match command {
            Command::Hold { .. } | Command::Release { .. } | Command::Extend { .. }
                if self.is(Trouble::AnswersLost) =>
            {
                Err(HoldStoreError("no answer in time".into()))
            }
            _ => answer,
        }
    }

    async fn read_buyer(&self, event: EventId, buyer: UserId) -> Result<BuyerRead, HoldStoreError> {
        self.there()?.read_buyer(event, buyer).await
    }

    async fn history(&self, event: EventId, limit: usize) -> Result<Vec<PastChange>, HoldStoreError> {
        self.there()?.history(event, limit).await
    }

    async fn read(&self, event: EventId, seats: &[Ordinal]) -> Result<SeatsRead, HoldStoreError> {
        self.there()?.read(event, seats).await
    }

    async fn version(&self, event: EventId) -> Result<Version, HoldStoreError> {
        self.there()?.version(event).await
    }

    async fn changes_since(&self, event: EventId, version: &Version) -> Result<Changes, HoldStoreError> {
        self.there()?.changes_since(event, version).await
    }

    async fn gate(&self, event: EventId) -> Result<Option<Gate>, HoldStoreError> {
        self.there()?.gate(event).await
    }

    async fn rebuilding(&self, event: EventId) -> Result<Option<u64>, HoldStoreError> {
        self.there()?.rebuilding(event).await
    }

    async fn listen(&self, hints: mpsc::Sender<Hint>) {
        self.store.listen(hints).await;
    }

    async fn check(&self) -> Result<(), HoldStoreError> {
        self.there()?.check().await
    }
}
