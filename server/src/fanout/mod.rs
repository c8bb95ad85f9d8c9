//! The fan-out: the same finished bytes to everybody in a room, written straight to the sockets. It knows connections,
//! not rules.
//!
//! A room publishes a numbered [`Frame`]; a [`hub`] writes it to each of its sockets with one system call: no task is
//! woken, nothing is copied, nothing waits in a queue. A [`Peer`] that the kernel takes no more bytes for does not follow
//! any more: it keeps the rest of one frame and the number of the last one it got, and its own connection brings it up to
//! date as soon as it can be written to again. So a slow socket costs the others nothing, and never gets what is old.
//!
//! Large rooms are shared out among as many hubs as there are cores.

#[cfg(test)]
mod conformance_tests;
mod frame;
mod hub;
mod line;
mod peer;
mod peer_io;
mod pings;
mod pulse;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

pub(crate) use frame::Frame;
pub(crate) use line::Line;
pub(crate) use peer::{Peer, PeerError};
pub(crate) use peer_io::PeerIo;
pub(crate) use pulse::{Deliveries, Pulse, Reading as PulseReading};

use crate::alarm::Alarm;
use hub::Hub;

/// Sockets that one hub has before the next one is used: below that, waking another core costs more than it saves.
const MEMBERS_BEFORE_SPLIT: usize = 256;

/// The number of a frame that a room keeps for those who miss it: 1, 2, 3, ...
pub(crate) type Number = u64;

/// A frame on its way to everybody.
#[derive(Debug, Clone)]
pub(crate) enum Publication {
    /// Whoever misses it gets it later, or a snapshot that knows of it.
    Kept(Number, Frame),
    /// Only for those who know everything up to this number: it says something about exactly that state.
    Passing(Number, Frame),
}

/// Everybody in a room.
pub(crate) struct Fanout {
    /// Used from the front, as the room grows.
    hubs: Vec<Arc<Hub>>,
    members: AtomicUsize,
}

/// A peer's membership; dropping it is leaving.
pub(crate) struct Membership {
    fanout: Arc<Fanout>,
    hub: Arc<Hub>,
    peer: Arc<Peer>,
}

impl Fanout {
    /// `heartbeat`: how often every peer is pinged.
    pub(crate) fn new(pulse: &Arc<Pulse>, heartbeat: Duration, alarm: &Alarm) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let hubs = (0..cores).map(|_| Hub::new(Arc::clone(pulse), heartbeat, alarm.clone())).collect();
        Arc::new(Self { hubs, members: AtomicUsize::new(0) })
    }

    /// The peer is pinged from now on. It gets frames from when it follows: see [`Peer::follow`].
    pub(crate) fn enter(self: &Arc<Self>, peer: &Arc<Peer>) -> Membership {
        self.members.fetch_add(1, Relaxed);
        let hub = self.roomiest();
        hub.enter(Arc::clone(peer));
        Membership { fanout: Arc::clone(self), hub: Arc::clone(hub), peer: Arc::clone(peer) }
    }

    fn roomiest(&self) -> &Arc<Hub> {
        let home = &self.hubs[0];
        if home.members() < MEMBERS_BEFORE_SPLIT {
            return home;
        }
        self.hubs.iter().min_by_key(|hub| hub.members()).unwrap_or(home)
    }

    /// Gives the frame to everybody who follows, in the order of publications, and says how many are in the room. Never
    /// waits.
    pub(crate) fn publish(&self, publication: &Publication) -> usize {
        for hub in self.hubs.iter().filter(|hub| hub.has_started()) {
            hub.publish(publication.clone());
        }
        self.members()
    }

    /// Waits until everything published has been offered to everybody: more would only wait behind it.
    pub(crate) async fn idle(&self) {
        for hub in &self.hubs {
            hub.idle().await;
        }
    }

    pub(crate) fn members(&self) -> usize {
        self.members.load(Relaxed)
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        self.hubs.iter().for_each(|hub| hub.end());
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.fanout.members.fetch_sub(1, Relaxed);
        self.hub.leave(Arc::clone(&self.peer));
    }
}
