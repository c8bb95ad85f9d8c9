//! Bringing an order as far as it can go now: what a crash, a lost answer, a deadline or a closed event has left.

use frontrow_domain::event::EventStatus;
use frontrow_domain::journal::Action;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use frontrow_domain::seat::SeatRecord;
use frontrow_engines::failpoint::{self, Place};
use frontrow_engines::ledger::{ChangeRefusal, NextLook, SeatsChange};
use frontrow_engines::mutant::{self, Mutant};
use frontrow_engines::payments::Payments as _;
use frontrow_engines::payments::{Payment, PaymentError, PaymentStatus};
use tracing::{debug, error, warn};

use super::{Attempt, Checkout, Found, busy};
use crate::http::problem::{Answer, Problem};

/// Somebody else may change the order at the same time, and then somebody else again.
const MAX_STEPS: u32 = 8;
/// A card is being charged: ask again this soon.
pub(super) const ASK_AGAIN: NextLook = NextLook::In(700);
/// The provider or the mail server did not answer.
const TRY_LATER: NextLook = NextLook::In(3_000);
/// Somebody has to do something at the provider first.
const LEFT_TO_PEOPLE: NextLook = NextLook::In(3_600_000);
const NOW: NextLook = NextLook::In(0);

/// What one step has led to.
enum Step {
    /// The order is as far as it can go now.
    Rests,
    /// It has changed: look again.
    Moved,
    /// Somebody else has changed it: look again, in a moment.
    Overtaken,
}

impl Checkout {
    /// Brings an order as far as it can go now. `told`: the provider says that something happened, so it is asked even
    /// about an order that is finished.
    pub(crate) async fn advance(&self, found: Found, told: bool) -> Answer<Found> {
        let mut found = found;
        let mut overtaken = 0;
        for _ in 0..MAX_STEPS {
            match self.step(&found, told).await? {
                Step::Rests => return Ok(found),
                Step::Moved => found = self.find(found.order.id).await?,
                Step::Overtaken => {
                    found = self.find_again(&found, overtaken).await?;
                    overtaken += 1;
                }
            }
        }
        Err(busy())
    }

    async fn step(&self, found: &Found, told: bool) -> Answer<Step> {
        let order = &found.order;
        match (order.status, order.money) {
            (OrderStatus::AwaitingPayment, _) => self.step_open(found).await,
            (_, MoneyState::Open) => self.step_ended(order).await,
            (_, MoneyState::Void) if told => self.step_ended(order).await,
            (_, MoneyState::RefundDue) => self.pay_back(order).await,
            (OrderStatus::Confirmed, _) if self.is_cancelled(order).await? => {
                let mut attempt = Attempt::new(order.refunded(), SeatsChange::GiveBack, NOW);
                attempt.reason = Some("the event was cancelled".into());
                self.moved(attempt).await
            }
            _ if order.letter_due => self.write_letter(order).await,
            _ if told => Ok(Step::Rests),
            _ => self.looked(order, NextLook::Never).await,
        }
    }

    async fn step_open(&self, found: &Found) -> Answer<Step> {
        let order = &found.order;
        let event = self.catalogue.fresh_event(order.event_id).await?;
        if event.status != EventStatus::OnSale {
            return self.end(order, OrderStatus::Cancelled, Some("the event is not on sale any more")).await;
        }
        let is_over = found.at >= order.deadline;
        let payment = if order.was_charged() { self.payments.payment(order.payment_id()).await } else { Ok(None) };
        match payment.map(|payment| payment.map(|payment| (payment.status, payment))) {
            Ok(Some((PaymentStatus::Captured, payment))) => self.confirm_captured(order, &payment).await,
            _ if is_over => self.end(order, OrderStatus::Expired, None).await,
            Ok(Some((PaymentStatus::Processing, _))) => self.looked(order, ASK_AGAIN).await,
            // Somebody was giving it up, and did not get to the end.
            Ok(Some((PaymentStatus::Cancelled, _))) => self.end(order, OrderStatus::Cancelled, None).await,
            Ok(_) => self.looked(order, NextLook::AtDeadline).await,
            Err(error) => {
                debug!(order.id = %order.id, %error, "what became of a payment is asked later");
                self.looked(order, TRY_LATER).await
            }
        }
    }

