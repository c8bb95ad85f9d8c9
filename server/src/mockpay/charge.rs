//! Confirming and cancelling: each is one transaction that decides, changes the payment and writes its notices.

use std::time::Duration;

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::PaymentId;
use frontrow_domain::money::Money;
use rusqlite::Connection;
use serde_json::json;

use super::card::Card;
use super::file::FileError;
use super::intent::{self, Intent, Metadata, Status};
use super::keys::{self, Seen};
use super::reply::{Manner, Reply};
use super::{Delays, capture, notice};

/// A wish to be charged.
pub(super) struct Confirm {
    pub(super) id: PaymentId,
    pub(super) money: Money,
    pub(super) method: String,
    pub(super) metadata: Metadata,
    pub(super) key: Option<String>,
}

impl Confirm {
    /// What the key stands for.
    fn request(&self) -> String {
        let Money { amount, currency } = self.money;
        format!("confirm {} {amount} {currency} {}", self.id, self.method)
    }
}

pub(super) fn confirm(db: &Connection, ask: &Confirm, delays: Delays, now: UnixMs) -> Result<Reply, FileError> {
    let (key, request) = (ask.key.as_deref(), ask.request());
    let fresh = match keys::look(db, key, &request)? {
        Seen::Misused => return Ok(Reply::misused_key()),
        Seen::Answered(reply) => return Ok(reply),
        Seen::Before => false,
        Seen::Never => true,
    };
    let known = intent::find(db, ask.id)?;
    if known.as_ref().is_some_and(|known| known.money != ask.money) {
        return Ok(other_amount());
    }
    if let Some(decided) = known.as_ref().filter(|known| known.status != Status::RequiresPaymentMethod) {
        if fresh {
            keys::remember(db, key, &request, None, now)?;
        }
        return Ok(Reply::ok(decided.json()));
    }
    let Some(card) = Card::of(&ask.method) else { return Ok(Reply::invalid("there is no such payment_method")) };
    if known.is_none() {
        intent::insert(db, ask.id, ask.money, Status::RequiresPaymentMethod, &ask.metadata)?;
    }
    let reply = charge(db, ask, card, delays, now)?;
    let repeated = (reply.status != 200).then_some((reply.status, &reply.body));
    keys::remember(db, key, &request, repeated, now)?;
    Ok(reply)
}

/// Cancels for good, even what nobody has heard of.
pub(super) fn cancel(db: &Connection, id: PaymentId, money: Money, now: UnixMs) -> Result<Reply, FileError> {
    match intent::find(db, id)? {
        Some(known) if known.money != money => return Ok(other_amount()),
        Some(known) if matches!(known.status, Status::Succeeded | Status::Canceled) => {
            return Ok(Reply::ok(known.json()));
        }
        Some(_) => intent::set_status(db, id, Status::Canceled)?,
        None => intent::insert(db, id, money, Status::Canceled, &Metadata::new())?,
    }
    capture::forget(db, id)?;
    let cancelled = intent::expect(db, id)?;
    notice::write(db, "payment_intent.canceled", &cancelled, now)?;
    Ok(Reply::ok(cancelled.json()))
}

fn charge(db: &Connection, ask: &Confirm, card: Card, delays: Delays, now: UnixMs) -> Result<Reply, FileError> {
    match card {
        Card::Declined => decline(db, ask.id, now),
        Card::Slow => process(db, ask.id, now.plus_ms(delays.slow_ms.into()), false),
        Card::Late => {
            let after_ms = capture_after_ms(&ask.metadata).unwrap_or(delays.late_ms);
            process(db, ask.id, now.plus_ms(after_ms.into()), true)
        }
        Card::Good | Card::Duplicated | Card::Reordered | Card::WebhookFirst | Card::LostReply | Card::Hangs => {
            let (captured, told) = take(db, ask.id, card, now)?;
            let manner = match (card, told) {
                (Card::LostReply, _) => Manner::Never,
                (Card::Hangs, _) => Manner::After(Duration::from_millis(delays.hang_ms.into())),
                (Card::WebhookFirst, Some(number)) => Manner::AfterNotice(number),
                _ => Manner::AtOnce,
            };
            Ok(Reply::ok(captured.json()).given(manner))
        }
    }
}

/// Captures at once; also the number of the first notice, if there is one.
fn take(db: &Connection, id: PaymentId, card: Card, now: UnixMs) -> Result<(Intent, Option<i64>), FileError> {
    intent::set_status(db, id, Status::Processing)?;
    let before = intent::expect(db, id)?;
    intent::set_captured(db, id)?;
    let captured = intent::expect(db, id)?;
    let told = match card {
        Card::LostReply => None,
        Card::Duplicated => Some(notice::write_five(db, "payment_intent.succeeded", &captured, now)?),
        Card::Reordered => {
            let first = notice::write(db, "payment_intent.succeeded", &captured, now)?;
            notice::write_older(db, "payment_intent.processing", &before, now, first)?;
            Some(first)
        }
        _ => Some(notice::write(db, "payment_intent.succeeded", &captured, now)?),
    };
    Ok((captured, told))
}

fn process(db: &Connection, id: PaymentId, due_at: UnixMs, even_if_cancelled: bool) -> Result<Reply, FileError> {
    intent::set_status(db, id, Status::Processing)?;
    capture::plan(db, id, due_at, even_if_cancelled)?;
    Ok(Reply::ok(intent::expect(db, id)?.json()))
}

fn decline(db: &Connection, id: PaymentId, now: UnixMs) -> Result<Reply, FileError> {
    let open = intent::expect(db, id)?;
    notice::write(db, "payment_intent.payment_failed", &open, now)?;
    let body = json!({ "error": {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "the card has insufficient funds",
        "payment_intent": open.json(),
    }});
    Ok(Reply::new(402, body))
}

/// A number, or one in a string as Stripe's metadata have it.
fn capture_after_ms(metadata: &Metadata) -> Option<u32> {
    let value = metadata.get("capture_after_ms")?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u32::try_from(number).ok()
}

fn other_amount() -> Reply {
    Reply::refused("parameter_mismatch", "this payment intent has another amount or currency")
}
