//! The simulated hold store: the hold book behind the port `Holds`, with its own clock, and all that can go wrong between a
//! server and a store. What it answers is always true of the moment in which it was done.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use frontrow_domain::holds::{Command, Gate, HoldBook, Outcome, PastChange};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::seat::{SeatMap, SeatRecord};
use frontrow_engines::holds::{Answer, BuyerRead, Changes, Hint, HoldStoreError, Holds, SeatsRead, Version};
use tokio::sync::mpsc;

use super::faults::Weather;
use super::hall::{EVENT, SEATS};
use super::hints::Hints;
use super::trace::{SimulatedClock, Trace};

/// See the module.
pub(super) struct SimulatedHolds {
    state: Mutex<State>,
    pub(super) clock: SimulatedClock,
    pub(super) weather: Weather,
    pub(super) hints: Hints,
    trace: Arc<Trace>,
}

/// What a store forgets when it is emptied.
#[derive(Default)]
struct State {
    book: HoldBook,
    gate: Option<Gate>,
    rebuilding: Option<u64>,
    changes: VecDeque<(u64, Vec<Ordinal>)>,
    newest: u64,
    /// Tells this store's versions from those of the one before.
    life: u64,
    changed_at_ms: u64,
}

impl State {
    fn apply(&mut self, at_ms: u64, command: &Command) -> (Outcome, Vec<Ordinal>) {
        let outcome = self.book.apply(at_ms, command);
        match (command, &outcome) {
            (Command::Rebuild { epoch }, Outcome::Done) => (self.gate, self.rebuilding) = (None, Some(*epoch)),
            (Command::SetGate(gate), Outcome::Done) => (self.gate, self.rebuilding) = (Some(*gate), None),
            _ => {}
        }
        let changed: Vec<Ordinal> = match &outcome {
            Outcome::Yours(seats) => seats.iter().map(|seat| seat.ordinal).collect(),
            Outcome::Freed { seats, waiting } if matches!(command, Command::Unclaim { .. }) => {
                seats.iter().copied().chain(waiting.iter().map(|(seat, _)| *seat)).collect()
            }
            Outcome::Freed { seats, .. } | Outcome::Applied(seats) => seats.clone(),
            Outcome::Done | Outcome::Refused(_) => Vec::new(),
        };
        if !changed.is_empty() {
            self.changed_at_ms = at_ms;
            self.newest += 1;
            self.changes.push_back((self.newest, changed.clone()));
        }
        (outcome, changed)
    }

    fn version(&self) -> Version {
        Version(format!("{}-{}", self.life, self.newest))
    }

    fn changes_since(&self, version: &Version) -> Changes {
        let number = version.0.split_once('-').filter(|(life, _)| *life == self.life.to_string());
        let Some(known) = number.and_then(|(_, number)| number.parse::<u64>().ok()) else { return Changes::Unknown };
        let oldest = self.changes.front().map_or(self.newest + 1, |(number, _)| *number);
        if oldest > known + 1 {
            return Changes::Unknown;
        }
        let newer = self.changes.iter().filter(|(number, _)| *number > known);
        Changes::Seats(newer.flat_map(|(_, seats)| seats.iter().copied()).collect(), self.version())
    }
}

impl SimulatedHolds {
    pub(super) fn new(clock: SimulatedClock, weather: Weather, trace: Arc<Trace>) -> Self {
        Self { state: Mutex::default(), clock, weather, hints: Hints::default(), trace }
    }

    /// A command of nobody's server: done at once, and told as any other.
    pub(super) fn apply_directly(&self, at_ms: u64, command: &Command) -> Outcome {
        let (outcome, changed) = self.lock().apply(at_ms, command);
        self.trace.note(format_args!("store: {command:?} -> {outcome:?}"));
        self.hints.tell(EVENT, &changed, &self.weather);
        outcome
    }

    /// Everything is gone, as after a start without a file.
    pub(super) fn empty(&self) {
        self.weather.trouble();
        let mut state = self.lock();
        let life = state.life + 1;
        *state = State { life, ..State::default() };
    }

    /// Only so many changes are kept.
    pub(super) fn trim(&self, keep: usize) {
        let mut state = self.lock();
        let surplus = state.changes.len().saturating_sub(keep);
        state.changes.drain(..surplus);
    }

