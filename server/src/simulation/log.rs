//! The simulated log: messages in one partition, late, and sometimes the reading breaks off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::OutboxId;
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_engines::ledger::LogPosition;
use frontrow_engines::log::{DeadLetter, Delivered, Entry, GroupReader, Log, LogError, TailReader};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::Notify;
use uuid::Uuid;

use super::hall::EVENT;

/// See the module.
pub(super) struct SimulatedLog(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    woken: Notify,
}

struct State {
    messages: Vec<InventoryMessage>,
    rng: StdRng,
    /// How often a reading breaks off, in a hundred.
    breaks: u32,
    late_ms: u64,
}

impl SimulatedLog {
    pub(super) fn new(seed: u64, breaks: u32) -> Self {
        let state = State { messages: Vec::new(), rng: StdRng::seed_from_u64(seed), breaks, late_ms: 150 };
        Self(Arc::new(Shared { state: Mutex::new(state), woken: Notify::new() }))
    }

    /// A fact that the ledger has committed.
    pub(super) fn append(&self, fact: InventoryFact) {
        let mut state = self.0.lock();
        let id = OutboxId(Uuid::from_u128(state.messages.len() as u128));
        state.messages.push(InventoryMessage { id, event_id: EVENT, at: UnixMs(0), fact });
        self.0.woken.notify_waiters();
    }

    pub(super) fn clear_up(&self) {
        let mut state = self.0.lock();
        (state.breaks, state.late_ms) = (0, 0);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Tail {
    shared: Arc<Shared>,
    position: LogPosition,
}

#[async_trait]
impl TailReader for Tail {
    fn position(&self) -> &LogPosition {
        &self.position
    }

    async fn next(&mut self) -> Result<Delivered, LogError> {
        let offset = self.position.get(&0).copied().unwrap_or(0);
        loop {
            let woken = self.shared.woken.notified();
            let found = {
                let mut state = self.shared.lock();
                let State { messages, rng, late_ms, .. } = &mut *state;
                let message = usize::try_from(offset).ok().and_then(|at| messages.get(at).cloned());
                message.map(|message| (message, rng.random_range(0..=*late_ms), rng.random_range(0..100)))
            };
            let Some((message, late_ms, luck)) = found else {
                woken.await;
                continue;
            };
            tokio::time::sleep(Duration::from_millis(late_ms)).await;
            if luck < self.shared.lock().breaks {
                return Err(LogError("the reading breaks off".into()));
            }
            self.position.insert(0, offset + 1);
            return Ok(Delivered { partition: 0, offset, entry: Entry::Message(message) });
        }
    }
}

#[async_trait]
impl Log for SimulatedLog {
    async fn tail(&self, position: &LogPosition) -> Result<Box<dyn TailReader>, LogError> {
        Ok(Box::new(Tail { shared: Arc::clone(&self.0), position: position.clone() }))
    }

    async fn publish(&self, _: &[InventoryMessage]) -> Result<(), LogError> {
        Err(unused())
    }

    async fn bury(&self, _: &[u8], _: &str) -> Result<(), LogError> {
        Err(unused())
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, LogError> {
        Err(unused())
    }

    async fn join(&self, _: &str, _: &str) -> Result<Box<dyn GroupReader>, LogError> {
        Err(unused())
    }

    async fn check(&self) -> Result<(), LogError> {
        Ok(())
    }
}

fn unused() -> LogError {
    LogError("no part of the simulation".into())
}