    /// The money was taken in time: the seats are sold, unless they cannot be any more.
    async fn confirm_captured(&self, order: &Order, payment: &Payment) -> Answer<Step> {
        if !fits(order, payment) {
            let ended = Attempt::new(order.ended(OrderStatus::Failed), SeatsChange::Release, NextLook::Never);
            return self.moved(ended).await;
        }
        // Whoever is told of the money first: it was the buyer who wanted it.
        let mut sale = Attempt::new(order.confirmed(), SeatsChange::Sell, NOW);
        sale.by = Some(order.buyer_id);
        match self.try_change(sale).await? {
            Ok(()) => Ok(Step::Moved),
            Err(ChangeRefusal::Changed) => Ok(Step::Overtaken),
            Err(refusal) => {
                let back = Order { money: MoneyState::RefundDue, ..order.ended(OrderStatus::Cancelled) };
                // Without its claims, which nobody but people with access to the ledger takes away, there is nothing to free.
                let has_claims = refusal != ChangeRefusal::SeatsGone;
                let seats = if has_claims { SeatsChange::Release } else { SeatsChange::Keep };
                self.moved(Attempt::new(back, seats, NOW)).await
            }
        }
    }

    /// Ends an order without a sale. Its seats are free at once, whatever the provider says or does not say: what it
    /// captures after all is given back.
    async fn end(&self, order: &Order, status: OrderStatus, reason: Option<&str>) -> Answer<Step> {
        let (money, next_look) = match self.cancel_payment(order).await {
            Ok(Some(payment)) if payment.status == PaymentStatus::Captured && status == OrderStatus::Expired => {
                return self.confirm_captured(order, &payment).await;
            }
            Ok(payment) => after_cancelling(payment.as_ref()),
            Err(error) => {
                debug!(order.id = %order.id, %error, "a payment is cancelled later");
                (MoneyState::Open, TRY_LATER)
            }
        };
        let ended = Order { money, ..order.ended(status) };
        let mut attempt = Attempt::new(ended, SeatsChange::Release, next_look);
        attempt.reason = reason.map(str::to_owned);
        self.moved(attempt).await
    }

    /// `None` if nobody ever tried to charge a card for the order.
    pub(super) async fn cancel_payment(&self, order: &Order) -> Result<Option<Payment>, PaymentError> {
        if !order.was_charged() {
            return Ok(None);
        }
        self.payments.cancel(order.payment_id(), order.total).await.map(Some)
    }

    /// The order has ended, and it is not known, or was just told, what became of its money.
    async fn step_ended(&self, order: &Order) -> Answer<Step> {
        let payment = match self.cancel_payment(order).await {
            Ok(payment) => payment,
            // The provider says that something happened, and does not say what. It will not say it twice: from now on the money
            // is in question again, for whoever looks next.
            Err(error) if order.money == MoneyState::Void && !mutant::is(Mutant::NoticeForgotten) => {
                debug!(order.id = %order.id, %error, "what a notice is about is asked later");
                let unknown = order.with_money(MoneyState::Open);
                return self.moved(Attempt::new(unknown, SeatsChange::Keep, TRY_LATER)).await;
            }
            Err(error) => {
                debug!(order.id = %order.id, %error, "a payment is cancelled later");
                return self.looked(order, TRY_LATER).await;
            }
        };
        match payment {
            Some(payment) if payment.status == PaymentStatus::Captured => self.captured_late(order, &payment).await,
            _ if order.money == MoneyState::Void => Ok(Step::Rests),
            Some(payment) if payment.status != PaymentStatus::Cancelled => self.looked(order, TRY_LATER).await,
            _ => {
                let void = order.with_money(MoneyState::Void);
                self.moved(Attempt::new(void, SeatsChange::Keep, NextLook::Never)).await
            }
        }
    }

    /// Money came for an order that has ended. An order that only was too late gets its seats if they are still free;
    /// everybody else gets the money back.
    async fn captured_late(&self, order: &Order, payment: &Payment) -> Answer<Step> {
        if order.status == OrderStatus::Expired && fits(order, payment) && self.are_free(order).await? {
            let mut sale = Attempt::new(order.confirmed(), SeatsChange::SellAgain, NOW);
            sale.by = Some(order.buyer_id);
            match self.try_change(sale).await? {
                Ok(()) => return Ok(Step::Moved),
                Err(ChangeRefusal::Changed) => return Ok(Step::Overtaken),
                Err(_refused) => {}
            }
        }
        let kept = mutant::is(Mutant::LateCaptureKept);
        let back = order.with_money(if kept { MoneyState::Captured } else { MoneyState::RefundDue });
        self.moved(Attempt::new(back, SeatsChange::Keep, NOW)).await
    }

