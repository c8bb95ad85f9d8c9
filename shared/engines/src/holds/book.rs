//! Holds in this process: the hold book itself, one owner task for every event.
//!
//! Nothing outlives the process: after a start no event has a gate, so each gets a new fence epoch and what must not be
//! lost from the ledger. A task that panics takes its book along, which is the same as a start, for this event only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use frontrow_domain::clock::Clock;
use frontrow_domain::holds::{Command, Gate, HoldBook, Outcome, PastChange};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::{Answer, BuyerRead, Changes, Hint, HoldStoreError, Holds, SeatsRead, Version};

/// Commands that wait for one event: a second's worth of an on-sale. Whoever comes then waits for a place.
const WAITING: usize = 4_096;
/// Changes kept for readers that missed a hint; a reader that is further behind reads the whole map.
const CHANGES_KEPT: usize = 32_768;

/// What the owner of a book is asked.
type Question = Box<dyn FnOnce(&mut Owner) + Send>;

/// The adapter.
#[derive(Clone)]
pub struct BookHolds {
    clock: Arc<dyn Clock>,
    books: Arc<Mutex<HashMap<EventId, mpsc::Sender<Question>>>>,
    listeners: Arc<Mutex<Vec<Listener>>>,
}

/// Somebody who wants hints, and whether one was dropped for want of space.
struct Listener {
    hints: mpsc::Sender<Hint>,
    behind: bool,
}

/// An event's book with its one owner.
struct Owner {
    event: EventId,
    book: HoldBook,
    gate: Option<Gate>,
    rebuilding: Option<u64>,
    /// The newest changes with their numbers.
    changes: VecDeque<(u64, PastChange)>,
    newest: u64,
    /// Tells this book's versions from those of one that was lost.
    life: u64,
    clock: Arc<dyn Clock>,
    listeners: Arc<Mutex<Vec<Listener>>>,
}

impl BookHolds {
    /// A store that knows nothing yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, books: Arc::default(), listeners: Arc::default() }
    }

    async fn ask<T: Send + 'static>(
        &self,
        event: EventId,
        question: impl FnOnce(&mut Owner) -> T + Send + 'static,
    ) -> Result<T, HoldStoreError> {
        let (answer, answered) = oneshot::channel();
        let question: Question = Box::new(move |owner| {
            // Whoever asked may have left; the change stays.
            answer.send(question(owner)).ok();
        });
        let gone = || HoldStoreError("the owner of the event's holds has ended".into());
        self.book(event).send(question).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }

    /// The way to the owner of an event's book; a new one if there is none, or it has panicked.
    fn book(&self, event: EventId) -> mpsc::Sender<Question> {
        let mut books = lock(&self.books);
        let alive = books.get(&event).filter(|book| !book.is_closed());
        alive.cloned().unwrap_or_else(|| {
            let (sender, questions) = mpsc::channel(WAITING);
            let owner = Owner::new(event, Arc::clone(&self.clock), Arc::clone(&self.listeners));
            // It ends with the last sender, that is with this store.
            tokio::spawn(owner.run(questions));
            books.insert(event, sender.clone());
            sender
        })
    }
}

impl Owner {
    fn new(event: EventId, clock: Arc<dyn Clock>, listeners: Arc<Mutex<Vec<Listener>>>) -> Self {
        Self {
            event,
            book: HoldBook::new(),
            gate: None,
            rebuilding: None,
            changes: VecDeque::new(),
            newest: 0,
            life: uuid::Uuid::new_v4().as_u64_pair().0,
            clock,
            listeners,
        }
    }

    async fn run(mut self, mut questions: mpsc::Receiver<Question>) {
        while let Some(question) = questions.recv().await {
            question(&mut self);
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.now().0).unwrap_or(0)
    }

    fn apply(&mut self, command: &Command) -> Answer {
        let at_ms = self.now_ms();
        let outcome = self.book.apply(at_ms, command);
        match (command, &outcome) {
            (Command::Rebuild { epoch }, Outcome::Done) => (self.gate, self.rebuilding) = (None, Some(*epoch)),
            (Command::SetGate(gate), Outcome::Done) => (self.gate, self.rebuilding) = (Some(*gate), None),
            _ => {}
        }
        self.note_changes(at_ms, command, &outcome);
        Answer { at_ms, outcome }
    }

