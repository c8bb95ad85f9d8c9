//! Rooms: one per event that somebody looks at.
//!
//! A room keeps the live map, numbers its changes and encodes each of them once for everybody. It learns of changes
//! from hints and always reads the value itself. A room without sockets is removed after a while and costs nothing.
//!
//! Order of things when somebody joins: enter the fan-out first, take the snapshot second. Both happen under one lock,
//! so that no change is missed and none is seen twice.

mod activity;
mod asking;
#[cfg(test)]
mod following_tests;
mod map;
mod news;
mod report;
mod room;
mod tally;
mod wanted;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use frontrow_domain::clock::Clock;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_engines::holds::{Hint, Holds};
use frontrow_settings::Rooms as Settings;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use activity::SeatActivity;
pub(crate) use asking::Verdict;
pub(crate) use map::Cart;
pub(crate) use news::News;
pub(crate) use report::Report;
pub(crate) use room::{Joined, Room};

use crate::alarm::Alarm;
use crate::catalogue::Catalogue;
use crate::gatekeeper::Gatekeeper;
use crate::http::problem::{Answer, Problem};
use crate::metrics;

/// Hints that wait to be handed to rooms: an on-sale's burst. When it is full the rooms read everything again.
pub(crate) const HINTS: usize = 16_384;

/// How long somebody waits for a room. One opening may have to wait for another server's rebuild, twice.
const PATIENCE: Duration = Duration::from_secs(5);

/// A room that is being opened. Many who ask at once open it once, and whoever gives up stops nobody: a large hall whose holds
/// have to be restored first may take longer than anybody waits.
type Opening = Shared<BoxFuture<'static, Answer<Arc<Room>>>>;

/// The rooms of this server.
pub(crate) struct Rooms {
    open: DashMap<EventId, Arc<Room>>,
    openings: DashMap<EventId, Opening>,
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    /// For every task of a room.
    pub(crate) alarm: Alarm,
}

impl Rooms {
    pub(crate) fn new(
        holds: Arc<dyn Holds>,
        catalogue: Arc<Catalogue>,
        gatekeeper: Arc<Gatekeeper>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        (tasks, stop): (TaskTracker, CancellationToken),
        alarm: Alarm,
    ) -> Self {
        Self {
            open: DashMap::new(),
            openings: DashMap::new(),
            holds,
            catalogue,
            gatekeeper,
            clock,
            settings,
            tasks,
            stop,
            alarm,
        }
    }

    /// The event's room; opened if nobody looked at the event before. Nobody waits for longer than [`PATIENCE`].
    pub(crate) async fn open(self: &Arc<Self>, event: EventId) -> Answer<Arc<Room>> {
        let late = |_| Problem::new(ErrorCode::Recovering, "the event's seats cannot be read at the moment");
        timeout(PATIENCE, self.opened(event)).await.map_err(late)?
    }

    async fn opened(self: &Arc<Self>, event: EventId) -> Answer<Arc<Room>> {
        loop {
            let room = match self.live(event) {
                Some(room) => room,
                None => self.opening(event).await?,
            };
            if room.keep() {
                return Ok(room);
            }
            // It was just closed for want of sockets: make place for a new one.
            self.remove_room(&room);
        }
    }

    /// What everybody waits for who wants this room now.
    fn opening(self: &Arc<Self>, event: EventId) -> Opening {
        let begin = || {
            let rooms = Arc::clone(self);
            let opening = async move {
                // Between the look for a room and this, another opening may have ended.
                let opened = match rooms.live(event) {
                    Some(room) => Ok(room),
                    None => Room::open(Arc::clone(&rooms), event)
                        .await
                        .inspect(|room| drop(rooms.open.insert(event, Arc::clone(room)))),
                };
                rooms.openings.remove(&event);
                opened
            };
            let task = self.tasks.spawn(self.alarm.clone().watch(opening));
            task.map(|ended| ended.unwrap_or_else(|error| Err(Problem::internal(&error)))).boxed().shared()
        };
        self.openings.entry(event).or_insert_with(begin).clone()
    }

    /// The event's room if it is open.
    pub(crate) fn live(&self, event: EventId) -> Option<Arc<Room>> {
        self.open.get(&event).map(|room| Arc::clone(&room))
    }

    /// Removes exactly this room: a newer one under the same event stays.
    pub(crate) fn remove_room(&self, room: &Room) {
        self.open.remove_if(&room.event, |_, open| std::ptr::eq(Arc::as_ptr(open), room));
    }

    /// Hands hints to rooms until the sender is gone. A hint for an event that nobody looks at is nothing.
    pub(crate) async fn dispatch(&self, mut hints: mpsc::Receiver<Hint>) {
        while let Some(hint) = hints.recv().await {
            metrics::hint_received();
            match hint {
                Hint::Seat(event, seat) => {
                    if let Some(room) = self.live(event) {
                        room.hinted(seat);
                    }
                }
                Hint::Everything => self.each(Room::suspect_everything),
            }
        }
    }

    /// Somebody wanted seats that somebody else has; known to the event's room if there is one.
    pub(crate) fn note_conflict(&self, event: EventId, seats: &[Ordinal]) {
        if let Some(room) = self.live(event) {
            room.note_conflict(seats, self.now_ms());
        }
    }

    /// The wall clock, as frames show it.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.now().0).unwrap_or(0)
    }

    /// How many rooms are open.
    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    fn each(&self, act: impl Fn(&Room)) {
        for room in self.all() {
            act(&room);
        }
    }

    /// Every room that is open now.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.open.iter().map(|room| Arc::clone(&room)).collect()
    }
}
