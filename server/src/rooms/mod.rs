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

use dashmap::DashMap;
use frontrow_domain::clock::Clock;
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_engines::holds::{Hint, Holds};
use frontrow_settings::Rooms as Settings;
use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use activity::SeatActivity;
pub(crate) use asking::Verdict;
pub(crate) use map::Cart;
pub(crate) use news::News;
pub(crate) use report::Report;
pub(crate) use room::{Joined, Room};

use crate::catalogue::Catalogue;
use crate::gatekeeper::Gatekeeper;
use crate::http::problem::Answer;
use crate::metrics;

/// Hints that wait to be handed to rooms: an on-sale's burst. When it is full the rooms read everything again.
pub(crate) const HINTS: usize = 16_384;

/// A room that is being opened, or is open. Many who ask at once open it once.
type Slot = Arc<OnceCell<Arc<Room>>>;

/// The rooms of this server.
pub(crate) struct Rooms {
    slots: DashMap<EventId, Slot>,
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Rooms {
    pub(crate) fn new(
        holds: Arc<dyn Holds>,
        catalogue: Arc<Catalogue>,
        gatekeeper: Arc<Gatekeeper>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        (tasks, stop): (TaskTracker, CancellationToken),
    ) -> Self {
        Self { slots: DashMap::new(), holds, catalogue, gatekeeper, clock, settings, tasks, stop }
    }

    /// The event's room; opened if nobody looked at the event before.
    pub(crate) async fn open(self: &Arc<Self>, event: EventId) -> Answer<Arc<Room>> {
        loop {
            let slot: Slot = self.slots.entry(event).or_default().clone();
            let opened = slot.get_or_try_init(|| Room::open(Arc::clone(self), event)).await;
            match opened {
                Ok(room) if room.keep() => return Ok(Arc::clone(room)),
                // It was just closed for want of sockets: make place for a new one.
                Ok(_) => self.remove(event, &slot),
                Err(problem) => {
                    self.remove(event, &slot);
                    return Err(problem);
                }
            }
        }
    }

    /// The event's room if it is open.
    pub(crate) fn live(&self, event: EventId) -> Option<Arc<Room>> {
        self.slots.get(&event).and_then(|slot| slot.get().cloned())
    }

    /// Removes exactly this room: a newer one under the same event stays.
    pub(crate) fn remove_room(&self, room: &Room) {
        self.slots
            .remove_if(&room.event, |_, slot| slot.get().is_some_and(|open| std::ptr::eq(Arc::as_ptr(open), room)));
    }

    fn remove(&self, event: EventId, slot: &Slot) {
        self.slots.remove_if(&event, |_, current| Arc::ptr_eq(current, slot));
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
        self.slots.len()
    }

    fn each(&self, act: impl Fn(&Room)) {
        for room in self.all() {
            act(&room);
        }
    }

    /// Every room that is open now.
    pub(crate) fn all(&self) -> Vec<Arc<Room>> {
        self.slots.iter().filter_map(|slot| slot.get().cloned()).collect()
    }
}
