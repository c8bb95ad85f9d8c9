//! A dashboard's one task. It ends when nobody looks any more, or the server stops.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::event::EventStatus;
use frontrow_domain::protocol::dashboard::DashboardFrame;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::books::{self, Books};
use super::compose::{Sources, stats};
use super::rhythm::Rhythm;
use super::{Dashboard, rows};
use crate::app::App;
use crate::fanout::Frame;
use crate::metrics;

const STATS_EVERY: Duration = Duration::from_secs(1);
/// How long the very first statistics wait for the ledger, so that they are whole if it is there.
const FIRST_ANSWER: Duration = Duration::from_millis(500);
/// The event's status is in this server's cache nearly always; nothing waits for it when it is not.
const STATUS_PATIENCE: Duration = Duration::from_millis(50);

/// Statistics, the ledger's word and rows go side by side: none of them waits for another.
pub(super) async fn run(app: Arc<App>, dashboard: Arc<Dashboard>) {
    let (told, books) = watch::channel(None);
    tokio::select! {
        () = app.rooms.stop.cancelled() => {}
        () = tell_stats(&app, &dashboard, books) => {}
        () = books::follow(&app, &dashboard, &told) => {}
        () = books::follow_viewers(&app, &dashboard) => {}
        () = rows::pass_on(&app, &dashboard) => {}
    }
}

async fn tell_stats(app: &App, dashboard: &Arc<Dashboard>, mut books: watch::Receiver<Option<Books>>) {
    let mut rhythm = Rhythm::default();
    rhythm.add(Instant::now(), dashboard.room.pulse.read());
    timeout(FIRST_ANSWER, books.changed()).await.ok();
    let mut status = dashboard.event.status;
    let mut ticks = interval(STATS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if app.dashboards.remove_if_idle(dashboard) {
            return;
        }
        status = status_now(app, dashboard).await.unwrap_or(status);
        let started = Instant::now();
        rhythm.add(started, dashboard.room.pulse.read());
        let frame = compose(app, dashboard, &rhythm, &books, status);
        metrics::dashboard_composed(started.elapsed().as_secs_f64());
        if let Some(frame) = frame {
            dashboard.publish_stats(frame);
        }
    }
}

fn compose(
    app: &App,
    dashboard: &Dashboard,
    rhythm: &Rhythm,
    books: &watch::Receiver<Option<Books>>,
    status: EventStatus,
) -> Option<Frame> {
    let books = books.borrow().clone().filter(Books::is_fresh);
    let (room, now_ms) = (&dashboard.room, app.rooms.now_ms());
    let stats = stats(&Sources { app, room, status, books: books.as_ref(), rhythm, now_ms })?;
    Some(Frame::text(DashboardFrame::Stats(Box::new(stats)).to_json()))
}

async fn status_now(app: &App, dashboard: &Dashboard) -> Option<EventStatus> {
    let event = timeout(STATUS_PATIENCE, app.catalogue.event(dashboard.room.event)).await;
    Some(event.ok()?.ok()?.status)
}
