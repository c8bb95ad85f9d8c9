//! Dashboards: one for every event that somebody who runs it is looking at just now.
//!
//! * `view` is one admin socket's place in it
//! * `worker` is its one task: statistics once a second, what the ledger says, rows as they happen
//! * `compose`, `alerts`, `rhythm` put the statistics together: pure
//! * `books` asks the ledger; `people` and `orders` look up names and orders, and remember some
//!
//! All admin sockets of an event on a server share one dashboard and get the same bytes. It ends with the last of them.
//! Nothing here is ever waited for by a room.

mod alerts;
mod books;
mod compose;
mod orders;
mod people;
mod rhythm;
mod rows;
mod view;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use frontrow_domain::account::{Role, User};
use frontrow_domain::event::Event;
use frontrow_domain::ids::{EventId, UserId};
use tokio::sync::{broadcast, watch};

use crate::app::App;
use crate::fanout::Frame;
use crate::metrics;
use crate::rooms::Room;
use people::People;
pub(crate) use view::{Standing, View};

/// Frames that an admin socket may be behind: a second of rows with the statistics in between. What it loses beyond that
/// is counted to it.
const BACKLOG: usize = 512;

/// The dashboards of this server.
#[derive(Default)]
pub(crate) struct Dashboards {
    open: DashMap<EventId, Arc<Dashboard>>,
    pub(crate) people: People,
}

/// One event's dashboard.
pub(crate) struct Dashboard {
    room: Arc<Room>,
    /// As it was when the first viewer came.
    event: Event,
    frames: broadcast::Sender<Frame>,
    /// The newest statistics, for whoever comes next.
    latest: Mutex<Option<Frame>>,
    /// Who looks, with how many sockets.
    viewers: Mutex<HashMap<UserId, usize>>,
    /// Viewers that may not look any more.
    dismissed: watch::Sender<HashSet<UserId>>,
}

impl Dashboards {
    /// A place at the event's dashboard for somebody who was found to run it. The first one starts it.
    pub(crate) fn enter(&self, app: &Arc<App>, room: &Arc<Room>, event: Event, viewer: UserId) -> View {
        let entry = self.open.entry(room.event);
        // A room that was closed meanwhile has a dashboard of its own, which ends by itself.
        if let Entry::Occupied(known) = &entry
            && Arc::ptr_eq(&known.get().room, room)
        {
            return View::new(Arc::clone(known.get()), viewer);
        }
        let dashboard = Arc::new(Dashboard::new(Arc::clone(room), event));
        let view = View::new(Arc::clone(&dashboard), viewer);
        entry.insert(Arc::clone(&dashboard));
        app.rooms.tasks.spawn(app.rooms.alarm.clone().watch(worker::run(Arc::clone(app), dashboard)));
        view
    }

    /// Removes exactly this dashboard if nobody looks at it. Whoever enters at the same moment is before or after, never
    /// in between.
    fn remove_if_idle(&self, dashboard: &Arc<Dashboard>) -> bool {
        if dashboard.frames.receiver_count() > 0 {
            return false;
        }
        let idle = |known: &Arc<Dashboard>| Arc::ptr_eq(known, dashboard) && known.frames.receiver_count() == 0;
        self.open.remove_if(&dashboard.room.event, |_, known| idle(known));
        // It may have been replaced before: then nobody can enter it any more.
        !self.open.get(&dashboard.room.event).is_some_and(|known| Arc::ptr_eq(&known, dashboard))
    }
}

impl Dashboard {
    fn new(room: Arc<Room>, event: Event) -> Self {
        Self {
            room,
            event,
            frames: broadcast::Sender::new(BACKLOG),
            latest: Mutex::default(),
            viewers: Mutex::default(),
            dismissed: watch::Sender::new(HashSet::new()),
        }
    }

    /// Gives a frame to every viewer. Never waits.
    fn publish(&self, frame: Frame) {
        self.frames.send(frame).ok();
    }

    /// The same of statistics, which whoever comes next gets at once: either from here or from the frames, not twice.
    fn publish_stats(&self, frame: Frame) {
        let mut latest = lock(&self.latest);
        *latest = Some(frame.clone());
        self.publish(frame);
    }

    fn join(&self) -> (Option<Frame>, broadcast::Receiver<Frame>) {
        let latest = lock(&self.latest);
        (latest.clone(), self.frames.subscribe())
    }

    fn viewers(&self) -> Vec<UserId> {
        lock(&self.viewers).keys().copied().collect()
    }

    /// Shows out those viewers whose accounts do not run the event any more. Accounts that are gone run nothing.
    fn check_viewers(&self, asked: &[UserId], accounts: &[User]) {
        let allowed: HashSet<UserId> =
            accounts.iter().filter(|user| runs(&self.event, user)).map(|user| user.id).collect();
        let dismissed: HashSet<UserId> = asked.iter().copied().filter(|viewer| !allowed.contains(viewer)).collect();
        self.dismissed.send_if_modified(|known| {
            let is_news = *known != dismissed;
            *known = dismissed;
            is_news
        });
    }

    fn viewer_came(&self, viewer: UserId) {
        metrics::admin_socket_opened();
        *lock(&self.viewers).entry(viewer).or_default() += 1;
        // Somebody who was shown out and may come again was asked about a moment ago.
        self.dismissed.send_if_modified(|known| {
            known.remove(&viewer);
            false
        });
    }

    fn viewer_left(&self, viewer: UserId) {
        metrics::admin_socket_closed();
        let mut viewers = lock(&self.viewers);
        if let Some(sockets) = viewers.get_mut(&viewer) {
            *sockets -= 1;
            if *sockets == 0 {
                viewers.remove(&viewer);
            }
        }
    }
}

/// Whether an account runs an event: it owns it and may still organize, or it is an administrator's.
pub(crate) fn runs(event: &Event, user: &User) -> bool {
    user.role == Role::Admin || user.role.may_organize() && event.organizer_id == user.id
}

/// What a lock protects here is whole after every statement, a panic included.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
