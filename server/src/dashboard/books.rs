//! What the ledger says of an event: asked every few seconds, once for all viewers, and never waited for by anybody.

use std::time::Duration;

use frontrow_domain::event::Event;
use frontrow_engines::ledger::{LedgerError, OutboxLag, SalesFigures};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tracing::debug;

use super::Dashboard;
use crate::app::App;

/// How often the ledger is asked.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// How often viewers' roles are looked at: a demoted organizer is shown out within a second.
const LOOK_AT_VIEWERS_EVERY: Duration = Duration::from_millis(400);
/// A ledger that has not answered by then does not answer this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// After this nobody should believe the last answer any more.
const STALE_AFTER: Duration = Duration::from_secs(15);

/// What the ledger said, and when.
#[derive(Debug, Clone)]
pub(super) struct Books {
    pub(super) event: Event,
    pub(super) sales: SalesFigures,
    pub(super) lag: OutboxLag,
    /// Seats that are sold and have no ticket, or that have two: as this and the answer before both say.
    pub(super) oversold: u64,
    asked_at: Instant,
}

impl Books {
    /// Whether it still counts.
    pub(super) fn is_fresh(&self) -> bool {
        self.asked_at.elapsed() < STALE_AFTER
    }
}

/// Asks until it is dropped.
pub(super) async fn follow(app: &App, dashboard: &Dashboard, told: &watch::Sender<Option<Books>>) {
    let mut ticks = interval(ASK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut suspected = 0;
    loop {
        ticks.tick().await;
        match timeout(PATIENCE, ask(app, dashboard)).await {
            Ok(Ok(Some(mut books))) => {
                let now = unsound(&books.sales);
                books.oversold = now.min(std::mem::replace(&mut suspected, now));
                told.send_replace(Some(books));
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => debug!(event.id = %dashboard.room.event, %error, "the ledger is asked again"),
            Err(_elapsed) => debug!(event.id = %dashboard.room.event, "the ledger takes long"),
        }
    }
}

/// Shows those out who may not look any more, until it is dropped. While the ledger is away nobody is judged.
pub(super) async fn follow_viewers(app: &App, dashboard: &Dashboard) {
    let mut ticks = interval(LOOK_AT_VIEWERS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let viewers = dashboard.viewers();
        match timeout(PATIENCE, app.engines.ledger.users(&viewers)).await {
            Ok(Ok(accounts)) => dashboard.check_viewers(&viewers, &accounts),
            Ok(Err(error)) => debug!(event.id = %dashboard.room.event, %error, "viewers are looked at again"),
            Err(_elapsed) => debug!(event.id = %dashboard.room.event, "the ledger takes long"),
        }
    }
}

async fn ask(app: &App, dashboard: &Dashboard) -> Result<Option<Books>, LedgerError> {
    let (ledger, id) = (&app.engines.ledger, dashboard.room.event);
    let (event, sales, lag) = tokio::try_join!(ledger.event(id), ledger.sales_figures(id), ledger.lag())?;
    Ok(event.map(|event| Books { event, sales, lag, oversold: 0, asked_at: Instant::now() }))
}

/// Sold seats without a ticket, and tickets too many on one seat. Nobody is alarmed before a second look has found the same.
fn unsound(sales: &SalesFigures) -> u64 {
    let tickets = sales.tickets_valid + sales.tickets_used;
    sales.seats_sold.saturating_sub(sales.seats_with_ticket) + tickets.saturating_sub(sales.seats_with_ticket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sold_seat_has_exactly_one_ticket() {
        let sales = |seats_sold, seats_with_ticket, tickets_valid| SalesFigures {
            seats_sold,
            seats_with_ticket,
            tickets_valid,
            tickets_used: 1,
            ..SalesFigures::default()
        };
        assert_eq!(unsound(&sales(5, 5, 4)), 0);
        assert_eq!(unsound(&sales(6, 5, 4)), 1, "sold without a ticket");
        assert_eq!(unsound(&sales(5, 5, 5)), 1, "two tickets for a seat");
    }
}
