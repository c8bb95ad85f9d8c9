//! What the log carries: one message per committed outbox row, keyed by event.
//!
//! A message is a reason to look, not the state itself: order is promised per seat version only, so a consumer
//! reads the ledger's current state and applies it where it is newer.

use serde::{Deserialize, Serialize};

use crate::clock::UnixMs;
use crate::event::EventStatus;
use crate::ids::{EventId, Ordinal, OutboxId};

/// One message of the inventory log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryMessage {
    /// The outbox row it came from; the same on every redelivery.
    pub id: OutboxId,
    /// The event it concerns, and its key in the log.
    pub event_id: EventId,
    /// When the row was committed.
    pub at: UnixMs,
    /// What happened.
    #[serde(flatten)]
    pub fact: InventoryFact,
}

/// What happened to an event or to some of its seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum InventoryFact {
    /// An event was created; the ticket generator shall write its inventory.
    #[serde(rename = "event.created")]
    EventCreated {
        /// Where its plan is stored.
        plan_hash: String,
    },
    /// The inventory is complete.
    #[serde(rename = "inventory.generated")]
    InventoryGenerated {
        /// Seats written.
        seats_total: u32,
    },
    /// The inventory cannot be generated.
    #[serde(rename = "inventory.failed")]
    InventoryFailed {
        /// Why, in words for the organizer.
        error: String,
    },
    /// The event's record changed.
    #[serde(rename = "event.changed")]
    EventChanged {
        /// Its status after the change.
        status: EventStatus,
    },
    /// An order took seats, to be paid.
    #[serde(rename = "seats.claimed")]
    SeatsClaimed(Seats),
    /// A claim ended without a sale.
    #[serde(rename = "seats.released")]
    SeatsReleased(Seats),
    /// Seats were paid for.
    #[serde(rename = "seats.sold")]
    SeatsSold(Seats),
    /// Seats were taken out of sale.
    #[serde(rename = "seats.blocked")]
    SeatsBlocked(Seats),
    /// Seats are back on sale.
    #[serde(rename = "seats.unblocked")]
    SeatsUnblocked(Seats),
}

/// Which seats a ledger transaction changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// Their ordinals.
    pub seats: Vec<Ordinal>,
}

impl InventoryFact {
    /// The message's kind, as in the JSON and in metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::EventCreated { .. } => "event.created",
            Self::InventoryGenerated { .. } => "inventory.generated",
            Self::InventoryFailed { .. } => "inventory.failed",
            Self::EventChanged { .. } => "event.changed",
            Self::SeatsClaimed(_) => "seats.claimed",
            Self::SeatsReleased(_) => "seats.released",
            Self::SeatsSold(_) => "seats.sold",
            Self::SeatsBlocked(_) => "seats.blocked",
            Self::SeatsUnblocked(_) => "seats.unblocked",
        }
    }

    /// The seats it concerns, if it is about seats.
    pub fn seats(&self) -> Option<&[Ordinal]> {
        match self {
            Self::SeatsClaimed(seats)
            | Self::SeatsReleased(seats)
            | Self::SeatsSold(seats)
            | Self::SeatsBlocked(seats)
            | Self::SeatsUnblocked(seats) => Some(&seats.seats),
            Self::EventCreated { .. }
            | Self::InventoryGenerated { .. }
            | Self::InventoryFailed { .. }
            | Self::EventChanged { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let message = InventoryMessage {
            id: OutboxId(uuid::Uuid::from_u128(1)),
            event_id: EventId(uuid::Uuid::from_u128(2)),
            at: UnixMs(1_700_000_000_000),
            fact: InventoryFact::SeatsSold(Seats { seats: vec![Ordinal(3)] }),
        };
        let json = serde_json::to_string(&message).expect("serializes");
        assert!(json.contains(r#""kind":"seats.sold""#) && json.contains(r#""seats":[3]"#), "{json}");
        assert_eq!(serde_json::from_str::<InventoryMessage>(&json).expect("parses"), message);
    }
}
