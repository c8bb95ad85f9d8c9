//! Which order a seat belongs to: the newest orders of the event, asked for when a claim or a sale is seen, and remembered.

use std::collections::HashMap;
use std::time::Duration;

use frontrow_domain::ids::{EventId, OrderId, Ordinal, UserId};
use frontrow_domain::order::{Order, OrderStatus};
use frontrow_domain::protocol::Activity;
use frontrow_engines::ledger::{Ledger, LedgerError, OrderQuery};
use tokio::time::{Instant, sleep_until};

use crate::rooms::SeatActivity;

/// How often the ledger is asked at most, and for how many orders: it keeps up with 600 new ones a second.
const ASK_EVERY: Duration = Duration::from_millis(150);
/// The hold store knows of a claim some milliseconds before the ledger has its order: the second question finds it.
const QUESTIONS: usize = 2;
const NEWEST: u32 = 100;
/// Seats that are remembered; beyond that all are forgotten and asked for again.
const MAX_SEATS: usize = 50_000;

/// See the module.
pub(super) struct Orders {
    event: EventId,
    known: HashMap<Ordinal, (UserId, OrderId)>,
    asked_at: Option<Instant>,
}

impl Orders {
    pub(super) fn new(event: EventId) -> Self {
        Self { event, known: HashMap::new(), asked_at: None }
    }

    /// Asks the ledger as long as one of these should belong to an order that is not known.
    pub(super) async fn prepare(&mut self, ledger: &dyn Ledger, happened: &[SeatActivity]) -> Result<(), LedgerError> {
        // A new hold has nothing to do with the order that the seat was in before.
        for it in happened.iter().filter(|it| it.activity == Activity::Hold) {
            self.known.remove(&it.seat);
        }
        for _ in 0..QUESTIONS {
            if happened.iter().all(|it| !has_order(it) || self.find(it.seat, it.owner).is_some()) {
                break;
            }
            if let Some(asked_at) = self.asked_at.replace(Instant::now()) {
                sleep_until(asked_at + ASK_EVERY).await;
            }
            self.ask(ledger).await?;
        }
        Ok(())
    }

    async fn ask(&mut self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        let query = OrderQuery { event: Some(self.event), limit: NEWEST, ..OrderQuery::default() };
        let orders = ledger.orders(&query).await?.orders;
        if self.known.len() > MAX_SEATS {
            self.known.clear();
        }
        // The newest last, so that it counts.
        for order in orders.iter().rev().filter(|order| has_seats(order)) {
            self.known.extend(order.seats.iter().map(|seat| (seat.ordinal, (order.buyer_id, order.id))));
        }
        Ok(())
    }

    /// The order behind what happened, if there is one. What ends is forgotten.
    pub(super) fn take(&mut self, it: &SeatActivity) -> Option<OrderId> {
        let order = self.find(it.seat, it.owner);
        match it.activity {
            Activity::Claimed | Activity::Sold => order,
            Activity::Release | Activity::Expired | Activity::Lost | Activity::Refunded => {
                self.known.remove(&it.seat);
                order
            }
            Activity::Hold | Activity::Extended => None,
        }
    }

    fn find(&self, seat: Ordinal, owner: UserId) -> Option<OrderId> {
        self.known.get(&seat).filter(|(buyer, _)| *buyer == owner).map(|&(_, order)| order)
    }
}

const fn has_order(it: &SeatActivity) -> bool {
    matches!(it.activity, Activity::Claimed | Activity::Sold | Activity::Refunded)
}

/// Orders that never had their seats for good have nothing to do with them any more.
fn has_seats(order: &Order) -> bool {
    matches!(order.status, OrderStatus::AwaitingPayment | OrderStatus::Confirmed | OrderStatus::Refunded)
}
