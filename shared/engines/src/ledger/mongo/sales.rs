//! Sales in MongoDB: every change is one transaction over orders, seats, buyers, tickets, outbox, journal and answer.
//!
//! A transaction reads a snapshot. Whether an event is on sale is read in it and not locked, because every order of an
//! event would wait for every other: what commits in the instant in which an event is closed counts as before that.

use async_trait::async_trait;
use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::journal::Entry;
use frontrow_domain::order::{Order, OrderStatus};
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;

use super::journal::{EntryDocument, Tidings};
use super::order_document::OrderDocument;
use super::seats::SeatsUpdate;
use super::transaction::Step;
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{
    AnswerToStore, Answers as _, ChangeRefusal, OrderChange, OrderQuery, OrdersRead, Placing, PlacingRefusal, Sales,
    SalesFigures, SalesTotals, SeatsChange,
};
use crate::mutant::{self, Mutant};

/// What an order's change writes besides the order itself.
struct Effect {
    seats: Option<SeatsUpdate>,
    tidings: Option<Tidings>,
    /// The line of a change that nobody else has to follow.
    line: Option<EntryDocument>,
}

#[async_trait]
impl Sales for MongoLedger {
    async fn place_order(
        &self,
        placing: &Placing,
        answer: AnswerToStore<'_>,
        entry: &Entry,
    ) -> Result<Result<Order, PlacingRefusal>, LedgerError> {
        let fact = InventoryFact::SeatsClaimed(Seats { seats: entry.seats.clone() });
        let tidings = Tidings::new(placing.order.event_id, entry, fact)?;
        let placed = self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.place_within(&mut transaction.session, placing, &tidings, answer).await;
                if let Some(placed) = transaction.finish(body).await? {
                    return Ok(placed);
                }
            }
        });
        match placed.await? {
            Ok(document) => document.into_order().map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn change_order(
        &self,
        change: &OrderChange,
        answer: AnswerToStore<'_>,
    ) -> Result<Result<(), ChangeRefusal>, LedgerError> {
        let effect = Effect::of(change)?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.change_within(&mut transaction.session, change, &effect, answer).await;
                if let Some(changed) = transaction.finish(body).await? {
                    return Ok(changed);
                }
            }
        })
        .await
    }

    async fn orders(&self, query: &OrderQuery) -> Result<OrdersRead, LedgerError> {
        self.list_orders(query).await
    }

    async fn due_orders(&self, limit: u32, lease_ms: u64) -> Result<OrdersRead, LedgerError> {
        self.take_due(limit, lease_ms).await
    }

    async fn make_due(&self, event: EventId, status: OrderStatus) -> Result<u64, LedgerError> {
        self.make_orders_due(event, status).await
    }

    async fn sales_totals(&self, event: EventId) -> Result<SalesTotals, LedgerError> {
        self.totals(event).await
    }

    async fn sales_figures(&self, event: EventId) -> Result<SalesFigures, LedgerError> {
        self.figures(event).await
    }

    async fn block(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        self.change_seats(event, entry, &SeatsUpdate::block()).await
    }

    async fn unblock(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        self.change_seats(event, entry, &SeatsUpdate::unblock()).await
    }

    async fn settled(&self, event: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError> {
        self.find_settled(event, seats).await
    }
}

impl Effect {
    fn of(change: &OrderChange) -> Result<Self, LedgerError> {
        let event = change.order.event_id;
        let seats = SeatsUpdate::of(&change.order, change.seats);
        let entry = change.entry.as_ref();
        let Some(update) = &seats else {
            return Ok(Self { seats, tidings: None, line: entry.map(|entry| EntryDocument::new(event, entry)) });
        };
        let fact = update.fact;
        let tidings = entry.map(|entry| Tidings::new(event, entry, fact(Seats { seats: entry.seats.clone() })));
        Ok(Self { seats, tidings: tidings.transpose()?, line: None })
    }
}

impl MongoLedger {
    async fn place_within(
        &self,
        session: &mut ClientSession,
        placing: &Placing,
        tidings: &Tidings,
        answer: AnswerToStore<'_>,
    ) -> Result<Step<Result<OrderDocument, PlacingRefusal>>, Error> {
        let Placing { order, window_ms, limit } = placing;
        self.answer_too_early(answer).await;
        if let Some(known) = self.order_within(&mut *session, order.id).await? {
            return Ok(Step::Abort(Ok(known)));
        }
        if !self.is_on_sale(&mut *session, order.event_id).await? {
            return Ok(Step::Abort(Err(PlacingRefusal::NotOnSale)));
        }
        let placed = match self.insert_order(&mut *session, order, *window_ms).await {
            // The same request, at the same moment, on another server: look again.
            Err(error) if is_duplicate(&error) => return Ok(Step::Again),
            placed => placed?,
        };
        let lost = self.claim_seats(&mut *session, order, placed.deadline).await?;
        if !lost.is_empty() {
            return Ok(Step::Abort(Err(PlacingRefusal::Lost(lost))));
        }
        if !self.count_buyer(&mut *session, order, *limit).await? {
            return Ok(Step::Abort(Err(PlacingRefusal::Limit)));
        }
        self.tell(&mut *session, tidings).await?;
        self.store_answer(session, answer).await?;
        Ok(Step::Commit(Ok(placed)))
    }

