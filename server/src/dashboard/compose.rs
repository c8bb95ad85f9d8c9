//! Puts an event's statistics together from what the room, the ledger and this server say. Reads, never waits.

use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, OrderStatus};
use frontrow_domain::plan::Layout;
use frontrow_domain::protocol::dashboard::{
    Funnel, GeneratorProgress, MoneyTotals, OrderCounts, Pipeline, SectionStats, SinceOpen, Stats, TicketCounts, UpDown,
};
use frontrow_engines::ledger::SalesFigures;

use super::alerts::{Facts, alerts};
use super::books::Books;
use super::rhythm::{Presence, Rhythm};
use crate::app::App;
use crate::rooms::{Report, Room};

/// What statistics are made of.
pub(super) struct Sources<'a> {
    pub(super) app: &'a App,
    pub(super) room: &'a Room,
    pub(super) status: EventStatus,
    /// `None`: the ledger has not answered for a while.
    pub(super) books: Option<&'a Books>,
    pub(super) rhythm: &'a Rhythm,
    pub(super) now_ms: u64,
}

/// The statistics of this moment; `None` before the first reading of the room's counters.
pub(super) fn stats<'a>(from: &Sources<'a>) -> Option<Stats<'a>> {
    let Sources { app, room, status, books, rhythm, now_ms } = *from;
    let report = room.report(now_ms);
    let presence = Presence {
        sockets: report.sockets as u64,
        sockets_all: app.sockets.len() as u64,
        rooms: app.rooms.count() as u64,
    };
    let (realtime, pulse) = (rhythm.realtime(presence)?, rhythm.newest()?);
    let pipeline = pipeline(app, books, pulse.drift);
    let facts = Facts {
        pipeline: &pipeline,
        oversold: books.map_or(0, |books| books.oversold),
        drift_now: pulse.drift_now,
        fanout_p99_ms: realtime.fanout_ms.p99,
        overdue_ms: report.overdue_ms,
        stale: report.stale,
    };
    let alerts = alerts(&facts);
    let sales = books.map(|books| &books.sales);
    Some(Stats {
        ts_ms: now_ms,
        server: &app.settings.server.name,
        event_status: status,
        counts: report.counts,
        money: books.map(|books| money(&books.event, &books.sales)),
        orders: sales.map(orders),
        tickets: sales.map(|sales| TicketCounts { valid: sales.tickets_valid, used: sales.tickets_used }),
        last_minute: report.last_minute,
        since_open: SinceOpen { counts: report.since_open, since_ms: report.since_ms },
        sections: sections(&room.plan.layout, &report),
        expiring: report.expiring,
        funnel: funnel(&report, sales),
        realtime,
        pipeline,
        alerts,
    })
}

fn sections<'a>(layout: &'a Layout, report: &Report) -> Vec<SectionStats<'a>> {
    let sections = layout.sections.iter().zip(&report.sections);
    let stats = sections.map(|(section, figures)| SectionStats {
        id: &section.id,
        name: &section.name,
        total: section.total,
        counts: figures.counts,
        oldest_hold_ms: figures.oldest_held_ms.map(|since_ms| report.store_now_ms.saturating_sub(since_ms)),
        holds_last_minute: figures.holds_last_minute,
        conflicts_last_minute: figures.conflicts_last_minute,
    });
    stats.collect()
}

/// What was captured is the price of every order whose money was, whatever became of it.
fn money(event: &Event, sales: &SalesFigures) -> MoneyTotals {
    let sum = |states: &[MoneyState]| -> i64 {
        sales.orders.iter().filter(|(_, money, ..)| states.contains(money)).map(|&(.., amount)| amount).sum()
    };
    let captured = sum(&[MoneyState::Captured, MoneyState::RefundDue, MoneyState::Refunded]);
    let refunded = sum(&[MoneyState::Refunded]);
    let money = |amount| Money { amount, currency: event.currency };
    MoneyTotals { captured: money(captured), refunded: money(refunded), kept: money(captured - refunded) }
}

fn orders(sales: &SalesFigures) -> OrderCounts {
    let count =
        |wanted| sales.orders.iter().filter(|(status, ..)| *status == wanted).map(|&(_, _, count, _)| count).sum();
    OrderCounts {
        awaiting_payment: count(OrderStatus::AwaitingPayment),
        confirmed: count(OrderStatus::Confirmed),
        failed: count(OrderStatus::Failed),
        expired: count(OrderStatus::Expired),
        cancelled: count(OrderStatus::Cancelled),
        refunded: count(OrderStatus::Refunded),
    }
}

fn funnel(report: &Report, sales: Option<&SalesFigures>) -> Funnel {
    let orders = sales.map(orders);
    Funnel {
        watching: report.sockets as u64,
        holding: report.holders as u64,
        in_checkout: orders.map(|orders| orders.awaiting_payment),
        paid: orders.map(|orders| orders.confirmed),
        tickets: sales.map(|sales| sales.tickets_valid + sales.tickets_used),
        median_hold_to_order_ms: median(&report.hold_to_order_ms),
        median_order_to_paid_ms: median(&report.order_to_paid_ms),
    }
}

fn pipeline(app: &App, books: Option<&Books>, drift: u64) -> Pipeline {
    let up_or_down = |answers: bool| if answers { UpDown::Up } else { UpDown::Down };
    let [hold_store, ledger, log] = app.health.engines_answer().map(|answers| answers.map(up_or_down));
    Pipeline {
        hold_store,
        ledger,
        log,
        payments: app.checkout.payments.answers().map(up_or_down),
        outbox_rows: books.map(|books| books.lag.rows),
        outbox_oldest_ms: books.map(|books| books.lag.oldest_ms),
        generator: books.map(|books| GeneratorProgress::from(&books.event.generation)),
        reconciler_drift: drift,
    }
}

/// The middle one; of an even number the lower of the two.
fn median(durations_ms: &[u64]) -> Option<u64> {
    let mut sorted = durations_ms.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_a_duration_that_was_measured() {
        assert_eq!(median(&[]), None);
        assert_eq!((median(&[7]), median(&[9, 1]), median(&[5, 1, 9])), (Some(7), Some(1), Some(5)));
    }
}
