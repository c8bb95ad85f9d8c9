//! One timer for the pings of all peers of a hub: a wheel that turns once in a heartbeat. A timer for each of them would wake
//! each of their tasks.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::Bytes;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Peer;
use super::frame::PING;

/// Into how many parts a heartbeat is divided.
const SPOKES: u32 = 32;

/// See the module.
pub(super) struct Pings {
    /// Whoever has left is found out when their spoke comes; until then only the name is kept.
    spokes: Vec<Vec<Weak<Peer>>>,
    current: usize,
    turn: Interval,
}

impl Pings {
    pub(super) fn new(heartbeat: Duration) -> Self {
        let mut turn = interval((heartbeat / SPOKES).max(Duration::from_millis(1)));
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { spokes: (0..SPOKES).map(|_| Vec::new()).collect(), current: 0, turn }
    }

    /// The first ping comes a heartbeat later.
    pub(super) fn add(&mut self, peer: &Arc<Peer>) {
        self.spokes[self.current].push(Arc::downgrade(peer));
    }

    /// Waits for the next turn; for ever without peers.
    pub(super) async fn due(&mut self) {
        if self.spokes.iter().all(Vec::is_empty) {
            std::future::pending::<()>().await;
        }
        self.turn.tick().await;
    }

    /// Turns the wheel and pings whoever is next.
    pub(super) fn send(&mut self) {
        let ping = Bytes::from_static(PING);
        self.current = (self.current + 1) % self.spokes.len();
        self.spokes[self.current].retain(|peer| {
            let Some(peer) = peer.upgrade() else { return false };
            peer.ping(&ping);
            true
        });
    }
}
