//! What a room tells those who run the event: its chronicle of what happened, a report of how it is, rows as they happen.
//!
//! Nobody who listens here ever makes the room wait: rows that find no place are counted and dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use frontrow_domain::ids::Ordinal;
use frontrow_domain::plan::Layout;
use frontrow_domain::protocol::dashboard::{ActivityCounts, EXPIRY_MINUTES, StatsPoint};
use frontrow_domain::seat::SeatCounts;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::Room;
use super::activity::{SeatActivity, SeatMove};
use super::map::LiveMap;
use super::room::State;
use super::tally::{Presence, SectionFigures, Tally};

/// Rows that wait for the dashboard: several seconds of what it passes on.
const ROWS: usize = 2_048;

/// What happened in a room, and who wants to hear of it.
pub(super) struct Chronicle {
    tally: Tally,
    /// The first reading has come.
    begun: bool,
    /// The hold store's time at the latest reading, and this server's.
    store_clock: (u64, Instant),
    listener: Option<Listener>,
}

struct Listener {
    rows: mpsc::Sender<(u64, SeatActivity)>,
    dropped: Arc<AtomicU64>,
}

/// What happens to seats, with this server's time in milliseconds; as long as somebody has this.
pub(crate) struct Activities {
    pub(crate) rows: mpsc::Receiver<(u64, SeatActivity)>,
    /// Rows that found no place, since somebody looked.
    pub(crate) dropped: Arc<AtomicU64>,
}

/// How a room is, in numbers.
pub(crate) struct Report {
    pub(crate) counts: SeatCounts,
    pub(crate) sections: Vec<SectionFigures>,
    /// The hold store's time now, as far as this server knows.
    pub(crate) store_now_ms: u64,
    pub(crate) expiring: [u32; EXPIRY_MINUTES],
    /// People with holds.
    pub(crate) holders: usize,
    pub(crate) last_minute: ActivityCounts,
    pub(crate) since_open: ActivityCounts,
    pub(crate) since_ms: u64,
    pub(crate) hold_to_order_ms: Vec<u64>,
    pub(crate) order_to_paid_ms: Vec<u64>,
    pub(crate) sockets: usize,
    pub(crate) stale: bool,
    /// For how long the most overdue hold has been over.
    pub(crate) overdue_ms: u64,
}

impl Chronicle {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { tally: Tally::new(layout), begun: false, store_clock: (0, Instant::now()), listener: None }
    }

    /// A reading was taken over.
    pub(super) fn note(&mut self, layout: &Layout, moves: &[SeatMove], at_ms: u64, state: Presence, now_ms: u64) {
        self.store_clock = (at_ms, Instant::now());
        if !std::mem::replace(&mut self.begun, true) {
            return self.tally.begin(layout, moves, state, now_ms);
        }
        for happened in self.tally.note(layout, moves, state, now_ms) {
            self.tell(now_ms, happened);
        }
    }

    fn tell(&mut self, now_ms: u64, happened: SeatActivity) {
        let Some(Listener { rows, dropped }) = &self.listener else { return };
        match rows.try_send((now_ms, happened)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                dropped.fetch_add(1, Relaxed);
            }
            Err(TrySendError::Closed(_)) => self.listener = None,
        }
    }
}

impl State {
    pub(super) fn presence(&self, sockets: usize) -> Presence {
        let SeatCounts { held, sold, .. } = self.live.counts();
        Presence { held, sold, sockets: u32::try_from(sockets).unwrap_or(u32::MAX) }
    }
}

impl Room {
    /// Rows from now on; whoever listened before hears nothing more.
    pub(crate) fn listen(&self) -> Activities {
        let (sender, rows) = mpsc::channel(ROWS);
        let dropped = Arc::new(AtomicU64::new(0));
        self.lock().chronicle.listener = Some(Listener { rows: sender, dropped: Arc::clone(&dropped) });
        Activities { rows, dropped }
    }

    pub(super) fn note_conflict(&self, seats: &[Ordinal], now_ms: u64) {
        let mut state = self.lock();
        let presence = state.presence(self.fanout.members());
        state.chronicle.tally.conflict(&self.plan.layout, seats, presence, now_ms);
    }

    /// Once a second, for the history.
    pub(super) fn sample(&self, now_ms: u64) {
        let mut state = self.lock();
        let presence = state.presence(self.fanout.members());
        state.chronicle.tally.sample(presence, now_ms);
    }

    /// The last fifteen minutes, second by second, as far as this room has seen them.
    pub(crate) fn history(&self, now_ms: u64) -> Vec<StatsPoint> {
        self.lock().chronicle.tally.history(now_ms)
    }

    pub(crate) fn report(&self, now_ms: u64) -> Report {
        let now = Instant::now();
        let state = self.lock();
        let State { live, chronicle, stale, .. } = &*state;
        let (at_ms, read_at) = chronicle.store_clock;
        let since_read_ms = u64::try_from((now - read_at).as_millis()).unwrap_or(0);
        Report {
            counts: live.counts(),
            sections: chronicle.tally.sections(now_ms),
            store_now_ms: at_ms + since_read_ms,
            expiring: expiring(live, now),
            holders: live.holders(),
            last_minute: chronicle.tally.last_minute(now_ms),
            since_open: chronicle.tally.total,
            since_ms: chronicle.tally.since_ms,
            hold_to_order_ms: chronicle.tally.hold_to_order_ms.iter().copied().collect(),
            order_to_paid_ms: chronicle.tally.order_to_paid_ms.iter().copied().collect(),
            sockets: self.fanout.members(),
            stale: *stale,
            overdue_ms: live.most_overdue().map_or(0, |due| u64::try_from((now - due).as_millis()).unwrap_or(0)),
        }
    }
}

/// Held and claimed seats by the minute in which that ends. What is due is being freed just now: it counts as the first.
fn expiring(live: &LiveMap, now: Instant) -> [u32; EXPIRY_MINUTES] {
    let mut minutes = [0; EXPIRY_MINUTES];
    let mut to_come = 0;
    for (until, _) in live.deadlines() {
        let minute = usize::try_from(until.saturating_duration_since(now).as_secs() / 60).unwrap_or(usize::MAX);
        minutes[minute.min(EXPIRY_MINUTES - 1)] += 1;
        to_come += 1;
    }
    minutes[0] += live.counts().held.saturating_sub(to_come);
    minutes
}
