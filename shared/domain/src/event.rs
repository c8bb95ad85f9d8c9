//! An event: what is on sale, by whom, under which rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::UnixMs;
use crate::ids::{EventId, UserId};
use crate::money::Currency;

/// Where an event stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// The ticket generator is writing its inventory.
    Generating,
    /// The generator could not; `generation.error` says why.
    Failed,
    /// Generated, visible to its organizer only.
    Draft,
    /// Seats can be held.
    OnSale,
    /// Visible, nothing can be held any more.
    Closed,
    /// Called off.
    Cancelled,
}

impl EventStatus {
    /// Every status, for parsing and for documentation.
    pub const ALL: [Self; 6] =
        [Self::Generating, Self::Failed, Self::Draft, Self::OnSale, Self::Closed, Self::Cancelled];

    /// The name on the wire and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generating => "generating",
            Self::Failed => "failed",
            Self::Draft => "draft",
            Self::OnSale => "on_sale",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether everybody may see the event; the others are for its organizer only.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::OnSale | Self::Closed | Self::Cancelled)
    }

    /// Whether an organizer may move an event from this status to `next`. Staying is always allowed.
    pub fn may_become(self, next: Self) -> bool {
        use EventStatus::{Cancelled, Closed, Draft, OnSale};
        self == next
            || matches!(
                (self, next),
                (Draft, OnSale | Closed | Cancelled) | (OnSale, Closed | Cancelled) | (Closed, OnSale | Cancelled)
            )
    }
}

/// How far the ticket generator has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Seats written so far.
    pub done: u32,
    /// Seats in the plan.
    pub total: u32,
    /// Why it failed, in words for the organizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Prices in minor units by category id.
pub type Prices = BTreeMap<String, i64>;

/// An event as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Never reused.
    pub id: EventId,
    /// Who owns it.
    pub organizer_id: UserId,
    /// Shown as its title.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Free word used as a filter: `concert`, `theatre`.
    pub genre: Option<String>,
    /// Where it takes place.
    pub venue: String,
    /// IANA name in which people read its times.
    pub timezone: String,
    /// Doors.
    pub starts_at: UnixMs,
    /// Curtain.
    pub ends_at: Option<UnixMs>,
    /// Until when a buyer may hand tickets back.
    pub refundable_until: Option<UnixMs>,
    /// Where it stands.
    pub status: EventStatus,
    /// Whether generation ends in `on_sale` instead of `draft`.
    pub on_sale_when_generated: bool,
    /// The currency of every price.
    pub currency: Currency,
    /// Minor units by category.
    pub prices: Prices,
    /// How long a hold lasts, in seconds.
    pub hold_ttl_s: u32,
    /// How long an order may take to be paid, in seconds.
    pub payment_window_s: u32,
    /// Held + claimed + sold seats one buyer may have.
    pub max_seats_per_user: u32,
    /// Seats in the plan.
    pub seats_total: u32,
    /// Content hash under which the plan is stored.
    pub plan_hash: String,
    /// The generator's progress.
    pub generation: Generation,
    /// The epoch of the fences handed out for this event's seats; raised whenever the hold store is rebuilt.
    pub fence_epoch: u64,
    /// Raised by every change of this record.
    pub version: u64,
    /// When it was created.
    pub created_at: UnixMs,
}

impl Event {
    /// Whether `viewer` may see this event at all.
    pub fn is_visible_to(&self, viewer: Option<UserId>, is_admin: bool) -> bool {
        self.status.is_public() || is_admin || viewer == Some(self.organizer_id)
    }
}

#[cfg(test)]
mod tests {
    use super::EventStatus::{Cancelled, Closed, Draft, Failed, Generating, OnSale};
    use super::*;

    #[test]
    fn status_names_round_trip() {
        for status in EventStatus::ALL {
            assert_eq!(EventStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(EventStatus::parse("sold_out"), None);
    }

    #[test]
    fn an_organizer_cannot_skip_generation_or_revive_a_cancelled_event() {
        assert!(Draft.may_become(OnSale) && OnSale.may_become(Closed) && Closed.may_become(OnSale));
        for (from, to) in
            [(Generating, OnSale), (Failed, OnSale), (Cancelled, OnSale), (OnSale, Draft), (Draft, Generating)]
        {
            assert!(!from.may_become(to), "{from:?} -> {to:?}");
        }
    }
}
