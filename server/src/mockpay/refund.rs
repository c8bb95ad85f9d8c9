//! Giving money back: once for each key, and never more than was taken.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::PaymentId;
use rusqlite::{Connection, params};
use serde_json::json;
use uuid::Uuid;

use super::file::FileError;
use super::intent::{self, Status};
use super::keys::{self, Seen};
use super::notice;
use super::reply::Reply;

/// A wish for money back. `id` is the refund's, if it comes to one.
pub(super) struct Refund {
    pub(super) id: Uuid,
    pub(super) payment: PaymentId,
    pub(super) amount: i64,
    pub(super) key: Option<String>,
}

pub(super) fn refund(db: &Connection, ask: &Refund, now: UnixMs) -> Result<Reply, FileError> {
    let Refund { id, payment, amount, key } = ask;
    let (key, request) = (key.as_deref(), format!("refund {payment} {amount}"));
    match keys::look(db, key, &request)? {
        Seen::Misused => return Ok(Reply::misused_key()),
        Seen::Answered(reply) => return Ok(reply),
        Seen::Before | Seen::Never => {}
    }
    let Some(known) = intent::find(db, *payment)? else { return Ok(Reply::missing()) };
    if known.status != Status::Succeeded {
        return Ok(Reply::refused("payment_intent_unexpected_state", "nothing was captured"));
    }
    if *amount > known.amount_received - known.amount_refunded {
        return Ok(Reply::refused("charge_already_refunded", "more than what is left of the captured amount"));
    }
    let sql = "UPDATE payments SET refunded = refunded + ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![payment.to_string(), amount])?;
    notice::write(db, "charge.refunded", &intent::expect(db, *payment)?, now)?;
    let body = json!({
        "id": format!("re_{}", id.simple()),
        "object": "refund",
        "payment_intent": payment,
        "amount": amount,
        "status": "succeeded",
    });
    keys::remember(db, key, &request, Some((200, &body)), now)?;
    Ok(Reply::ok(body))
}
