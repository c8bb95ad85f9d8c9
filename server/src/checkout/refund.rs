//! Giving up and giving back: cancelling an order that is not paid, refunding one that is.

use axum::http::StatusCode;
use frontrow_domain::account::Role;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::UserId;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use frontrow_engines::ledger::{ChangeRefusal, NextLook, SeatsChange, StoredAnswer};
use frontrow_engines::payments::PaymentStatus;
use tracing::debug;

use super::advance::after_cancelling;
use super::{Attempt, Checkout, Found, MAX_CHANGES, busy};
use crate::accounts::SignedIn;
use crate::http::idempotency::KeyInUse;
use crate::http::problem::{Answer, Problem};

impl Checkout {
    /// Gives up an order that is not paid. Doing it again changes nothing.
    pub(super) async fn cancel(&self, buyer: UserId, mut found: Found) -> Answer<Found> {
        for round in 0..MAX_CHANGES {
            match found.order.status {
                OrderStatus::AwaitingPayment => {}
                OrderStatus::Cancelled => return Ok(found),
                OrderStatus::Confirmed | OrderStatus::Refunded => {
                    return Err(Problem::new(ErrorCode::AlreadyPaid, "the order is paid; ask for a refund instead"));
                }
                status @ (OrderStatus::Failed | OrderStatus::Expired) => {
                    let problem = Problem::new(ErrorCode::OrderClosed, "the order has ended already");
                    return Err(problem.with("order_status", status));
                }
            }
            self.cancel_open(buyer, &found).await?;
            found = self.find_again(&found, round).await?;
        }
        Err(busy())
    }

    async fn cancel_open(&self, buyer: UserId, found: &Found) -> Answer<()> {
        let order = &found.order;
        let (money, next_look) = match self.cancel_payment(order).await {
            // Paid while the buyer was giving up: then it is paid.
            Ok(Some(payment)) if payment.status == PaymentStatus::Captured => {
                return self.advance(found.clone(), true).await.map(drop);
            }
            Ok(payment) => after_cancelling(payment.as_ref()),
            Err(error) => {
                debug!(%error, "a payment is cancelled later");
                (MoneyState::Open, NextLook::In(1_000))
            }
        };
        let mut ended = order.ended(OrderStatus::Cancelled);
        ended.money = money;
        let mut attempt = Attempt::new(ended, SeatsChange::Release, next_look);
        attempt.by = Some(buyer);
        match self.try_change(attempt).await? {
            Ok(()) | Err(ChangeRefusal::Changed) => Ok(()),
            Err(refusal) => Err(Problem::internal(&refusal)),
        }
    }

    /// Who may give this order back: those who run the event always, its buyer under conditions. For everybody else there
    /// is no such order.
    pub(super) async fn refunder(&self, caller: SignedIn, order: &Order) -> Answer<Refunder> {
        let event = self.catalogue.fresh_event(order.event_id).await?;
        let owns_it = caller.role.may_organize() && event.organizer_id == caller.id;
        if caller.role == Role::Admin || owns_it {
            Ok(Refunder::Organizer)
        } else if order.buyer_id == caller.id {
            let in_time = event.refundable_until.is_some_and(|until| self.clock.now() < until);
            Ok(Refunder::Buyer { in_time })
        } else {
            Err(Problem::not_found("order"))
        }
    }

    /// Gives a paid order back: the seats and the tickets at once, the money as soon as the provider takes the order for
    /// it. Gives back the answer that was stored with the change.
    pub(super) async fn refund(
        &self,
        by: (UserId, Refunder),
        mut found: Found,
        reason: Option<String>,
        key: &KeyInUse,
    ) -> Answer<StoredAnswer> {
        let (user, refunder) = by;
        for round in 0..MAX_CHANGES {
            let seats = refundable(refunder, found.order.status)?;
            let refunded = Found { order: found.order.refunded(), at: found.at };
            let answer = self.answer(StatusCode::OK, &refunded, None)?;
            let mut attempt = Attempt::new(refunded.order.clone(), seats, NextLook::In(0));
            attempt.by = Some(user);
            attempt.reason.clone_from(&reason);
            attempt.answer = Some((key, answer.clone()));
            match self.try_change(attempt).await? {
                Ok(()) => {
                    // The resolver does it otherwise; most people look at their account at once.
                    if let Err(problem) = self.advance(refunded, false).await {
                        debug!(detail = problem.detail, "the money is given back later");
                    }
                    return Ok(answer);
                }
                Err(ChangeRefusal::Changed) => found = self.find_again(&found, round).await?,
                Err(ChangeRefusal::TicketUsed) => {
                    let detail = "somebody has come in with one of the tickets";
                    return Err(Problem::new(ErrorCode::NotRefundable, detail));
                }
                Err(refusal) => return Err(Problem::internal(&refusal)),
            }
        }
        Err(busy())
    }
}

/// Who gives an order back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refunder {
    /// Whoever runs the event.
    Organizer,
    /// Whoever bought it.
    Buyer {
        /// Whether the event still takes it back.
        in_time: bool,
    },
}

/// How the seats go back, if they may.
fn refundable(refunder: Refunder, status: OrderStatus) -> Answer<SeatsChange> {
    match (status, refunder) {
        (OrderStatus::Refunded, _) => Err(Problem::new(ErrorCode::AlreadyRefunded, "the order was refunded before")),
        (OrderStatus::Confirmed, Refunder::Organizer) => Ok(SeatsChange::GiveBack),
        (OrderStatus::Confirmed, Refunder::Buyer { in_time: true }) => Ok(SeatsChange::GiveBackUnused),
        (OrderStatus::Confirmed, Refunder::Buyer { in_time: false }) => {
            let detail = "the time in which you could give it back is over; ask the organizer";
            Err(Problem::new(ErrorCode::NotRefundable, detail))
        }
        _ => Err(Problem::new(ErrorCode::NotRefundable, "the order was never paid")),
    }
}