    fn note_changes(&mut self, at_ms: u64, command: &Command, outcome: &Outcome) {
        let seats: Vec<Ordinal> = match outcome {
            Outcome::Yours(seats) => seats.iter().map(|seat| seat.ordinal).collect(),
            // What goes back into a cart has changed too.
            Outcome::Freed { seats, waiting } if matches!(command, Command::Unclaim { .. }) => {
                seats.iter().copied().chain(waiting.iter().map(|(seat, _)| *seat)).collect()
            }
            Outcome::Freed { seats, .. } | Outcome::Applied(seats) => seats.clone(),
            Outcome::Done | Outcome::Refused(_) => return,
        };
        if seats.is_empty() {
            return;
        }
        self.hint(&seats);
        self.newest += 1;
        if self.changes.len() == CHANGES_KEPT {
            self.changes.pop_front();
        }
        let change = PastChange { at_ms, verb: command.verb().to_owned(), by: command.user(), seats };
        self.changes.push_back((self.newest, change));
    }

    /// Never waits: whoever is behind hears later that everything may have changed.
    fn hint(&self, seats: &[Ordinal]) {
        let mut listeners = lock(&self.listeners);
        listeners.retain(|listener| !listener.hints.is_closed());
        for listener in listeners.iter_mut() {
            listener.catch_up();
            for &seat in seats {
                listener.tell(Hint::Seat(self.event, seat));
            }
        }
    }

    fn read(&self, seats: &[Ordinal]) -> SeatsRead {
        let at_ms = self.now_ms();
        SeatsRead { at_ms, records: seats.iter().map(|&seat| self.book.record(at_ms, seat)).collect() }
    }

    fn read_buyer(&self, buyer: UserId) -> BuyerRead {
        let at_ms = self.now_ms();
        BuyerRead { at_ms, seats: self.book.seats_of(at_ms, buyer).collect() }
    }

    fn history(&self, limit: usize) -> Vec<PastChange> {
        self.changes.iter().rev().take(limit).map(|(_, change)| change.clone()).collect()
    }

    fn version(&self) -> Version {
        Version(format!("{:016x}-{}", self.life, self.newest))
    }

    fn changes_since(&self, version: &Version) -> Changes {
        let number = version.0.split_once('-').filter(|(life, _)| *life == format!("{:016x}", self.life));
        let Some(known) = number.and_then(|(_, number)| number.parse::<u64>().ok()) else { return Changes::Unknown };
        let reaches = self.changes.front().is_none_or(|(oldest, _)| *oldest <= known + 1);
        if !reaches {
            return Changes::Unknown;
        }
        let newer = self.changes.iter().filter(|(number, _)| *number > known);
        Changes::Seats(newer.flat_map(|(_, change)| change.seats.iter().copied()).collect(), self.version())
    }
}

impl Listener {
    fn tell(&mut self, hint: Hint) {
        self.behind |= matches!(self.hints.try_send(hint), Err(TrySendError::Full(_)));
    }

    fn catch_up(&mut self) {
        self.behind = self.behind && self.hints.try_send(Hint::Everything).is_err();
    }
}

#[async_trait]
impl Holds for BookHolds {
    async fn apply(&self, event: EventId, command: &Command) -> Result<Answer, HoldStoreError> {
        let command = command.clone();
        self.ask(event, move |owner| owner.apply(&command)).await
    }

    async fn read(&self, event: EventId, seats: &[Ordinal]) -> Result<SeatsRead, HoldStoreError> {
        let seats = seats.to_vec();
        self.ask(event, move |owner| owner.read(&seats)).await
    }

    async fn read_buyer(&self, event: EventId, buyer: UserId) -> Result<BuyerRead, HoldStoreError> {
        self.ask(event, move |owner| owner.read_buyer(buyer)).await
    }

    async fn history(&self, event: EventId, limit: usize) -> Result<Vec<PastChange>, HoldStoreError> {
        self.ask(event, move |owner| owner.history(limit)).await
    }

    async fn version(&self, event: EventId) -> Result<Version, HoldStoreError> {
        self.ask(event, |owner| owner.version()).await
    }

    async fn changes_since(&self, event: EventId, version: &Version) -> Result<Changes, HoldStoreError> {
        let version = version.clone();
        self.ask(event, move |owner| owner.changes_since(&version)).await
    }

    async fn gate(&self, event: EventId) -> Result<Option<Gate>, HoldStoreError> {
        self.ask(event, |owner| owner.gate).await
    }

    async fn rebuilding(&self, event: EventId) -> Result<Option<u64>, HoldStoreError> {
        self.ask(event, |owner| owner.rebuilding).await
    }

    async fn listen(&self, hints: mpsc::Sender<Hint>) {
        let mut listener = Listener { hints: hints.clone(), behind: false };
        listener.tell(Hint::Everything);
        lock(&self.listeners).push(listener);
        hints.closed().await;
    }

    async fn check(&self) -> Result<(), HoldStoreError> {
        Ok(())
    }
}

/// What a lock protects here is whole after every statement, a panic included.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
