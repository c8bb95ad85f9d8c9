//! A hub: one task that writes what a room publishes to its share of the room's sockets.
//!
//! It does what it is ordered in the order of the orders, so whoever entered before a frame was published gets it. It never
//! waits for a socket, and lets others run after every chunk.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use frontrow_engines::failpoint::{self, Place};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::Instant;

use super::peer::Offered;
use super::pings::Pings;
use super::{Peer, Publication, Pulse};
use crate::alarm::Alarm;

/// Sockets written to before others may run: about a third of a millisecond.
const CHUNK: usize = 64;

/// The way to a hub's task, which starts with the first member.
pub(super) struct Hub {
    orders: Mutex<Orders>,
    woken: Notify,
    done: Notify,
    members: AtomicUsize,
    task: OnceLock<AbortHandle>,
    pulse: Arc<Pulse>,
    heartbeat: Duration,
    alarm: Alarm,
}

#[derive(Default)]
struct Orders {
    /// The room publishes nothing more before its hubs are idle; beyond that there are those who come and go, and beacons.
    waiting: Vec<Order>,
    /// The task has orders in hand.
    busy: bool,
}

enum Order {
    Enter(Arc<Peer>),
    Leave(Arc<Peer>),
    Publish(Instant, Publication),
}

impl Hub {
    pub(super) fn new(pulse: Arc<Pulse>, heartbeat: Duration, alarm: Alarm) -> Arc<Self> {
        Arc::new(Self {
            orders: Mutex::default(),
            woken: Notify::new(),
            done: Notify::new(),
            members: AtomicUsize::new(0),
            task: OnceLock::new(),
            pulse,
            heartbeat,
            alarm,
        })
    }

    pub(super) fn enter(self: &Arc<Self>, peer: Arc<Peer>) {
        self.members.fetch_add(1, Relaxed);
        self.task.get_or_init(|| tokio::spawn(self.alarm.clone().watch(run(Arc::clone(self)))).abort_handle());
        self.order(Order::Enter(peer));
    }

    pub(super) fn leave(&self, peer: Arc<Peer>) {
        self.members.fetch_sub(1, Relaxed);
        self.order(Order::Leave(peer));
    }

    pub(super) fn publish(&self, publication: Publication) {
        self.order(Order::Publish(Instant::now(), publication));
    }

    pub(super) fn members(&self) -> usize {
        self.members.load(Relaxed)
    }

    pub(super) fn has_started(&self) -> bool {
        self.task.get().is_some()
    }

    /// Waits until no orders are left.
    pub(super) async fn idle(&self) {
        loop {
            let done = self.done.notified();
            if self.is_idle() {
                return;
            }
            done.await;
        }
    }

    pub(super) fn end(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    fn order(&self, order: Order) {
        self.lock().waiting.push(order);
        self.woken.notify_one();
    }

    /// What is to be done next; with nothing left the hub is idle.
    fn take(&self) -> Vec<Order> {
        let mut orders = self.lock();
        let taken = std::mem::take(&mut orders.waiting);
        orders.busy = !taken.is_empty();
        taken
    }

    fn is_idle(&self) -> bool {
        let orders = self.lock();
        !orders.busy && orders.waiting.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(hub: Arc<Hub>) {
    let mut members = Members { peers: Vec::new(), pings: Pings::new(hub.heartbeat) };
    loop {
        tokio::select! {
            biased;
            () = hub.woken.notified() => {}
            () = members.pings.due() => members.pings.send(),
        }
        loop {
            let orders = hub.take();
            if orders.is_empty() {
                break;
            }
            for order in orders {
                match order {
                    Order::Enter(peer) => members.enter(peer),
                    Order::Leave(peer) => members.leave(&peer),
                    Order::Publish(at, publication) => members.publish(at, &publication, &hub.pulse).await,
                }
            }
        }
        hub.done.notify_waiters();
    }
}

/// What the task has for itself.
struct Members {
    peers: Vec<Arc<Peer>>,
    pings: Pings,
}

impl Members {
    fn enter(&mut self, peer: Arc<Peer>) {
        peer.place.store(self.peers.len(), Relaxed);
        self.pings.add(&peer);
        self.peers.push(peer);
    }

    fn leave(&mut self, peer: &Peer) {
        let place = peer.place.load(Relaxed);
        self.peers.swap_remove(place);
        if let Some(moved) = self.peers.get(place) {
            moved.place.store(place, Relaxed);
        }
    }

    async fn publish(&self, at: Instant, publication: &Publication, pulse: &Pulse) {
        // Where a test lets the process die in the middle, two sockets are enough to have one.
        let is_cut = failpoint::is_armed(Place::Broadcasting) && matches!(publication, Publication::Kept(..));
        let mut chunks = self.peers.chunks(if is_cut { 1 } else { CHUNK }).peekable();
        while let Some(chunk) = chunks.next() {
            let (mut sent, mut bytes, mut taken) = (0, 0, 0);
            for peer in chunk {
                match peer.offer(publication) {
                    Offered::Taken(length) => (sent, bytes, taken) = (sent + 1, bytes + length, taken + 1),
                    Offered::Begun(length) => (sent, bytes) = (sent + 1, bytes + length),
                    Offered::Refused => {}
                }
            }
            pulse.sent(sent, bytes);
            if let Publication::Kept(..) = publication {
                pulse.delivered(taken, at.elapsed());
            }
            if chunks.peek().is_some() {
                if is_cut {
                    failpoint::reached(Place::Broadcasting).await;
                }
                yield_now().await;
            }
        }
    }
}
