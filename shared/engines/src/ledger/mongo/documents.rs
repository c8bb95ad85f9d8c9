//! The documents, as MongoDB stores them. Ids are UUID strings: people read these collections.

use std::collections::BTreeMap;

use frontrow_domain::account::{Ban, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{EarlierPrices, Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::inventory::InventoryMessage;
use mongodb::bson::{Bson, DateTime};
use serde::{Deserialize, Serialize};

use crate::ledger::LedgerError;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct UserDocument {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) password_hash: String,
    #[serde(default)]
    pub(super) email_verified: bool,
    pub(super) created_at: DateTime,
    #[serde(default)]
    pub(super) ban: Option<BanDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BanDocument {
    at: DateTime,
    by: String,
    reason: String,
}

impl From<&User> for UserDocument {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.as_str().into(),
            password_hash: user.password_hash.clone(),
            email_verified: user.email_verified,
            created_at: date(user.created_at),
            // Who is new is not banned.
            ban: None,
        }
    }
}

impl BanDocument {
    fn into_ban(self) -> Result<Ban, LedgerError> {
        Ok(Ban { at: unix_ms(self.at), by: parsed("who banned", &self.by)?, reason: self.reason })
    }
}

impl UserDocument {
    pub(super) fn into_user(self) -> Result<User, LedgerError> {
        Ok(User {
            id: parsed("a user's id", &self.id)?,
            role: self.role.parse().map_err(|()| corrupt("a user's role", &self.role))?,
            email: self.email,
            name: self.name,
            password_hash: self.password_hash,
            email_verified: self.email_verified,
            created_at: unix_ms(self.created_at),
            ban: self.ban.map(BanDocument::into_ban).transpose()?,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EventDocument {
    #[serde(rename = "_id")]
    id: String,
    organizer_id: String,
    name: String,
    description: String,
    genre: Option<String>,
    venue: String,
    timezone: String,
    starts_at: DateTime,
    ends_at: Option<DateTime>,
    refundable_until: Option<DateTime>,
    status: String,
    on_sale_when_generated: bool,
    currency: String,
    prices: BTreeMap<String, i64>,
    #[serde(default)]
    earlier_prices: Vec<EarlierPricesDocument>,
    #[serde(default)]
    orphan_rule: OrphanRule,
    hold_ttl_s: u32,
    payment_window_s: u32,
    max_seats_per_user: u32,
    seats_total: u32,
    plan_hash: String,
    generated: u32,
    generation_error: Option<String>,
    fence_epoch: i64,
    version: i64,
    created_at: DateTime,
}

#[derive(Debug, Serialize, Deserialize)]
struct EarlierPricesDocument {
    until: DateTime,
    prices: BTreeMap<String, i64>,
}

impl From<&EarlierPrices> for EarlierPricesDocument {
    fn from(earlier: &EarlierPrices) -> Self {
        Self { until: date(earlier.until), prices: earlier.prices.clone() }
    }
}

impl From<EarlierPricesDocument> for EarlierPrices {
    fn from(earlier: EarlierPricesDocument) -> Self {
        Self { until: unix_ms(earlier.until), prices: earlier.prices }
    }
}

impl From<&Event> for EventDocument {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.to_string(),
            organizer_id: event.organizer_id.to_string(),
            name: event.name.clone(),
            description: event.description.clone(),
            genre: event.genre.clone(),
            venue: event.venue.clone(),
            timezone: event.timezone.clone(),
            starts_at: date(event.starts_at),
            ends_at: event.ends_at.map(date),
            refundable_until: event.refundable_until.map(date),
            status: event.status.as_str().into(),
            on_sale_when_generated: event.on_sale_when_generated,
            currency: event.currency.to_string(),
            prices: event.prices.clone(),
            earlier_prices: event.earlier_prices.iter().map(EarlierPricesDocument::from).collect(),
            orphan_rule: event.orphan_rule,
            hold_ttl_s: event.hold_ttl_s,
            payment_window_s: event.payment_window_s,
            max_seats_per_user: event.max_seats_per_user,
            seats_total: event.seats_total,
            plan_hash: event.plan_hash.clone(),
            generated: event.generation.done,
            generation_error: event.generation.error.clone(),
            fence_epoch: signed(event.fence_epoch),
            version: signed(event.version),
            created_at: date(event.created_at),
        }
    }
}

impl EventDocument {
    pub(super) fn into_event(self) -> Result<Event, LedgerError> {
        Ok(Event {
            id: parsed("an event's id", &self.id)?,
            organizer_id: parsed("an event's organizer", &self.organizer_id)?,
            status: EventStatus::parse(&self.status).ok_or_else(|| corrupt("an event's status", &self.status))?,
            currency: parsed("an event's currency", &self.currency)?,
            generation: Generation { done: self.generated, total: self.seats_total, error: self.generation_error },
            starts_at: unix_ms(self.starts_at),
            ends_at: self.ends_at.map(unix_ms),
            refundable_until: self.refundable_until.map(unix_ms),
            created_at: unix_ms(self.created_at),
            fence_epoch: unsigned(self.fence_epoch),
            version: unsigned(self.version),
            name: self.name,
            description: self.description,
            genre: self.genre,
            venue: self.venue,
            timezone: self.timezone,
            on_sale_when_generated: self.on_sale_when_generated,
            prices: self.prices,
            earlier_prices: self.earlier_prices.into_iter().map(EarlierPrices::from).collect(),
            orphan_rule: self.orphan_rule,
            hold_ttl_s: self.hold_ttl_s,
            payment_window_s: self.payment_window_s,
            max_seats_per_user: self.max_seats_per_user,
            seats_total: self.seats_total,
            plan_hash: self.plan_hash,
        })
    }
}

/// The lock on one seat, and its inventory row at the same time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SeatDocument {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) event_id: String,
    pub(super) ordinal: u32,
    pub(super) seat: String,
    pub(super) section: String,
    pub(super) row: String,
    pub(super) number: String,
    pub(super) category: String,
    /// `available`, `claimed`, `sold` or `blocked`.
    pub(super) state: String,
    /// Raised by every change; 0 as long as nothing durable ever happened to the seat.
    pub(super) version: i64,
    /// Raised by every refund, so that a seat can be sold again under the same unique index.
    pub(super) sale_generation: i64,
    pub(super) order_id: Option<String>,
    pub(super) owner_id: Option<String>,
    /// The highest fence that ever claimed the seat.
    pub(super) fence_epoch: i64,
    pub(super) fence_counter: i64,
    pub(super) deadline: Option<DateTime>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OutboxDocument {
    #[serde(rename = "_id")]
    pub(super) id: String,
    /// The message as it goes to the log.
    pub(super) message: String,
    pub(super) kind: String,
    pub(super) created_at: DateTime,
    pub(super) published: bool,
    pub(super) lease_until: DateTime,
    pub(super) lease: String,
}

impl OutboxDocument {
    pub(super) fn new(message: &InventoryMessage) -> Result<Self, LedgerError> {
        let text = serde_json::to_string(message).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
        Ok(Self {
            id: message.id.to_string(),
            message: text,
            kind: message.fact.kind().into(),
            created_at: date(message.at),
            published: false,
            lease_until: DateTime::MIN,
            lease: String::new(),
        })
    }

    pub(super) fn into_message(self) -> Result<InventoryMessage, LedgerError> {
        serde_json::from_str(&self.message).map_err(|error| corrupt("an outbox row", &error.to_string()))
    }
}

pub(super) const fn date(at: UnixMs) -> DateTime {
    DateTime::from_millis(at.0)
}

pub(super) const fn unix_ms(at: DateTime) -> UnixMs {
    UnixMs(at.timestamp_millis())
}

/// BSON has no unsigned integers; versions and counters stay far below its largest.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn parsed<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, LedgerError> {
    text.parse().map_err(|_| corrupt(what, text))
}

pub(super) fn corrupt(what: &str, found: &str) -> LedgerError {
    LedgerError::Corrupt(format!("{what} reads {found:?}"))
}

pub(super) fn strings<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<Bson> {
    items.into_iter().map(|item| Bson::String(item.to_string())).collect()
}
