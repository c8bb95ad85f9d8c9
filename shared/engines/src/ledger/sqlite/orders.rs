//! The `orders` table: rows to orders and back, lists, and which of them are due.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, named_params, params, params_from_iter};

use super::LedgerError;
use super::outbox::NOW_MS;
use super::rows::{all, corrupt, id, one, signed, unsigned, value};
use super::work::Work;
use crate::ledger::{NextLook, OrderQuery, OrdersRead, SalesFigures, SalesTotals};

pub(super) fn find(connection: &Connection, id: OrderId) -> Result<Option<Order>, LedgerError> {
    one(connection, "SELECT * FROM orders WHERE id = ?1", [id.to_string()], order)
}

/// Writes a new order, to be paid within `window_ms` from now.
pub(super) fn insert(work: &Work<'_>, order: &Order, window_ms: u64) -> Result<(), LedgerError> {
    let sql = format!(
        "INSERT INTO orders (id, event_id, buyer_id, status, money, seats, total, currency, payment_id, client_secret, \
            declines, letter_due, placed_at, deadline, look_at, version) \
        VALUES (:id, :event_id, :buyer_id, :status, :money, :seats, :total, :currency, :payment_id, :client_secret, \
            :declines, :letter_due, :placed_at, {NOW_MS} + :window_ms, {NOW_MS} + :window_ms, :version)"
    );
    let seats = serde_json::to_string(&order.seats).map_err(|error| LedgerError::Corrupt(error.to_string()))?;
    let columns = named_params! {
        ":id": order.id.to_string(),
        ":event_id": order.event_id.to_string(),
        ":buyer_id": order.buyer_id.to_string(),
        ":status": order.status.as_str(),
        ":money": order.money.as_str(),
        ":seats": seats,
        ":total": order.total.amount,
        ":currency": order.total.currency.to_string(),
        ":payment_id": order.payment_id().to_string(),
        ":client_secret": order.client_secret,
        ":declines": order.declines,
        ":letter_due": order.letter_due,
        ":placed_at": order.placed_at.0,
        ":window_ms": signed(window_ms),
        ":version": signed(order.version),
    };
    work.run(&sql, columns).map(drop)
}

/// Replaces what can change, if the version is the one before.
pub(super) fn replace(work: &Work<'_>, order: &Order, next_look: NextLook) -> Result<bool, LedgerError> {
    let look_at = match next_look {
        NextLook::Never => "NULL".to_owned(),
        NextLook::AtDeadline => "deadline".to_owned(),
        NextLook::In(ms) => format!("{NOW_MS} + {ms}"),
    };
    let sql = format!(
        "UPDATE orders SET status = :status, money = :money, declines = :declines, letter_due = :letter_due, \
            version = :version, look_at = {look_at} \
        WHERE id = :id AND version = :version - 1"
    );
    let columns = named_params! {
        ":id": order.id.to_string(),
        ":status": order.status.as_str(),
        ":money": order.money.as_str(),
        ":declines": order.declines,
        ":letter_due": order.letter_due,
        ":version": signed(order.version),
    };
    Ok(work.run(&sql, columns)? == 1)
}

