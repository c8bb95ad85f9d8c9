//! News: the inventory log, read by every server from its own stored position.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::EventId;
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_engines::ledger::{Ledger, LogPosition};
use frontrow_engines::log::{Delivered, Entry, Log, LogError, TailReader};
use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

use super::Rooms;
use crate::catalogue::Catalogue;
use crate::holds::Gatekeeper;
use crate::http::problem::Answer;
use crate::metrics;

const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// After this many failures a message is given up: the rooms' own reading and the next message will repair.
const MAX_ATTEMPTS: u32 = 20;
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
                    let Err(error) = self.follow(tail.as_mut(), &mut position).await;
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

    async fn follow(&self, tail: &mut dyn TailReader, position: &mut LogPosition) -> Result<std::convert::Infallible, LogError> {
        let mut saved_at = Instant::now();
        loop {
            let Delivered { partition, offset, entry } = tail.next().await?;
            match entry {
                Entry::Message(message) => self.tell(&message).await,
                // The ticket generator buries it, once for everybody.
                Entry::Poison { reason, .. } => error!(log.partition = partition, log.offset = offset, reason, "skipped an unreadable message"),
            }
            position.insert(partition, offset + 1);
            if saved_at.elapsed() >= SAVE_EVERY || position.len() == 1 {
                saved_at = Instant::now();
                if let Err(error) = self.ledger.save_log_position(&self.reader, position).await {
                    warn!(%error, "the position in the log is written down later");
                }
            }
        }
    }

    async fn tell(&self, message: &InventoryMessage) {
        metrics::news_received(message.fact.kind());
        for _ in 0..MAX_ATTEMPTS {
            match self.act(message).await {
                Ok(()) => return,
                Err(problem) => warn!(event.id = %message.event_id, kind = message.fact.kind(), detail = problem.detail, "news wait"),
            }
            sleep(RETRY_PAUSE).await;
        }
        error!(event.id = %message.event_id, kind = message.fact.kind(), "news were given up");
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
        match message.fact {
            InventoryFact::EventCreated { .. } => return Ok(()),
            InventoryFact::InventoryFailed { .. } => {}
            _ => self.gatekeeper.follow(event).await?,
        }
        self.announce(event, self.catalogue.event(event).await?.status);
        Ok(())
    }

    fn announce(&self, event: EventId, status: EventStatus) {
        if let Some(room) = self.rooms.live(event) {
            room.publish_event(status);
        }
    }
}
