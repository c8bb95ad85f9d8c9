//! Tickets in `SQLite`: one row per sold seat and sale generation.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{Ordinal, TicketId, UserId};
use frontrow_domain::ticket::{CheckIn, Ticket, TicketState};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

use super::rows::{all, corrupt, id, one};
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger};
use crate::ledger::{TicketQuery, Tickets};

#[async_trait]
impl Tickets for SqliteLedger {
    async fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>, LedgerError> {
        let query = *query;
        self.read(move |connection| list(connection, &query)).await
    }

    async fn check_in(&self, ticket: TicketId, by: UserId, now: UnixMs) -> Result<Option<CheckIn>, LedgerError> {
        self.write(move |work| {
            let sql = "UPDATE tickets SET state = 'used', used_at = ?2, used_by = ?3 WHERE id = ?1 AND state = 'valid'";
            if work.run(sql, params![ticket.to_string(), now.0, by.to_string()])? == 1 {
                return Ok(Step::Commit(Some(CheckIn::Admitted)));
            }
            let found = one(work, "SELECT * FROM tickets WHERE id = ?1", [ticket.to_string()], read)?;
            Ok(Step::Abort(found.map(|ticket| match ticket.state {
                TicketState::Used { at, .. } => CheckIn::AlreadyUsed { at },
                TicketState::Valid | TicketState::Refunded => CheckIn::Refunded,
            })))
        })
        .await
    }
}

/// Writes a ticket for a seat that was sold in this transaction, under the seat's sale generation.
pub(super) fn insert(work: &Work<'_>, ticket: &Ticket) -> Result<(), LedgerError> {
    let sql = "INSERT INTO tickets (id, order_id, event_id, buyer_id, ordinal, sale_generation, seat, code, state) \
        SELECT ?1, ?2, ?3, ?4, ?5, sale_generation, ?6, ?7, 'valid' FROM seats WHERE event_id = ?3 AND ordinal = ?5";
    let (id, order, event) = (ticket.id.to_string(), ticket.order_id.to_string(), ticket.event_id.to_string());
    let (buyer, seat) = (ticket.buyer_id.to_string(), ticket.ordinal.0);
    work.run(sql, params![id, order, event, buyer, seat, ticket.seat, ticket.code]).map(drop)
}

fn list(connection: &Connection, query: &TicketQuery) -> Result<Vec<Ticket>, LedgerError> {
    let filters = [
        ("id = ?", query.id.map(|id| id.to_string())),
        ("order_id = ?", query.order.map(|id| id.to_string())),
        ("buyer_id = ?", query.buyer.map(|id| id.to_string())),
        ("event_id = ?", query.event.map(|id| id.to_string())),
        ("id > ?", query.after.map(|id| id.to_string())),
    ];
    let (conditions, values): (Vec<_>, Vec<_>) =
        filters.into_iter().filter_map(|(condition, value)| Some((condition, Value::from(value?)))).unzip();
    let conditions = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    let sql = format!("SELECT * FROM tickets WHERE {conditions} ORDER BY id LIMIT {}", query.limit);
    all(connection, &sql, params_from_iter(values), read)
}

fn read(row: &Row<'_>) -> Result<Ticket, LedgerError> {
    let state: String = row.get("state")?;
    let state = match state.as_str() {
        "valid" => TicketState::Valid,
        "used" => TicketState::Used { at: UnixMs(row.get("used_at")?), by: id(row, "used_by")? },
        "refunded" => TicketState::Refunded,
        other => return Err(corrupt("a ticket's state", other)),
    };
    Ok(Ticket {
        id: id(row, "id")?,
        order_id: id(row, "order_id")?,
        event_id: id(row, "event_id")?,
        buyer_id: id(row, "buyer_id")?,
        ordinal: Ordinal(row.get("ordinal")?),
        seat: row.get("seat")?,
        code: row.get("code")?,
        state,
    })
}
