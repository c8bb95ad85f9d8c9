//! Rows: what happens to seats, with names, to all viewers. More than a few hundred a second are counted instead: nobody
//! reads them, and the numbers are in the statistics anyway.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use frontrow_domain::ids::UserId;
use frontrow_domain::protocol::dashboard::DashboardFrame;
use frontrow_domain::protocol::{ActivityRow, Holder};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tracing::debug;

use super::Dashboard;
use super::orders::Orders;
use crate::app::App;
use crate::fanout::Frame;
use crate::metrics;
use crate::rooms::SeatActivity;

/// Rows a second that are passed on.
const MAX_ROWS_PER_S: u64 = 300;
/// Rows that are looked up together.
const BATCH: usize = 100;
/// How long rows wait for the ledger. Without it they have no names.
const PATIENCE: Duration = Duration::from_millis(500);
const SECOND: Duration = Duration::from_secs(1);

/// Passes on what happens in the room until it is dropped.
pub(super) async fn pass_on(app: &App, dashboard: &Dashboard) {
    let mut activities = dashboard.room.listen();
    let mut desk = Desk::new(app, dashboard, Arc::clone(&activities.dropped));
    let mut seconds = interval(SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            biased;
            _ = seconds.tick() => desk.tell_dropped(),
            rows = activities.rows.recv_many(&mut batch, BATCH) => match rows {
                // A newer dashboard listens to the room.
                0 => std::future::pending().await,
                _ => desk.pass(batch).await,
            },
        }
    }
}

struct Desk<'a> {
    app: &'a App,
    dashboard: &'a Dashboard,
    orders: Orders,
    dropped: Arc<AtomicU64>,
    second: Instant,
    sent: u64,
}

impl<'a> Desk<'a> {
    fn new(app: &'a App, dashboard: &'a Dashboard, dropped: Arc<AtomicU64>) -> Self {
        let orders = Orders::new(dashboard.room.event);
        Self { app, dashboard, orders, dropped, second: Instant::now(), sent: 0 }
    }

    /// What is too much is dropped before anything is looked up for it.
    async fn pass(&mut self, mut batch: Vec<(u64, SeatActivity)>) {
        if self.second.elapsed() >= SECOND {
            (self.second, self.sent) = (Instant::now(), 0);
        }
        let free = usize::try_from(MAX_ROWS_PER_S.saturating_sub(self.sent)).unwrap_or(usize::MAX);
        let excess = batch.len().saturating_sub(free);
        batch.truncate(free);
        self.dropped.fetch_add(excess as u64, Relaxed);
        if batch.is_empty() {
            return;
        }
        self.sent += batch.len() as u64;
        metrics::activity_rows("sent", batch.len() as u64);
        let people = self.look_up(&batch).await;
        for (ts_ms, happened) in batch {
            let row = self.row(ts_ms, &happened, &people);
            self.dashboard.publish(Frame::text(row));
        }
    }

    async fn look_up(&mut self, batch: &[(u64, SeatActivity)]) -> HashMap<UserId, Holder> {
        let ledger = self.app.engines.ledger.as_ref();
        let happened: Vec<_> = batch.iter().map(|&(_, it)| it).collect();
        let ids: BTreeSet<UserId> = happened.iter().map(|it| it.owner).collect();
        let people = timeout(PATIENCE, self.app.dashboards.people.find(ledger, &ids)).await;
        if !matches!(timeout(PATIENCE, self.orders.prepare(ledger, &happened)).await, Ok(Ok(()))) {
            debug!(event.id = %self.dashboard.room.event, "rows go out without their orders");
        }
        match people {
            Ok(Ok(people)) => people,
            _ => HashMap::new(),
        }
    }

    fn row(&mut self, ts_ms: u64, it: &SeatActivity, people: &HashMap<UserId, Holder>) -> String {
        let layout = &self.dashboard.room.plan.layout;
        let seat = layout.seat(it.seat);
        let row = ActivityRow {
            activity: it.activity,
            ts_ms,
            seat: &seat.seat,
            section: &layout.sections[seat.section].id,
            holder: people.get(&it.owner).cloned(),
            age_ms: it.age_ms,
            expires_in_ms: it.expires_in_ms,
            order_id: self.orders.take(it),
        };
        row.to_json()
    }

    fn tell_dropped(&self) {
        let rows = self.dropped.swap(0, Relaxed);
        if rows > 0 {
            metrics::activity_rows("dropped", rows);
            self.dashboard.publish(Frame::text(DashboardFrame::RowsDropped { rows }.to_json()));
        }
    }
}
