//! Payments as they are in the file, and as JSON.

use frontrow_domain::ids::PaymentId;
use frontrow_domain::money::{Currency, Money};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde_json::{Map, Value};

use super::file::FileError;

/// Free words of the client.
pub(super) type Metadata = Map<String, Value>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    Processing,
    Succeeded,
    Canceled,
}

impl Status {
    const ALL: [Self; 4] = [Self::RequiresPaymentMethod, Self::Processing, Self::Succeeded, Self::Canceled];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A payment, as it goes over the wire.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Intent {
    pub(super) id: PaymentId,
    object: &'static str,
    #[serde(flatten)]
    pub(super) money: Money,
    pub(super) status: Status,
    pub(super) amount_received: i64,
    pub(super) amount_refunded: i64,
    metadata: Metadata,
}

impl Intent {
    pub(super) fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

const COLUMNS: &str = "SELECT id, amount, currency, status, received, refunded, metadata FROM payments";

pub(super) fn find(db: &Connection, id: PaymentId) -> Result<Option<Intent>, FileError> {
    let mut query = db.prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?;
    query.query_row([id.to_string()], read).optional()?.transpose()
}

/// The payment that must be there by now.
pub(super) fn expect(db: &Connection, id: PaymentId) -> Result<Intent, FileError> {
    find(db, id)?.ok_or_else(|| FileError(format!("the payment {id} is gone")))
}

pub(super) fn insert(
    db: &Connection,
    id: PaymentId,
    money: Money,
    status: Status,
    metadata: &Metadata,
) -> Result<(), FileError> {
    let metadata = serde_json::to_string(metadata).map_err(|error| FileError(error.to_string()))?;
    let sql = "INSERT INTO payments (id, amount, currency, status, metadata) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![id.to_string(), money.amount, money.currency.to_string(), status.as_str(), metadata];
    db.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(super) fn set_status(db: &Connection, id: PaymentId, status: Status) -> Result<(), FileError> {
    let sql = "UPDATE payments SET status = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.to_string(), status.as_str()])?;
    Ok(())
}

/// Takes the money.
pub(super) fn set_captured(db: &Connection, id: PaymentId) -> Result<(), FileError> {
    let sql = "UPDATE payments SET status = 'succeeded', received = amount WHERE id = ?1";
    db.prepare_cached(sql)?.execute([id.to_string()])?;
    Ok(())
}

/// Those made after another one, oldest first; `None` if that one is not known.
pub(super) fn page(db: &Connection, after: Option<PaymentId>, limit: u32) -> Result<Option<Vec<Intent>>, FileError> {
    let number = |id: PaymentId| {
        let mut query = db.prepare_cached("SELECT number FROM payments WHERE id = ?1")?;
        query.query_row([id.to_string()], |row| row.get::<_, i64>(0)).optional()
    };
    let after = match after {
        None => 0,
        Some(id) => match number(id)? {
            Some(number) => number,
            None => return Ok(None),
        },
    };
    let mut query = db.prepare_cached(&format!("{COLUMNS} WHERE number > ?1 ORDER BY number LIMIT ?2"))?;
    let rows = query.query_map(params![after, limit], read)?;
    rows.map(|row| row?).collect::<Result<_, _>>().map(Some)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Intent, FileError>> {
    let text = |column| row.get::<_, String>(column);
    let (id, currency, status, metadata) = (text(0)?, text(2)?, text(3)?, text(6)?);
    let (amount, received, refunded) = (row.get(1)?, row.get(4)?, row.get(5)?);
    let intent = || {
        Some(Intent {
            id: id.parse().ok()?,
            object: "payment_intent",
            money: Money { amount, currency: currency.parse::<Currency>().ok()? },
            status: Status::ALL.into_iter().find(|known| known.as_str() == status)?,
            amount_received: received,
            amount_refunded: refunded,
            metadata: serde_json::from_str(&metadata).ok()?,
        })
    };
    Ok(intent().ok_or_else(|| FileError(format!("the payment {id} is unreadable"))))
}
