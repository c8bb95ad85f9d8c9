//! Paying: the browser's step of the mock provider, and the provider's notices.

use axum::http::StatusCode;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::{PaymentId, UserId};
use frontrow_domain::order::{MAX_DECLINES, MoneyState, Order, OrderStatus};
use frontrow_engines::failpoint::{self, Place};
use frontrow_engines::ledger::{ChangeRefusal, NextLook, SeatsChange, StoredAnswer};
use frontrow_engines::mutant::{self, Mutant};
use frontrow_engines::payments::Payments as _;
use frontrow_engines::payments::{BadNotice, Charge, Charged, PaymentError, PaymentStatus};
use tracing::{debug, error, warn};

use super::advance::ASK_AGAIN;
use super::{Attempt, Checkout, Found, MAX_CHANGES, busy};
use crate::http::idempotency::KeyInUse;
use crate::http::problem::{Answer, Problem};
use crate::metrics;

/// When to ask what became of a charge that this server has not told the end of: it has died, or its call is lost. Longer
/// than a call may take.
const ASK_AFTER_A_CHARGE: NextLook = NextLook::In(6_000);

/// What a charge has led to, as the buyer's browser is told.
pub(super) struct Paid {
    pub(super) status: StatusCode,
    pub(super) found: Found,
    /// The answer was stored with its effect; it is this one to the byte.
    pub(super) stored: Option<StoredAnswer>,
}

impl Checkout {
    /// The order of a payment, if it is this buyer's.
    pub(super) async fn own_payment(&self, buyer: UserId, payment: PaymentId) -> Answer<Found> {
        let found = self.find_by_payment(payment).await?;
        if found.order.buyer_id == buyer { Ok(found) } else { Err(Problem::not_found("payment")) }
    }

    /// Charges a card for an order.
    pub(super) async fn pay(&self, found: Found, method: &str, key: &KeyInUse) -> Answer<Paid> {
        let found = self.note_attempt(found).await?;
        if !found.order.is_open() {
            return ended(found);
        }
        let charge = Charge {
            payment: found.order.payment_id(),
            order: found.order.id,
            amount: found.order.total,
            method: method.to_owned(),
            attempt: key.0.key.clone(),
        };
        let charged = self.payments.charge(&charge).await;
        failpoint::reached(Place::Captured).await;
        match charged {
            Ok(Charged::Captured) => self.captured(found, key).await,
            Ok(Charged::Declined { reason }) => self.declined(found, &reason, key).await,
            Ok(Charged::Processing) => self.processing(found, ASK_AGAIN).await,
            Ok(Charged::Cancelled) => {
                let found = self.advance(found, true).await?;
                ended(found)
            }
            Err(PaymentError::NotReached(why)) => {
                debug!(provider.reason = why, "the payment provider cannot be reached");
                Err(Problem::new(ErrorCode::Unavailable, "the payment provider cannot be reached; nothing was charged"))
            }
            Err(PaymentError::Refused(why)) => Err(Problem::invalid("method", &format!("is refused: {why}"))),
            Err(PaymentError::Unknown(why)) => {
                warn!(order.id = %found.order.id, provider.reason = why, "what became of a charge is asked for");
                self.processing(found, ASK_AGAIN).await
            }
        }
    }

    /// Writes down that a card is going to be charged, before it is: whoever finds the order asks the provider. An order
    /// that cannot be paid any more comes back ended.
    async fn note_attempt(&self, mut found: Found) -> Answer<Found> {
        for round in 0..MAX_CHANGES {
            if !found.order.is_open() {
                return Ok(found);
            }
            let event = self.catalogue.fresh_event(found.order.event_id).await?;
            if found.at >= found.order.deadline || event.status != EventStatus::OnSale {
                found = self.advance(found, false).await?;
                continue;
            }
            let order = found.order.touched();
            let attempt = Attempt::new(order.clone(), SeatsChange::Keep, ASK_AFTER_A_CHARGE);
            match self.try_change(attempt).await? {
                Ok(()) => return Ok(Found { order, at: found.at }),
                Err(_changed) => found = self.find_again(&found, round).await?,
            }
        }
        Err(busy())
    }