    async fn change_within(
        &self,
        session: &mut ClientSession,
        change: &OrderChange,
        effect: &Effect,
        answer: AnswerToStore<'_>,
    ) -> Result<Step<Result<(), ChangeRefusal>>, Error> {
        let order = &change.order;
        self.answer_too_early(answer).await;
        if !self.replace_order(&mut *session, order, change.next_look).await? {
            return Ok(Step::Abort(Err(ChangeRefusal::Changed)));
        }
        let sells = matches!(change.seats, SeatsChange::Sell | SeatsChange::SellAgain);
        if sells && !self.is_on_sale(&mut *session, order.event_id).await? {
            return Ok(Step::Abort(Err(ChangeRefusal::NotOnSale)));
        }
        if let Some(update) = &effect.seats
            && !self.change_seats_of(&mut *session, order, update).await?
        {
            return Ok(Step::Abort(Err(ChangeRefusal::SeatsGone)));
        }
        if !self.count_within(&mut *session, change).await? {
            return Ok(Step::Abort(Err(ChangeRefusal::SeatsGone)));
        }
        let only_unused = change.seats == SeatsChange::GiveBackUnused;
        if only_unused || change.seats == SeatsChange::GiveBack {
            // A check-in at the same moment writes the same row: one of the two is tried again and sees the other.
            let voided = self.void_tickets(&mut *session, order.id, only_unused).await?;
            if only_unused && voided != order.seats.len() as u64 {
                return Ok(Step::Abort(Err(ChangeRefusal::TicketUsed)));
            }
        }
        self.insert_tickets(&mut *session, &change.tickets).await?;
        if let Some(tidings) = &effect.tidings {
            self.tell(&mut *session, tidings).await?;
        }
        if let Some(line) = &effect.line {
            self.write_line(&mut *session, line).await?;
        }
        self.store_answer(session, answer).await?;
        Ok(Step::Commit(Ok(())))
    }

    /// What the buyer has, after the change; `false` if that is above the limit.
    async fn count_within(&self, session: &mut ClientSession, change: &OrderChange) -> Result<bool, Error> {
        match change.seats {
            SeatsChange::Keep | SeatsChange::Sell => Ok(true),
            SeatsChange::Release | SeatsChange::GiveBack | SeatsChange::GiveBackUnused => {
                self.uncount_buyer(session, &change.order).await.map(|()| true)
            }
            SeatsChange::SellAgain => self.count_buyer(session, &change.order, change.limit).await,
        }
    }

    async fn change_seats(
        &self,
        event: EventId,
        entry: &Entry,
        update: &SeatsUpdate,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let tidings = Tidings::new(event, entry, (update.fact)(Seats { seats: entry.seats.clone() }))?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.change_seats_within(&mut transaction.session, event, entry, update, &tidings).await;
                if let Some(changed) = transaction.finish(body).await? {
                    return Ok(changed);
                }
            }
        })
        .await
    }

    async fn change_seats_within(
        &self,
        session: &mut ClientSession,
        event: EventId,
        entry: &Entry,
        update: &SeatsUpdate,
        tidings: &Tidings,
    ) -> Result<Step<Result<(), Vec<Ordinal>>>, Error> {
        let refused = self.change_free_seats(&mut *session, event, &entry.seats, update).await?;
        if !refused.is_empty() {
            return Ok(Step::Abort(Err(refused)));
        }
        self.tell(session, tidings).await?;
        Ok(Step::Commit(Ok(())))
    }

    async fn is_on_sale(&self, session: &mut ClientSession, event: EventId) -> Result<bool, Error> {
        let on_sale = doc! {"_id": event.to_string(), "status": EventStatus::OnSale.as_str()};
        let events = self.collection::<Document>("events");
        if mutant::is(Mutant::ClosedEventSells) {
            return Ok(true);
        }
        Ok(events.find_one(on_sale).projection(doc! {"_id": 1}).session(session).await?.is_some())
    }

    /// [`Mutant::AnswerBeforeTheEffect`]
    async fn answer_too_early(&self, answer: AnswerToStore<'_>) {
        if let Some((key, answer)) = answer
            && mutant::is(Mutant::AnswerBeforeTheEffect)
        {
            self.finish(key, answer).await.ok();
        }
    }

    pub(super) async fn store_answer(
        &self,
        session: &mut ClientSession,
        answer: AnswerToStore<'_>,
    ) -> Result<(), Error> {
        match answer {
            Some((key, answer)) => self.finish_within(session, key, answer).await,
            None => Ok(()),
        }
    }
}
