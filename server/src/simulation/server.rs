//! One server of a run: the real application on simulated engines, with those of its workers that rooms and sessions need.
//! The reconciler is not among them: what it would mend after half a minute shall be seen here.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use frontrow_domain::clock::Clock;
use frontrow_engines::holds::Holds;
use frontrow_engines::ledger::Ledger;
use frontrow_engines::log::Log;
use frontrow_engines::mail::{FileMail, Mail};
use frontrow_engines::payments::{HttpPayments, Payments};
use frontrow_settings::{Rooms as RoomSettings, Settings};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hall::EVENT;
use super::trace::Trace;
use crate::alarm::Alarm;
use crate::app::App;
use crate::engines::Engines;
use crate::fanout::Pulse;
use crate::lifecycle;
use crate::rooms::{News, Room};

/// So few that they are full now and then.
const HINTS: usize = 32;

/// See the module.
pub(super) struct SimulatedServer {
    pub(super) app: Arc<App>,
    /// The tasks of rooms.
    rooms: TaskTracker,
    stop_rooms: CancellationToken,
    seen: Mutex<Vec<(Weak<Room>, Arc<Pulse>)>>,
}

impl SimulatedServer {
    /// Builds the state as any server does.
    pub(super) fn new(
        holds: Arc<dyn Holds>,
        ledger: Arc<dyn Ledger>,
        log: Arc<dyn Log>,
        clock: Arc<dyn Clock>,
        (rooms, keys): (RoomSettings, &Path),
    ) -> Self {
        static DEFAULTS: OnceLock<Settings> = OnceLock::new();
        let mut settings = DEFAULTS.get_or_init(Settings::defaults).clone();
        settings.rooms = rooms;
        settings.auth.keys_dir = keys.to_owned();
        // Rate limits count by the machine's clock, which is not this world's.
        settings.limits.socket_commands_burst = u32::MAX;
        settings.limits.trusted_addresses = vec![Ipv4Addr::LOCALHOST.into()];
        let (mail, payments) = outside();
        let engines = Engines { holds, ledger, log, mail, payments };
        let (tasks, stop_rooms) = (TaskTracker::new(), CancellationToken::new());
        let (workers, stop) = ((tasks.clone(), stop_rooms.clone()), CancellationToken::new());
        let app = lifecycle::build(settings, engines, clock, None, workers, stop, Alarm::default())
            .expect("the settings are good");
        Self { app, rooms: tasks, stop_rooms, seen: Mutex::default() }
    }

    /// What else runs in a server.
    pub(super) fn start_workers(&self, workers: &mut JoinSet<()>) {
        let (sender, hints) = mpsc::channel(HINTS);
        let holds = Arc::clone(&self.app.engines.holds);
        workers.spawn(async move { holds.listen(sender).await });
        let rooms = Arc::clone(&self.app.rooms);
        workers.spawn(async move { rooms.dispatch(hints).await });
        let news = News {
            reader: self.app.settings.server.name.clone(),
            log: Arc::clone(&self.app.engines.log),
            ledger: Arc::clone(&self.app.engines.ledger),
            catalogue: Arc::clone(&self.app.catalogue),
            gatekeeper: Arc::clone(&self.app.gatekeeper),
            rooms: Arc::clone(&self.app.rooms),
        };
        workers.spawn(news.run());
        let app = Arc::clone(&self.app);
        workers.spawn(async move { app.accounts.follow_endings().await });
    }

    /// Compiling a plan takes a thread; afterwards it is known, and nothing leaves the runtime any more.
    pub(super) async fn warm_up(&self) {
        let event = self.app.catalogue.event(EVENT).await.expect("the event");
        self.app.catalogue.plan(&event).await.expect("the plan");
    }

    /// Somebody was let into this room.
    pub(super) fn saw(&self, room: &Arc<Room>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let room_before = seen.last().map(|(before, _)| before.as_ptr());
        if room_before != Some(Arc::as_ptr(room)) {
            seen.push((Arc::downgrade(room), Arc::clone(&room.pulse)));
        }
    }

    /// Waits until everybody has left and every room is closed; says what is left.
    pub(super) async fn wind_down(&self, trace: &Trace, limit: Duration) {
        let deadline = tokio::time::Instant::now() + limit;
        while self.app.rooms.count() + self.app.sockets.len() > 0 && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let left = [self.app.rooms.count(), self.rooms.len(), self.app.sockets.len()];
        if left != [0; 3] {
            trace.wrong(&format!("with nobody there, {left:?} rooms, tasks of rooms and sockets are left"));
        }
        self.stop_rooms.cancel();
        for (room, pulse) in self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let reading = pulse.read();
            if reading.opened != reading.closed {
                trace.wrong(&format!("{} sockets were opened and {} closed", reading.opened, reading.closed));
            }
            if room.strong_count() > 0 {
                trace.wrong("somebody still has a room that is closed");
            }
        }
    }
}

/// Nobody here writes letters or pays.
fn outside() -> (Arc<dyn Mail>, Arc<dyn Payments>) {
    static OUTSIDE: OnceLock<(Arc<dyn Mail>, Arc<dyn Payments>)> = OnceLock::new();
    let outside = OUTSIDE.get_or_init(|| {
        let payments = HttpPayments::new("http://127.0.0.1:1", "key", "secret").expect("it is not asked");
        (Arc::new(FileMail::new("no-letters".into())), Arc::new(payments))
    });
    outside.clone()
}