    async fn captured(&self, mut found: Found, key: &KeyInUse) -> Answer<Paid> {
        for round in 0..MAX_CHANGES {
            if !found.order.is_open() {
                return ended(self.advance(found, true).await?);
            }
            let confirmed = Found { order: found.order.confirmed(), at: found.at };
            let tickets = self.tickets.issue(&confirmed.order);
            let answer = self.answer(StatusCode::OK, &confirmed, Some(tickets.clone()))?;
            let mut attempt = Attempt::new(confirmed.order.clone(), SeatsChange::Sell, NextLook::In(0));
            attempt.tickets = tickets;
            attempt.by = Some(found.order.buyer_id);
            attempt.answer = Some((key, answer.clone()));
            let changed = self.try_change(attempt).await;
            if mutant::is(Mutant::UnknownCommitPaysBack) && changed.is_err() {
                self.payments.refund(found.order.payment_id(), found.order.total).await.ok();
            }
            match changed? {
                Ok(()) => {
                    failpoint::reached(Place::Sold).await;
                    return Ok(Paid { status: StatusCode::OK, found: confirmed, stored: Some(answer) });
                }
                Err(ChangeRefusal::Changed) => found = self.find_again(&found, round).await?,
                // Closed a moment ago, or the seats are gone: the money goes back.
                Err(ChangeRefusal::NotOnSale | ChangeRefusal::SeatsGone | ChangeRefusal::TicketUsed) => {
                    return ended(self.advance(found, true).await?);
                }
            }
        }
        // Somebody keeps changing the order. The money is taken, and whoever looks next finds that.
        self.processing(found, ASK_AGAIN).await
    }

    async fn declined(&self, mut found: Found, reason: &str, key: &KeyInUse) -> Answer<Paid> {
        for round in 0..MAX_CHANGES {
            if !found.order.is_open() {
                return ended(found);
            }
            let mut order = found.order.declined();
            let (mut seats, mut next_look) = (SeatsChange::Keep, NextLook::AtDeadline);
            if order.status == OrderStatus::Failed {
                (seats, next_look) = (SeatsChange::Release, NextLook::In(0));
                order.money = MoneyState::Open;
            }
            let problem = declined_problem(&order, reason);
            let mut attempt = Attempt::new(order, seats, next_look);
            attempt.by = Some(found.order.buyer_id);
            attempt.answer = Some((key, problem.to_stored()));
            match self.try_change(attempt).await? {
                Ok(()) => return Err(problem.already_stored()),
                Err(_changed) => found = self.find_again(&found, round).await?,
            }
        }
        Err(busy())
    }

    /// It will be known later, from a notice or from asking.
    async fn processing(&self, found: Found, next_look: NextLook) -> Answer<Paid> {
        let attempt = Attempt::new(found.order.touched(), SeatsChange::Keep, next_look);
        // Changed by somebody else: then it is known already.
        self.try_change(attempt).await?.ok();
        Ok(Paid { status: StatusCode::ACCEPTED, found, stored: None })
    }

    /// Hears a notice of the provider. It is a reason to look: repeated, late and reordered ones change nothing.
    pub(super) async fn hear(&self, signature: &str, body: &[u8], now: UnixMs) -> Answer<()> {
        let notice = match self.payments.read_notice(signature, body, now) {
            Ok(notice) => notice,
            Err(bad) => {
                metrics::notice_received("refused");
                warn!(payment.notice = %bad, "a payment notice is not believed");
                return Err(match bad {
                    BadNotice::Signature(_) => Problem::new(ErrorCode::BadSignature, bad.to_string()),
                    BadNotice::Shape(_) => Problem::new(ErrorCode::BadRequest, bad.to_string()),
                });
            }
        };
        let found = self.find_by_payment(notice.payment.id).await?;
        if notice.payment.amount != found.order.total {
            metrics::notice_received("refused");
            error!(order.id = %found.order.id, "a notice is about another amount or currency than its order");
            let detail = "the amount or the currency is not the order's";
            return Err(Problem::new(ErrorCode::PaymentMismatch, detail));
        }
        metrics::notice_received(&notice.kind);
        let is_news = match found.order.money {
            MoneyState::Open => true,
            MoneyState::Void => notice.payment.status == PaymentStatus::Captured,
            MoneyState::Captured | MoneyState::RefundDue | MoneyState::Refunded => false,
        };
        if is_news {
            self.advance(found, true).await?;
        }
        Ok(())
    }
}

fn declined_problem(order: &Order, reason: &str) -> Problem {
    let left = MAX_DECLINES.saturating_sub(order.declines);
    let detail = match left {
        0 => "the card was declined, and it was the last attempt: the order has failed".to_owned(),
        _ => format!("the card was declined; another may be tried, {left} attempts are left"),
    };
    Problem::new(ErrorCode::PaymentDeclined, detail)
        .with("reason", reason)
        .with("attempts_left", left)
        .with("order_status", order.status)
}

/// What to say about an order that is not open any more.
fn ended(found: Found) -> Answer<Paid> {
    match found.order.status {
        OrderStatus::Confirmed => Ok(Paid { status: StatusCode::OK, found, stored: None }),
        OrderStatus::AwaitingPayment => Ok(Paid { status: StatusCode::ACCEPTED, found, stored: None }),
        status => {
            let detail = match found.order.money {
                MoneyState::RefundDue | MoneyState::Refunded => "the order has ended; what was paid is given back",
                _ => "the order has ended and cannot be paid",
            };
            Err(Problem::new(ErrorCode::OrderClosed, detail).with("order_status", status))
        }
    }
}