/// The orders of a query, after its cursor. A cursor that is gone is none.
pub(super) fn list(connection: &Connection, query: &OrderQuery) -> Result<OrdersRead, LedgerError> {
    let mut conditions = vec!["true".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut and = |condition: &str, new: Vec<Value>| {
        conditions.push(condition.to_owned());
        values.extend(new);
    };
    if let Some(id) = query.id {
        and("id = ?", vec![id.to_string().into()]);
    }
    if let Some(payment) = query.payment {
        and("payment_id = ?", vec![payment.to_string().into()]);
    }
    if let Some(event) = query.event {
        and("event_id = ?", vec![event.to_string().into()]);
    }
    if let Some(buyer) = query.buyer {
        and("buyer_id = ?", vec![buyer.to_string().into()]);
    }
    if let Some(status) = query.status {
        and("status = ?", vec![status.as_str().to_owned().into()]);
    }
    if let Some(last) = query.after.map(|id| find(connection, id)).transpose()?.flatten() {
        and("(placed_at, id) < (?, ?)", vec![last.placed_at.0.into(), last.id.to_string().into()]);
    }
    let sql = format!(
        "SELECT * FROM orders WHERE {} ORDER BY placed_at DESC, id DESC LIMIT {}",
        conditions.join(" AND "),
        query.limit
    );
    let at = now(connection)?;
    Ok(OrdersRead { at, orders: all(connection, &sql, params_from_iter(values), order)? })
}

/// `None` if there is something due.
pub(super) fn nothing_due(connection: &Connection) -> Result<Option<OrdersRead>, LedgerError> {
    let at = now(connection)?;
    let due: Option<i64> = value(connection, "SELECT 1 FROM orders WHERE look_at <= ?1 LIMIT 1", [at.0])?;
    Ok(due.is_none().then(|| OrdersRead { at, orders: Vec::new() }))
}

/// Takes what is due; nobody else gets it within `lease_ms`.
pub(super) fn take_due(work: &Work<'_>, limit: u32, lease_ms: u64) -> Result<OrdersRead, LedgerError> {
    let at = now(work)?;
    let due = "SELECT * FROM orders WHERE look_at <= ?1 ORDER BY look_at LIMIT ?2";
    let orders = all(work, due, params![at.0, limit], order)?;
    for order in &orders {
        let later = at.plus_ms(signed(lease_ms)).0;
        work.run("UPDATE orders SET look_at = ?2 WHERE id = ?1", params![order.id.to_string(), later])?;
    }
    Ok(OrdersRead { at, orders })
}

pub(super) fn make_due(work: &Work<'_>, event: EventId, status: OrderStatus) -> Result<u64, LedgerError> {
    let sql = format!("UPDATE orders SET look_at = {NOW_MS} WHERE event_id = ?1 AND status = ?2");
    Ok(work.run(&sql, params![event.to_string(), status.as_str()])? as u64)
}

pub(super) fn totals(connection: &Connection, event: EventId) -> Result<SalesTotals, LedgerError> {
    let sql = "SELECT status, count(*) AS orders, sum(total) AS amount FROM orders WHERE event_id = ?1 GROUP BY status";
    let orders = all(connection, sql, [event.to_string()], |row| {
        Ok((status(row)?, unsigned(row.get("orders")?), row.get("amount")?))
    })?;
    let tickets = |state: &str| {
        let sql = "SELECT count(*) FROM tickets WHERE event_id = ?1 AND state = ?2";
        Ok::<_, LedgerError>(unsigned(value(connection, sql, params![event.to_string(), state])?.unwrap_or(0)))
    };
    Ok(SalesTotals { orders, tickets_valid: tickets("valid")?, tickets_used: tickets("used")? })
}

/// Seats and tickets in one statement, so that they are of the same moment.
pub(super) fn figures(connection: &Connection, event: EventId) -> Result<SalesFigures, LedgerError> {
    let event = event.to_string();
    let by_state = "SELECT status, money, count(*) AS orders, sum(total) AS amount FROM orders WHERE event_id = ?1 \
        GROUP BY status, money";
    let orders = all(connection, by_state, [&event], |row| {
        Ok((status(row)?, money(row)?, unsigned(row.get("orders")?), row.get("amount")?))
    })?;
    let counted = "SELECT count(*) FILTER (WHERE state = 'valid') AS valid, count(*) FILTER (WHERE state = 'used') AS used, \
            count(DISTINCT ordinal) FILTER (WHERE state <> 'refunded') AS seats, \
            (SELECT count(*) FROM seats INDEXED BY seats_touched \
                WHERE event_id = ?1 AND version > 0 AND state = 'sold') AS sold \
        FROM tickets WHERE event_id = ?1";
    let figures = one(connection, counted, [&event], |row| {
        Ok(SalesFigures {
            orders,
            tickets_valid: unsigned(row.get("valid")?),
            tickets_used: unsigned(row.get("used")?),
            seats_with_ticket: unsigned(row.get("seats")?),
            seats_sold: unsigned(row.get("sold")?),
        })
    })?;
    figures.ok_or_else(|| LedgerError::Corrupt("a count without a row".into()))
}

fn now(connection: &Connection) -> Result<UnixMs, LedgerError> {
    Ok(UnixMs(value(connection, &format!("SELECT {NOW_MS}"), [])?.unwrap_or(0)))
}

fn status(row: &Row<'_>) -> Result<OrderStatus, LedgerError> {
    let status: String = row.get("status")?;
    OrderStatus::parse(&status).ok_or_else(|| corrupt("an order's status", &status))
}

fn money(row: &Row<'_>) -> Result<MoneyState, LedgerError> {
    let money: String = row.get("money")?;
    MoneyState::parse(&money).ok_or_else(|| corrupt("an order's money", &money))
}

fn order(row: &Row<'_>) -> Result<Order, LedgerError> {
    let seats: String = row.get("seats")?;
    Ok(Order {
        id: id(row, "id")?,
        event_id: id(row, "event_id")?,
        buyer_id: id(row, "buyer_id")?,
        status: status(row)?,
        money: money(row)?,
        seats: serde_json::from_str(&seats).map_err(|_| corrupt("an order's seats", &seats))?,
        total: Money { amount: row.get("total")?, currency: id(row, "currency")? },
        client_secret: row.get("client_secret")?,
        declines: row.get("declines")?,
        letter_due: row.get("letter_due")?,
        placed_at: UnixMs(row.get("placed_at")?),
        deadline: UnixMs(row.get("deadline")?),
        version: unsigned(row.get("version")?),
    })
}
