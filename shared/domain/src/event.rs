//! An event: what is on sale, by whom, under which rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::UnixMs;
use crate::holds::LIFETIME_IN_TTLS;
use crate::ids::{EventId, UserId};
use crate::money::Currency;

/// Where an event stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Generation {
    /// Seats written so far.
    pub done: u32,
    /// Seats in the plan.
    pub total: u32,
    /// Why it failed, in words for the organizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub error: Option<String>,
}

/// Prices in minor units by category id.
pub type Prices = BTreeMap<String, i64>;

/// Prices that were in force until they were changed. What was held before keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierPrices {
    /// When they were changed.
    pub until: UnixMs,
    /// What they were.
    pub prices: Prices,
}

/// What happens to an order that leaves a single free seat between others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OrphanRule {
    /// Nothing.
    #[default]
    Off,
    /// The cart's validation names the seats.
    Warn,
    /// The order is refused.
    Strict,
}

impl OrphanRule {
    /// Every rule, for parsing and for documentation.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warn, Self::Strict];

    /// The name on the wire and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Strict => "strict",
        }
    }

    /// The rule of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }
}

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
    /// What was in force before, oldest first; as far back as a hold can reach.
    pub earlier_prices: Vec<EarlierPrices>,
    /// What happens to an order that leaves a single free seat.
    pub orphan_rule: OrphanRule,
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

    /// The price of a category for whoever took a seat at `at`.
    pub fn price_at(&self, category: &str, at: UnixMs) -> Option<i64> {
        let then = self.earlier_prices.iter().find(|earlier| at < earlier.until);
        then.map_or(&self.prices, |earlier| &earlier.prices).get(category).copied()
    }

    /// Changes the prices for whatever is taken from `now` on; forgets what no hold can remember any more.
    pub fn change_prices(&mut self, prices: Prices, now: UnixMs) {
        let longest_hold_ms = i64::from(self.hold_ttl_s) * 1000 * i64::try_from(LIFETIME_IN_TTLS).unwrap_or(1);
        self.earlier_prices.retain(|earlier| earlier.until.plus_ms(longest_hold_ms) > now);
        let before = std::mem::replace(&mut self.prices, prices);
        if before != self.prices {
            self.earlier_prices.push(EarlierPrices { until: now, prices: before });
        }
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
    fn a_seat_keeps_the_price_of_the_moment_it_was_taken() {
        let prices = |amount| Prices::from([("Stalls".to_owned(), amount)]);
        let mut event = Event {
            id: EventId(uuid::Uuid::from_u128(1)),
            organizer_id: UserId(uuid::Uuid::from_u128(2)),
            name: String::new(),
            description: String::new(),
            genre: None,
            venue: String::new(),
            timezone: "UTC".into(),
            starts_at: UnixMs(0),
            ends_at: None,
            refundable_until: None,
            status: OnSale,
            on_sale_when_generated: true,
            currency: "EUR".parse().expect("a currency"),
            prices: prices(10),
            earlier_prices: Vec::new(),
            orphan_rule: OrphanRule::Off,
            hold_ttl_s: 10,
            payment_window_s: 10,
            max_seats_per_user: 8,
            seats_total: 1,
            plan_hash: String::new(),
            generation: Generation::default(),
            fence_epoch: 1,
            version: 1,
            created_at: UnixMs(0),
        };
        event.change_prices(prices(20), UnixMs(1_000));
        event.change_prices(prices(30), UnixMs(2_000));
        event.change_prices(prices(30), UnixMs(2_500));
        let at = |ms| event.price_at("Stalls", UnixMs(ms));
        assert_eq!([at(999), at(1_000), at(1_999), at(2_000)], [Some(10), Some(20), Some(20), Some(30)]);
        assert_eq!(event.price_at("Balcony", UnixMs(0)), None);
        assert_eq!(event.earlier_prices.len(), 2, "a change that changes nothing is none");
        event.change_prices(prices(40), UnixMs(31_500));
        assert_eq!(event.earlier_prices.len(), 2, "no hold is older than thirty seconds");
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
