//! Outbox -> log, at least once.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::inventory::InventoryMessage;
use frontrow_engines::failpoint::{self, Place};
use frontrow_engines::ledger::{Ledger, LedgerError, OutboxFeed};
use frontrow_engines::log::{Log, LogError};
use frontrow_engines::mutant::{self, Mutant};
use frontrow_settings::Relay as Settings;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::RETRY_PAUSE;

/// A relay that took rows and died gives them back after this long.
const LEASE_MS: u64 = 10_000;
/// Younger rows are left to the change stream, so that the two roads do not race for every row.
const POLLED_AFTER_MS: u64 = 1_000;
/// How often old rows are removed.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// Rows carried at once by polling.
const POLL_BATCH: u32 = 500;

/// Carries rows until `stop`. Runs both roads side by side, and removes what was carried long ago.
pub async fn run(ledger: Arc<dyn Ledger>, log: Arc<dyn Log>, settings: Settings, stop: CancellationToken) {
    let carrier = Carrier { ledger, log };
    tokio::select! {
        () = stop.cancelled() => {}
        () = carrier.follow(&settings.name) => {}
        () = carrier.poll(Duration::from_millis(settings.poll_ms)) => {}
        () = carrier.tidy(Duration::from_secs(settings.keep_published_s)) => {}
    }
}

#[derive(Debug, thiserror::Error)]
enum CarryError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Log(#[from] LogError),
}

struct Carrier {
    ledger: Arc<dyn Ledger>,
    log: Arc<dyn Log>,
}

impl Carrier {
    /// For speed: rows come as they are committed.
    async fn follow(&self, name: &str) {
        loop {
            match self.ledger.follow(name).await {
                Ok(mut feed) => {
                    info!("following the outbox");
                    if let Err(error) = self.carry_feed(feed.as_mut()).await {
                        warn!(%error, "the outbox feed broke, following again");
                    }
                }
                Err(error) => warn!(%error, "the outbox cannot be followed"),
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    async fn carry_feed(&self, feed: &mut dyn OutboxFeed) -> Result<(), CarryError> {
        loop {
            let rows = feed.next(LEASE_MS).await?;
            self.carry(&rows).await?;
            feed.save_position().await?;
        }
    }

    /// For truth: whatever is still unpublished, whoever forgot it.
    async fn poll(&self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.carry_forgotten().await {
                warn!(%error, "forgotten outbox rows cannot be carried yet");
            }
        }
    }

    /// Nobody asks again for what the log has acknowledged.
    async fn tidy(&self, keep: Duration) {
        let keep_ms = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
        let mut ticks = tokio::time::interval(TIDY_EVERY);
        loop {
            ticks.tick().await;
            match self.ledger.prune(keep_ms).await {
                Ok(0) => {}
                Ok(rows) => info!(outbox.rows = rows, "removed rows that were carried long ago"),
                Err(error) => warn!(%error, "old outbox rows are removed later"),
            }
        }
    }

    async fn carry_forgotten(&self) -> Result<(), CarryError> {
        loop {
            let rows = self.ledger.lease(POLL_BATCH, POLLED_AFTER_MS, LEASE_MS).await?;
            if rows.is_empty() {
                return Ok(());
            }
            self.carry(&rows).await?;
            info!(outbox.rows = rows.len(), "carried rows that the change stream did not bring");
        }
    }

    /// Publishes, and marks only what the log has acknowledged.
    async fn carry(&self, rows: &[InventoryMessage]) -> Result<(), CarryError> {
        if rows.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        if mutant::is(Mutant::MarkedBeforeAcknowledged) {
            self.ledger.mark_published(&ids).await?;
        }
        self.log.publish(rows).await?;
        failpoint::reached(Place::Published).await;
        self.ledger.mark_published(&ids).await?;
        debug!(outbox.rows = rows.len(), "carried rows to the log");
        Ok(())
    }
}