    /// Whether nobody else has the order's seats in the hold store. The ledger decides; this is for politeness to somebody
    /// who holds one of them now.
    async fn are_free(&self, order: &Order) -> Answer<bool> {
        let read = self.holds.read(order.event_id, &order.ordinals()).await?;
        let free = |record: &SeatRecord| record.owner().is_none_or(|owner| owner == order.buyer_id);
        Ok(read.records.iter().all(|record| *record != SeatRecord::Blocked && free(record)))
    }

    async fn pay_back(&self, order: &Order) -> Answer<Step> {
        if mutant::is(Mutant::RefundedBeforeAsking) {
            let done = order.with_money(MoneyState::Refunded);
            self.try_change(Attempt::new(done, SeatsChange::Keep, NextLook::Never)).await?.ok();
        }
        failpoint::reached(Place::Refunding).await;
        match self.payments.refund(order.payment_id(), order.total).await {
            Ok(_) => {
                let next_look = if order.letter_due { NOW } else { NextLook::Never };
                let mut done = Attempt::new(order.with_money(MoneyState::Refunded), SeatsChange::Keep, next_look);
                done.action = Some(Action::MoneyReturned);
                self.moved(done).await
            }
            Err(PaymentError::Refused(why)) => {
                error!(order.id = %order.id, provider.reason = why, "money cannot be given back: this is left to people");
                self.looked(order, LEFT_TO_PEOPLE).await
            }
            Err(error) => {
                debug!(order.id = %order.id, %error, "money is given back later");
                self.looked(order, TRY_LATER).await
            }
        }
    }

    async fn write_letter(&self, order: &Order) -> Answer<Step> {
        if let Err(error) = self.send_letter(order).await {
            warn!(order.id = %order.id, %error, "a letter about an order waits");
            return self.looked(order, NextLook::In(30_000)).await;
        }
        self.moved(Attempt::new(order.written(), SeatsChange::Keep, NextLook::Never)).await
    }

    async fn is_cancelled(&self, order: &Order) -> Answer<bool> {
        Ok(self.catalogue.fresh_event(order.event_id).await?.status == EventStatus::Cancelled)
    }

    /// Nothing has changed; it is looked at again later. What somebody else has made of the order meanwhile, perhaps without
    /// knowing what we were told, is looked at now.
    async fn looked(&self, order: &Order, next_look: NextLook) -> Answer<Step> {
        let kept = Attempt::new(order.touched(), SeatsChange::Keep, next_look);
        match self.try_change(kept).await? {
            Ok(()) => Ok(Step::Rests),
            Err(_changed) => Ok(Step::Overtaken),
        }
    }

    async fn moved(&self, attempt: Attempt<'_>) -> Answer<Step> {
        match self.try_change(attempt).await? {
            Ok(()) => Ok(Step::Moved),
            Err(ChangeRefusal::Changed) => Ok(Step::Overtaken),
            Err(refusal) => Err(Problem::internal(&refusal)),
        }
    }
}

/// What is known of an order's money once its payment was cancelled, or was found to be captured already.
pub(super) fn after_cancelling(payment: Option<&Payment>) -> (MoneyState, NextLook) {
    match payment.map(|payment| payment.status) {
        None | Some(PaymentStatus::Cancelled) => (MoneyState::Void, NextLook::Never),
        Some(PaymentStatus::Captured) => (MoneyState::RefundDue, NOW),
        // A provider may have to wait for the end of a charge before it can cancel.
        Some(PaymentStatus::Open | PaymentStatus::Processing) => (MoneyState::Open, TRY_LATER),
    }
}

/// Whether what was taken is what the order costs. It always is, unless somebody meddles with the provider.
pub(super) fn fits(order: &Order, payment: &Payment) -> bool {
    let fits = payment.amount == order.total;
    if !fits {
        error!(order.id = %order.id, "a payment is about another amount than its order and is left to people");
    }
    fits
}
