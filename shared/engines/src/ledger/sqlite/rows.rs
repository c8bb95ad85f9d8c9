//! From rows to the domain and back. Whatever does not read as what it should be is named, never guessed.

use frontrow_domain::account::{Ban, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::holds::{CLAIM_GRACE_MS, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal, OutboxId};
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_domain::seat::{Fence, Lease};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, Params, Row};

use super::LedgerError;

/// Every row of a query.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    connection.prepare_cached(sql)?.query_and_then(params, read)?.collect()
}

/// The row of a query that finds one at most.
pub(super) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, LedgerError>,
) -> Result<Option<T>, LedgerError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// The single value of a query that finds one row at most.
pub(super) fn value<T: FromSql>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, LedgerError> {
    Ok(connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?)
}

/// Every column that [`user`] reads.
pub(super) const USER: &str = "id, email, name, role, password_hash, email_verified, created_at, \
    banned_at, banned_by, ban_reason";

pub(super) fn user(row: &Row<'_>) -> Result<User, LedgerError> {
    let role: String = row.get("role")?;
    Ok(User {
        id: id(row, "id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: role.parse().map_err(|()| corrupt("a user's role", &role))?,
        password_hash: row.get("password_hash")?,
        email_verified: row.get("email_verified")?,
        created_at: UnixMs(row.get("created_at")?),
        ban: match row.get::<_, Option<i64>>("banned_at")? {
            Some(at) => Some(Ban { at: UnixMs(at), by: id(row, "banned_by")?, reason: row.get("ban_reason")? }),
            None => None,
        },
    })
}

pub(super) fn event(row: &Row<'_>) -> Result<Event, LedgerError> {
    let (status, prices): (String, String) = (row.get("status")?, row.get("prices")?);
    let (earlier, rule): (String, String) = (row.get("earlier_prices")?, row.get("orphan_rule")?);
    let seats_total = row.get("seats_total")?;
    Ok(Event {
        id: id(row, "id")?,
        organizer_id: id(row, "organizer_id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        genre: row.get("genre")?,
        venue: row.get("venue")?,
        timezone: row.get("timezone")?,
        starts_at: UnixMs(row.get("starts_at")?),
        ends_at: row.get::<_, Option<i64>>("ends_at")?.map(UnixMs),
        refundable_until: row.get::<_, Option<i64>>("refundable_until")?.map(UnixMs),
        status: EventStatus::parse(&status).ok_or_else(|| corrupt("an event's status", &status))?,
        on_sale_when_generated: row.get("on_sale_when_generated")?,
        currency: id(row, "currency")?,
        prices: serde_json::from_str(&prices).map_err(|_| corrupt("an event's prices", &prices))?,
        earlier_prices: serde_json::from_str(&earlier).map_err(|_| corrupt("an event's earlier prices", &earlier))?,
        orphan_rule: OrphanRule::parse(&rule).ok_or_else(|| corrupt("an event's orphan rule", &rule))?,
        hold_ttl_s: row.get("hold_ttl_s")?,
        payment_window_s: row.get("payment_window_s")?,
        max_seats_per_user: row.get("max_seats_per_user")?,
        seats_total,
        plan_hash: row.get("plan_hash")?,
        generation: Generation { done: row.get("generated")?, total: seats_total, error: row.get("generation_error")? },
        fence_epoch: unsigned(row.get("fence_epoch")?),
        version: unsigned(row.get("version")?),
        created_at: UnixMs(row.get("created_at")?),
    })
}

/// Every column that [`settled`] reads.
pub(super) const SETTLED: &str = "ordinal, version, state, owner_id, deadline, fence_epoch, fence_counter";

pub(super) fn settled(row: &Row<'_>) -> Result<SettledSeat, LedgerError> {
    let epoch: i64 = row.get("fence_epoch")?;
    let fence = Fence { epoch: unsigned(epoch), counter: unsigned(row.get("fence_counter")?) };
    let state = match row.get_ref("state")?.as_str().map_err(rusqlite::Error::from)? {
        "available" => Settled::Available { last_fence: (epoch > 0).then_some(fence) },
        "claimed" => {
            let deadline_ms = unsigned(row.get("deadline")?) + CLAIM_GRACE_MS;
            Settled::Claimed(Lease { owner: id(row, "owner_id")?, fence, first_held_ms: deadline_ms, deadline_ms })
        }
        "sold" => Settled::Sold { owner: id(row, "owner_id")? },
        "blocked" => Settled::Blocked,
        other => return Err(corrupt("a seat's state", other)),
    };
    Ok(SettledSeat { ordinal: Ordinal(row.get("ordinal")?), version: unsigned(row.get("version")?), state })
}

pub(super) const fn message(id: OutboxId, event_id: EventId, at: UnixMs, fact: InventoryFact) -> InventoryMessage {
    InventoryMessage { id, event_id, at, fact }
}

/// A column whose text is one of the domain's words or ids.
pub(super) fn id<T: std::str::FromStr>(row: &Row<'_>, column: &str) -> Result<T, LedgerError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| corrupt(column, &text))
}

/// `SQLite` has no unsigned integers of 64 bits; versions and counters stay far below its largest.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn corrupt(what: &str, found: &str) -> LedgerError {
    LedgerError::Corrupt(format!("{what} reads {found:?}"))
}
