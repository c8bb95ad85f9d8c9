//! News: the inventory log, read by every server from its own stored position.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::EventId;
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_domain::order::OrderStatus;
use frontrow_engines::ledger::{Ledger, LogPosition};
use frontrow_engines::log::{Delivered, Entry, Log, LogError, TailReader};
use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

use super::Rooms;
use crate::catalogue::Catalogue;
use crate::gatekeeper::Gatekeeper;
use crate::http::problem::Answer;
use crate::metrics;

const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// The position is written down this often; what lies between is read again after a restart, to no effect.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Follows the log and lets the rest of the server know.
pub(crate) struct News {
    pub(crate) reader: String,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) rooms: Arc<Rooms>,
}

impl News {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let mut position = self.stored_position().await;
        loop {
            match self.log.tail(&position).await {
                Ok(mut tail) => {
                    info!("reading the inventory log");
                    let Err(error) = self.follow(tail.as_mut()).await;
                    position.clone_from(tail.position());
                    warn!(%error, "the inventory log broke off, reading it again");
                }
                Err(error) => warn!(%error, "the inventory log cannot be read"),
            }
            sleep(RETRY_PAUSE).await;
        }
    }

    async fn stored_position(&self) -> LogPosition {
        loop {
            match self.ledger.log_position(&self.reader).await {
                Ok(position) => return position,
                Err(error) => warn!(%error, "the position in the log is not known yet"),
            }
            sleep(RETRY_PAUSE).await;
        }
    }

    async fn follow(&self, tail: &mut dyn TailReader) -> Result<Infallible, LogError> {
        self.save(tail.position()).await;
        let mut saved_at = Instant::now();
        loop {
            let Delivered { partition, offset, entry } = tail.next().await?;
            match entry {
                Entry::Message(message) => self.tell(&message).await,
                // The ticket generator buries it, once for everybody.
                Entry::Poison { reason, .. } => {
                    error!(log.partition = partition, log.offset = offset, reason, "skipped an unreadable message");
                }
            }
            if saved_at.elapsed() >= SAVE_EVERY {
                saved_at = Instant::now();
                self.save(tail.position()).await;
            }
        }
    }

    async fn save(&self, position: &LogPosition) {
        if let Err(error) = self.ledger.save_log_position(&self.reader, position).await {
            warn!(%error, "the position in the log is written down later");
        }
    }

    /// Waits as long as a store is away: a change that is skipped here would stay unseen.
    async fn tell(&self, message: &InventoryMessage) {
        let kind = message.fact.kind();
        metrics::news_received(kind);
        let mut waits = false;
        loop {
            let Err(problem) = self.act(message).await else { return };
            if !matches!(problem.code, ErrorCode::Unavailable | ErrorCode::Recovering) {
                error!(event.id = %message.event_id, kind, detail = problem.detail, "news could not be followed");
                return;
            }
            if !std::mem::replace(&mut waits, true) {
                warn!(event.id = %message.event_id, kind, detail = problem.detail, "news wait for a store");
            }
            sleep(RETRY_PAUSE).await;
        }
    }

    /// A message is a reason to look: what is done follows the ledger's current state.
    async fn act(&self, message: &InventoryMessage) -> Answer<()> {
        let event = message.event_id;
        if let Some(seats) = message.fact.seats() {
            self.gatekeeper.settle(event, seats).await?;
            if let Some(room) = self.rooms.live(event) {
                room.suspect(seats);
            }
            return Ok(());
        }
        self.catalogue.forget(event).await;
        if matches!(message.fact, InventoryFact::EventCreated { .. }) {
            return Ok(());
        }
        match self.gatekeeper.follow(event).await {
            // Failed, or changed while it is being generated: there is no gate to follow yet.
            Err(problem) if problem.code == ErrorCode::NotOnSale => {}
            followed => followed?,
        }
        let status = self.catalogue.event(event).await?.status;
        self.announce(event, status);
        self.sweep(event, status).await
    }

    /// Orders of an event that is not on sale any more are looked at, and so end; those of a cancelled one are given back.
    async fn sweep(&self, event: EventId, status: EventStatus) -> Answer<()> {
        if matches!(status, EventStatus::Closed | EventStatus::Cancelled) {
            self.ledger.make_due(event, OrderStatus::AwaitingPayment).await?;
        }
        if status == EventStatus::Cancelled {
            self.ledger.make_due(event, OrderStatus::Confirmed).await?;
        }
        Ok(())
    }

    fn announce(&self, event: EventId, status: EventStatus) {
        if let Some(room) = self.rooms.live(event) {
            room.publish_event(status);
        }
    }
}