    /// The truth: every seat, now.
    pub(super) fn records(&self) -> Vec<SeatRecord> {
        let (now_ms, state) = (self.clock.now_ms(), self.lock());
        (0..SEATS).map(|seat| state.book.record(now_ms, Ordinal(seat))).collect()
    }

    /// When seats changed last.
    pub(super) fn changed_at_ms(&self) -> u64 {
        self.lock().changed_at_ms
    }

    /// When the leases end, or have ended, that the book still has.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = u64> {
        let state = self.lock();
        // A lease that has ended is found by asking for the time before it did.
        let records: Vec<_> = (0..SEATS).map(|seat| state.book.record(0, Ordinal(seat))).collect();
        records.into_iter().filter_map(|record| record.lease().map(|lease| lease.deadline_ms))
    }

    /// The truth as everybody should see it.
    pub(super) fn map(&self) -> SeatMap {
        let mut map = SeatMap::new(SEATS);
        for (seat, record) in (0..).zip(self.records()) {
            map.set(Ordinal(seat), record.state());
        }
        map
    }

    /// A call over an unreliable line.
    async fn call<T>(&self, what: &str, act: impl FnOnce(&mut State, u64) -> T) -> Result<T, HoldStoreError> {
        let fate = self.weather.fate();
        wait(fate.before).await;
        if fate.fails {
            self.trace.note(format_args!("store: {what} is not heard"));
            return Err(HoldStoreError("nobody is there".into()));
        }
        let done = act(&mut self.lock(), self.clock.now_ms());
        wait(fate.after).await;
        if fate.reply_lost {
            self.trace.note(format_args!("store: the answer to {what} is lost"));
            return Err(HoldStoreError("no answer in time".into()));
        }
        self.trace.note(format_args!("store: {what} is answered"));
        Ok(done)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Others may run, even if no time passes.
async fn wait(time: std::time::Duration) {
    if time.is_zero() { tokio::task::yield_now().await } else { tokio::time::sleep(time).await }
}

#[async_trait]
impl Holds for SimulatedHolds {
    async fn apply(&self, event: EventId, command: &Command) -> Result<Answer, HoldStoreError> {
        self.call(command.verb(), |state, at_ms| {
            let (outcome, changed) = state.apply(at_ms, command);
            self.trace.note(format_args!("store: {command:?} -> {outcome:?}"));
            self.hints.tell(event, &changed, &self.weather);
            Answer { at_ms, outcome }
        })
        .await
    }

    async fn read(&self, _: EventId, seats: &[Ordinal]) -> Result<SeatsRead, HoldStoreError> {
        self.call("read", |state, at_ms| SeatsRead {
            at_ms,
            records: seats.iter().map(|&seat| state.book.record(at_ms, seat)).collect(),
        })
        .await
    }

    async fn read_buyer(&self, _: EventId, buyer: UserId) -> Result<BuyerRead, HoldStoreError> {
        let read = |state: &mut State, at_ms| BuyerRead { at_ms, seats: state.book.seats_of(at_ms, buyer).collect() };
        self.call("read of a buyer", read).await
    }

    /// Nobody in a simulation looks back.
    async fn history(&self, _: EventId, _: usize) -> Result<Vec<PastChange>, HoldStoreError> {
        Ok(Vec::new())
    }

    async fn version(&self, _: EventId) -> Result<Version, HoldStoreError> {
        self.call("version", |state, _| state.version()).await
    }

    async fn changes_since(&self, _: EventId, version: &Version) -> Result<Changes, HoldStoreError> {
        self.call("changes since", |state, _| state.changes_since(version)).await
    }

    async fn gate(&self, _: EventId) -> Result<Option<Gate>, HoldStoreError> {
        self.call("gate", |state, _| state.gate).await
    }

    async fn rebuilding(&self, _: EventId) -> Result<Option<u64>, HoldStoreError> {
        self.call("rebuilding", |state, _| state.rebuilding).await
    }

    async fn listen(&self, hints: mpsc::Sender<Hint>) {
        self.hints.deliver(hints, &self.trace).await;
    }

    async fn check(&self) -> Result<(), HoldStoreError> {
        Ok(())
    }
}
