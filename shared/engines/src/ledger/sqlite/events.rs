//! The `events` table: one row per event, listed by start or by name.

use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::EventId;
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, named_params, params_from_iter};

use super::LedgerError;
use super::rows::{all, event, one, signed};
use super::text::folded;
use super::work::Work;
use crate::ledger::{EventOrder, EventQuery};

pub(super) fn find(connection: &Connection, id: EventId) -> Result<Option<Event>, LedgerError> {
    one(connection, "SELECT * FROM events WHERE id = ?1", [id.to_string()], event)
}

pub(super) fn insert(work: &Work<'_>, event: &Event) -> Result<(), LedgerError> {
    let sql = "INSERT INTO events VALUES (:id, :organizer_id, :name, :description, :genre, :venue, :timezone, \
        :starts_at, :ends_at, :refundable_until, :status, :on_sale_when_generated, :currency, :prices, :hold_ttl_s, \
        :payment_window_s, :max_seats_per_user, :seats_total, :plan_hash, :generated, :generation_error, \
        :fence_epoch, :version, :created_at, :earlier_prices, :orphan_rule)";
    let own: &[(&str, &dyn ToSql)] = named_params! {
        ":generated": event.generation.done,
        ":fence_epoch": signed(event.fence_epoch),
    };
    with_columns(event, own, |columns| work.run(sql, columns)).map(drop)
}

/// Replaces the record if its version is the one before. Two columns belong to others: the rebuild of the hold store
/// (`fence_epoch`) and the ticket generator (`generated`).
pub(super) fn replace(work: &Work<'_>, event: &Event) -> Result<bool, LedgerError> {
    let sql = "UPDATE events SET organizer_id = :organizer_id, name = :name, description = :description, \
        genre = :genre, venue = :venue, timezone = :timezone, starts_at = :starts_at, ends_at = :ends_at, \
        refundable_until = :refundable_until, status = :status, on_sale_when_generated = :on_sale_when_generated, \
        currency = :currency, prices = :prices, \
        earlier_prices = :earlier_prices, orphan_rule = :orphan_rule, hold_ttl_s = :hold_ttl_s, payment_window_s = :payment_window_s, \
        max_seats_per_user = :max_seats_per_user, seats_total = :seats_total, plan_hash = :plan_hash, \
        generation_error = :generation_error, version = :version, created_at = :created_at \
        WHERE id = :id AND version = :version - 1";
    Ok(with_columns(event, &[], |columns| work.run(sql, columns))? == 1)
}

/// Calls `run` with every column that an insert and a replacement have in common, and with `more`.
fn with_columns<T>(
    event: &Event,
    more: &[(&str, &dyn ToSql)],
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let unwritable = |error: serde_json::Error| LedgerError::Corrupt(error.to_string());
    let prices = serde_json::to_string(&event.prices).map_err(unwritable)?;
    let earlier_prices = serde_json::to_string(&event.earlier_prices).map_err(unwritable)?;
    let common: &[(&str, &dyn ToSql)] = named_params! {
        ":id": event.id.to_string(),
        ":organizer_id": event.organizer_id.to_string(),
        ":name": event.name,
        ":description": event.description,
        ":genre": event.genre,
        ":venue": event.venue,
        ":timezone": event.timezone,
        ":starts_at": event.starts_at.0,
        ":ends_at": event.ends_at.map(|at| at.0),
        ":refundable_until": event.refundable_until.map(|at| at.0),
        ":status": event.status.as_str(),
        ":on_sale_when_generated": event.on_sale_when_generated,
        ":currency": event.currency.to_string(),
        ":prices": prices,
        ":earlier_prices": earlier_prices,
        ":orphan_rule": event.orphan_rule.as_str(),
        ":hold_ttl_s": event.hold_ttl_s,
        ":payment_window_s": event.payment_window_s,
        ":max_seats_per_user": event.max_seats_per_user,
        ":seats_total": event.seats_total,
        ":plan_hash": event.plan_hash,
        ":generation_error": event.generation.error,
        ":version": signed(event.version),
        ":created_at": event.created_at.0,
    };
    run(&[common, more].concat())
}

/// The events of a query, after its cursor. A cursor that is gone is none.
pub(super) fn list(connection: &Connection, query: &EventQuery) -> Result<Vec<Event>, LedgerError> {
    let after = query.after.map(|id| find(connection, id)).transpose()?.flatten();
    let (column, direction) = match query.order {
        EventOrder::StartsAt => ("starts_at", "ASC"),
        EventOrder::StartsAtDescending => ("starts_at", "DESC"),
        EventOrder::Name => ("name", "ASC"),
    };
    let mut filter = filter(query);
    if let Some(last) = after {
        let value = match query.order {
            EventOrder::Name => last.name.into(),
            EventOrder::StartsAt | EventOrder::StartsAtDescending => last.starts_at.0.into(),
        };
        let further = if direction == "ASC" { ">" } else { "<" };
        filter.and(&format!("({column}, id) {further} (?, ?)"), [value, last.id.to_string().into()]);
    }
    let sql = format!(
        "SELECT * FROM events WHERE {} ORDER BY {column} {direction}, id {direction} LIMIT {}",
        filter.conditions.join(" AND "),
        query.limit,
    );
    all(connection, &sql, params_from_iter(filter.values), event)
}

/// Conditions that all have to hold, with the values of their question marks in order.
struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values);
    }
}

fn filter(query: &EventQuery) -> Filter {
    let mut filter = Filter { conditions: vec!["true".to_owned()], values: Vec::new() };
    if !query.with_private {
        let public: Vec<Value> = EventStatus::ALL
            .into_iter()
            .filter(|status| status.is_public())
            .map(|status| status.as_str().to_owned().into())
            .collect();
        filter.and(&format!("status IN ({})", vec!["?"; public.len()].join(", ")), public);
    }
    if let Some(status) = query.status {
        filter.and("status = ?", [status.as_str().to_owned().into()]);
    }
    if let Some(genre) = &query.genre {
        filter.and("genre = ?", [genre.clone().into()]);
    }
    if let Some(organizer) = query.organizer_id {
        filter.and("organizer_id = ?", [organizer.to_string().into()]);
    }
    if let Some(from) = query.from {
        filter.and("starts_at >= ?", [from.0.into()]);
    }
    if let Some(to) = query.to {
        filter.and("starts_at < ?", [to.0.into()]);
    }
    if let Some(text) = query.text.as_deref().map(folded) {
        let contains = "(has_text(name, ?) OR has_text(venue, ?) OR has_text(description, ?))";
        filter.and(contains, [text.clone().into(), text.clone().into(), text.into()]);
    }
    filter
}
