//! The catalogue: events, their plans, and the inventory that the ticket generator writes.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::{EventId, OutboxId, UserId};
use frontrow_domain::journal::Entry;

use super::{AnswerKey, LedgerError, PlanBytes, StoredAnswer};

/// In which order events are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOrder {
    /// The next one first.
    #[default]
    StartsAt,
    /// The last one first.
    StartsAtDescending,
    /// By name.
    Name,
}

/// Which events to list. Every filter that is `None` lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Only this status.
    pub status: Option<EventStatus>,
    /// Name, venue or description contain this text, in any case.
    pub text: Option<String>,
    /// Exactly this genre.
    pub genre: Option<String>,
    /// Starts then or later.
    pub from: Option<UnixMs>,
    /// Starts before.
    pub to: Option<UnixMs>,
    /// Only this organizer's.
    pub organizer_id: Option<UserId>,
    /// Also events that are not public.
    pub with_private: bool,
    /// In which order.
    pub order: EventOrder,
    /// Only what comes after this event.
    pub after: Option<EventId>,
    /// At most so many.
    pub limit: u32,
}

/// A category of an event's inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryCategory {
    /// As in the plan.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// CSS colour.
    pub color: String,
    /// How many seats.
    pub total: u32,
}

/// A section of an event's inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventorySection {
    /// As in the plan.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// How many seats.
    pub total: u32,
}

/// A seat of an event's inventory; its ordinal is its place in the batch plus the batch's first ordinal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventorySeat {
    /// As in the plan.
    pub seat: String,
    /// Section id.
    pub section: String,
    /// Row label.
    pub row: String,
    /// Number within the row.
    pub number: String,
    /// Category id.
    pub category: String,
}

/// The port.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// In one transaction: the event, its plan, the outbox row `event.created`, and the stored answer.
    async fn create_event(
        &self,
        event: &Event,
        plan: &PlanBytes,
        outbox_id: OutboxId,
        answer: Option<(&AnswerKey, &StoredAnswer)>,
    ) -> Result<(), LedgerError>;

    /// The event with this id.
    async fn event(&self, id: EventId) -> Result<Option<Event>, LedgerError>;

    /// The events of a query.
    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, LedgerError>;

    /// In one transaction: replaces the record if its version is still `event.version - 1`, and writes the outbox row
    /// `event.changed` and the line of the journal, both with the entry's id. `false` if somebody else changed it first.
    async fn save_event(&self, event: &Event, entry: &Entry) -> Result<bool, LedgerError>;

    /// The plan stored under this hash.
    async fn plan(&self, hash: &str) -> Result<Option<PlanBytes>, LedgerError>;

    /// Writes categories and sections; repeating it changes nothing.
    async fn write_inventory_heads(
        &self,
        event: EventId,
        categories: &[InventoryCategory],
        sections: &[InventorySection],
    ) -> Result<(), LedgerError>;

    /// Writes seats `first..first + seats.len()` and then the progress; repeating it changes nothing.
    async fn write_inventory_seats(
        &self,
        event: EventId,
        first: u32,
        seats: &[InventorySeat],
    ) -> Result<(), LedgerError>;

    /// In one transaction: `generating` becomes `on_sale` or `draft`, with the outbox row `inventory.generated`.
    /// `false` if the event was not generating any more.
    async fn finish_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError>;

    /// In one transaction: `generating` becomes `failed`, with the outbox row `inventory.failed`.
    async fn fail_generation(
        &self,
        event: EventId,
        error: &str,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<bool, LedgerError>;

    /// In one transaction: `failed` becomes `generating` again, with a new outbox row `event.created`. `false` if the
    /// event had not failed.
    async fn retry_generation(&self, event: EventId, outbox_id: OutboxId, now: UnixMs) -> Result<bool, LedgerError>;

    /// The categories of an event, in the plan's order.
    async fn categories(&self, event: EventId) -> Result<Vec<InventoryCategory>, LedgerError>;

    /// The sections of an event, in the plan's order.
    async fn sections(&self, event: EventId) -> Result<Vec<InventorySection>, LedgerError>;

    /// How many seats of the event are in the ledger.
    async fn count_seats(&self, event: EventId) -> Result<u64, LedgerError>;

    /// Raises the fence epoch from `expected` by one; `None` if somebody else did it first.
    async fn advance_fence_epoch(&self, event: EventId, expected: u64) -> Result<Option<u64>, LedgerError>;
}
