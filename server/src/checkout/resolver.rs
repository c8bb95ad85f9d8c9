//! The resolver: looks at every order that is due. Any number of servers may do it at the same time; the ledger gives each
//! order to one of them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, warn};

use super::{Checkout, Found};

const EVERY: Duration = Duration::from_millis(500);
/// Orders that are taken at once, and how many of them are worked on at the same time.
const BATCH: u32 = 16;
const AT_ONCE: usize = 8;
/// A server that takes an order and dies keeps others from it for this long. Two rounds of a batch in which the provider and the
/// mail server do not answer take longer; then two servers look at an order, and its version lets one of them change it.
const LEASE_MS: u64 = 8_000;

impl Checkout {
    /// Runs until it is dropped.
    pub(crate) async fn resolve(self: Arc<Self>) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // A full batch may be one of many: a cancelled event gives back every order it has sold.
            while self.resolve_batch().await == BATCH as usize {}
        }
    }

    async fn resolve_batch(&self) -> usize {
        let read = match self.ledger.due_orders(BATCH, LEASE_MS).await {
            Ok(read) => read,
            Err(error) => {
                debug!(%error, "orders are looked at later");
                return 0;
            }
        };
        let (taken, at) = (read.orders.len(), read.at);
        stream::iter(read.orders)
            .for_each_concurrent(AT_ONCE, |order| async move {
                let id = order.id;
                if let Err(problem) = self.advance(Found { order, at }, false).await {
                    warn!(order.id = %id, detail = problem.detail, "an order is looked at again");
                }
            })
            .await;
        taken
    }
}
