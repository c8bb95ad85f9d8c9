//! The ticket generator: turns a new event into its inventory, exactly once in effect.

use std::sync::Arc;
use std::time::Instant;

use frontrow_domain::clock::Clock;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_domain::plan::{self, Layout};
use frontrow_engines::failpoint::{self, Place};
use frontrow_engines::ledger::{InventoryCategory, InventorySeat, InventorySection, Ledger, LedgerError};
use frontrow_engines::log::{Entry, GroupReader, Log, LogError};
use frontrow_engines::mutant::{self, Mutant};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::RETRY_PAUSE;

/// The consumer group of all ticket generators.
const GROUP: &str = "frontrow-ticket-generator";

/// A worker of the group.
pub struct Generator {
    /// Where events, plans and seats are.
    pub ledger: Arc<dyn Ledger>,
    /// Where the work comes from.
    pub log: Arc<dyn Log>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// This process in the group.
    pub name: String,
    /// Seats written at once.
    pub batch_seats: usize,
}

/// Why an event's inventory could not be written.
#[derive(Debug, thiserror::Error)]
enum GenerationError {
    /// Nobody's fault; it will work later.
    #[error(transparent)]
    NotNow(LedgerError),
    /// It will never work. The words are for the organizer.
    #[error("{0}")]
    Never(String),
}

impl From<LedgerError> for GenerationError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Unavailable(_) => Self::NotNow(error),
            LedgerError::Corrupt(reason) => Self::Never(reason),
        }
    }
}

impl Generator {
    /// Generates until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.work() => {}
        }
    }

    async fn work(&self) {
        loop {
            match self.log.join(GROUP, &self.name).await {
                Ok(mut member) => {
                    if let Err(error) = self.consume(member.as_mut()).await {
                        warn!(%error, "the ticket generator lost the log, joining again");
                    }
                }
                Err(error) => warn!(%error, "the ticket generator cannot join its group"),
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    /// One entry after the other; committed only after its effect, so that a kill repeats it instead of losing it.
    async fn consume(&self, member: &mut dyn GroupReader) -> Result<(), LogError> {
        loop {
            let delivered = member.next().await?;
            if mutant::is(Mutant::CommittedBeforeTheEffect) {
                member.commit(&delivered).await?;
            }
            match &delivered.entry {
                Entry::Message(message) => self.handle(message).await?,
                Entry::Poison { payload, reason } => {
                    error!(
                        log.partition = delivered.partition,
                        log.offset = delivered.offset,
                        reason,
                        "buried an unreadable message"
                    );
                    self.log.bury(payload, reason).await?;
                }
            }
            member.commit(&delivered).await?;
        }
    }

    /// Everything but `event.created` is for others.
    async fn handle(&self, message: &InventoryMessage) -> Result<(), LogError> {
        if !matches!(message.fact, InventoryFact::EventCreated { .. }) {
            return Ok(());
        }
        loop {
            match self.generate(message.event_id).await {
                Ok(()) => return Ok(()),
                Err(GenerationError::NotNow(error)) => {
                    warn!(event.id = %message.event_id, %error, "generation waits for the ledger");
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
                Err(GenerationError::Never(reason)) => return self.give_up(message, &reason).await,
            }
        }
    }

    async fn generate(&self, id: EventId) -> Result<(), GenerationError> {
        let Some(event) = self.ledger.event(id).await? else {
            return Err(GenerationError::Never(format!("there is no event {id}")));
        };
        if event.status != EventStatus::Generating {
            return Ok(());
        }
        let started = Instant::now();
        let layout = self.layout(&event).await?;
        self.write(&event, &layout).await?;
        if self.ledger.finish_generation(id, OutboxId(Uuid::now_v7()), self.clock.now()).await? {
            let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            info!(event.id = %id, seats.total = layout.seats.len(), duration_ms, "generated the inventory");
            failpoint::reached(Place::Generated).await;
        }
        Ok(())
    }

    /// The compiled plan. Compiling a stadium takes a while: off the runtime with it.
    async fn layout(&self, event: &Event) -> Result<Layout, GenerationError> {
        let Some(plan) = self.ledger.plan(&event.plan_hash).await? else {
            return Err(GenerationError::Never("the seating plan is missing".into()));
        };
        let compiled = spawn_blocking(move || {
            let json = plan.unpack().map_err(|error| error.to_string())?;
            let value = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
            plan::compile(&value).map_err(|problems| format!("the seating plan has {} problems", problems.len()))
        });
        compiled.await.map_err(|panic| GenerationError::Never(panic.to_string()))?.map_err(GenerationError::Never)
    }

    /// In batches, from where the last attempt had got to. Ids come from event and ordinal, so a batch that was
    /// written half before a kill is completed, never doubled.
    async fn write(&self, event: &Event, layout: &Layout) -> Result<(), GenerationError> {
        let categories: Vec<_> = layout
            .categories
            .iter()
            .map(|category| InventoryCategory {
                id: category.id.clone(),
                name: category.name.clone(),
                color: category.color.clone(),
                total: category.total,
            })
            .collect();
        let sections: Vec<_> = layout
            .sections
            .iter()
            .map(|section| InventorySection {
                id: section.id.clone(),
                name: section.name.clone(),
                total: section.total,
            })
            .collect();
        self.ledger.write_inventory_heads(event.id, &categories, &sections).await?;
        let mut first = event.generation.done;
        while let Some(rest) = layout.seats.get(first as usize..).filter(|rest| !rest.is_empty()) {
            let batch: Vec<_> = rest
                .iter()
                .take(self.batch_seats)
                .map(|seat| InventorySeat {
                    seat: seat.seat.clone(),
                    section: layout.section_of(seat).id.clone(),
                    row: seat.row.clone(),
                    number: seat.number.clone(),
                    category: layout.category_of(seat).id.clone(),
                })
                .collect();
            self.ledger.write_inventory_seats(event.id, first, &batch).await?;
            first += u32::try_from(batch.len()).unwrap_or(u32::MAX);
        }
        Ok(())
    }

    /// The event fails with words that a person understands; the message goes to the dead letters with the same.
    async fn give_up(&self, message: &InventoryMessage, reason: &str) -> Result<(), LogError> {
        error!(event.id = %message.event_id, reason, "the inventory cannot be generated");
        let payload = serde_json::to_vec(message).map_err(|error| LogError(error.to_string()))?;
        self.log.bury(&payload, reason).await?;
        let failed = self.ledger.fail_generation(message.event_id, reason, OutboxId(Uuid::now_v7()), self.clock.now());
        if let Err(error) = failed.await {
            warn!(event.id = %message.event_id, %error, "the failure cannot be written down, it will be found again");
            return Err(LogError(error.to_string()));
        }
        Ok(())
    }
}
