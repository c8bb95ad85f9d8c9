//! Checkout: from a cart to seats that are somebody's, or to seats and money given back.
//!
//! Three guards stand between a seat and two owners: the hold, the claim in the ledger before any money moves, and the one
//! transaction that makes it a sale. What the provider did is asked, never guessed: whoever is unsure about an order looks
//! at it again ([`Checkout::advance`]), and the resolver looks at every order that is due.

mod advance;
pub(crate) mod cart;
mod letters;
mod pay;
mod place;
mod provider;
mod refund;
mod resolver;
pub(crate) mod routes;
pub(crate) mod view;

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::clock::{Clock, UnixMs};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, OutboxId, PaymentId, UserId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::order::{Order, OrderStatus};
use frontrow_domain::ticket::Ticket;
use frontrow_engines::holds::Holds;
use frontrow_engines::ledger::{ChangeRefusal, Ledger, NextLook, OrderChange, OrderQuery, SeatsChange, StoredAnswer};
use frontrow_engines::mail::Mail;
use tokio::time::sleep;
use tracing::{debug, info};

pub(crate) use provider::Provider;

use crate::catalogue::Catalogue;
use crate::gatekeeper::Gatekeeper;
use crate::http::idempotency::KeyInUse;
use crate::http::problem::{Answer, Problem};
use crate::rooms::Rooms;
use crate::tickets::TicketOffice;
use crate::{chance, metrics};

/// How often a change is tried that others get in the way of.
const MAX_CHANGES: u32 = 7;

/// See the module.
pub(crate) struct Checkout {
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) payments: Provider,
    pub(crate) mail: Arc<dyn Mail>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) tickets: Arc<TicketOffice>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) public_url: String,
}

/// An order, and the ledger's time when it was read.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) order: Order,
    pub(crate) at: UnixMs,
}

impl Found {
    /// How long it can still be paid.
    fn remaining_ms(&self) -> u64 {
        let open = if self.order.is_open() { self.order.deadline.0 - self.at.0 } else { 0 };
        u64::try_from(open).unwrap_or(0)
    }
}

/// A change of an order that is about to be tried.
struct Attempt<'a> {
    /// The order as it shall be.
    order: Order,
    seats: SeatsChange,
    next_look: NextLook,
    /// Of seats that are sold: made once, for the answer and the ledger alike.
    tickets: Vec<Ticket>,
    /// What the journal says, where the seats do not say it.
    action: Option<Action>,
    /// Who wants it; nobody if a time has come.
    by: Option<UserId>,
    reason: Option<String>,
    /// The answer that goes with it, where there is a request with a key.
    answer: Option<(&'a KeyInUse, StoredAnswer)>,
}

impl Attempt<'_> {
    fn new(order: Order, seats: SeatsChange, next_look: NextLook) -> Self {
        let action = action(&order, seats);
        Self { order, seats, next_look, tickets: Vec::new(), action, by: None, reason: None, answer: None }
    }
}

impl Checkout {
    /// The order of this id, if there is one.
    pub(crate) async fn find(&self, id: OrderId) -> Answer<Found> {
        self.find_by(OrderQuery { id: Some(id), limit: 1, ..OrderQuery::default() }).await
    }

    /// The order of this payment, if there is one.
    async fn find_by_payment(&self, id: PaymentId) -> Answer<Found> {
        let found = self.find_by(OrderQuery { payment: Some(id), limit: 1, ..OrderQuery::default() }).await;
        found.map_err(|problem| match problem.code {
            ErrorCode::NotFound => Problem::not_found("payment"),
            _ => problem,
        })
    }

    /// The order as others have made it, for somebody who was overtaken, after `rounds` that were in vain already. A read
    /// sees what is safe on every disk; a change is held against what is about to be. The pauses, which double up to 320 ms,
    /// are for what lies between the two.
    async fn find_again(&self, found: &Found, rounds: u32) -> Answer<Found> {
        if rounds > 0 {
            sleep(Duration::from_millis(5 << rounds.min(6))).await;
        }
        self.find(found.order.id).await
    }

    async fn find_by(&self, query: OrderQuery) -> Answer<Found> {
        let read = self.ledger.orders(&query).await?;
        let order = read.orders.into_iter().next();
        order.map(|order| Found { order, at: read.at }).ok_or_else(|| Problem::not_found("order"))
    }

    /// Tries a change. What it did to the seats reaches the hold store and the room at once; should that fail, the news
    /// from the log do it.
    async fn try_change(&self, attempt: Attempt<'_>) -> Answer<Result<(), ChangeRefusal>> {
        let Attempt { order, seats, next_look, mut tickets, action, by, reason, answer } = attempt;
        if tickets.is_empty() && matches!(seats, SeatsChange::Sell | SeatsChange::SellAgain) {
            tickets = self.tickets.issue(&order);
        }
        let limit = if seats == SeatsChange::SellAgain {
            self.catalogue.event(order.event_id).await?.max_seats_per_user
        } else {
            0
        };
        let entry = action.map(|action| self.entry(&order, action, by, reason));
        let change = OrderChange { order, seats, tickets, limit, next_look, entry };
        let answer = answer.as_ref().map(|(KeyInUse(key), answer)| (key, answer));
        let changed = self.ledger.change_order(&change, answer).await?;
        let order = &change.order;
        if let Err(refusal) = changed {
            debug!(order.id = %order.id, %refusal, "an order was not changed");
            return Ok(Err(refusal));
        }
        if change.entry.is_some() {
            metrics::order_changed(order.status);
            info!(order.id = %order.id, event.id = %order.event_id, order.status = order.status.as_str(), order.money = order.money.as_str(), "an order changed");
        }
        if seats != SeatsChange::Keep {
            self.show(order.event_id, &order.ordinals()).await;
        }
        Ok(Ok(()))
    }

    /// Brings seats in the hold store to the ledger's state and tells the room.
    pub(crate) async fn show(&self, event: EventId, seats: &[Ordinal]) {
        if let Err(problem) = self.gatekeeper.settle(event, seats).await {
            debug!(event.id = %event, detail = problem.detail, "the hold store follows later");
        }
        if let Some(room) = self.rooms.live(event) {
            room.suspect(seats);
        }
    }

    fn entry(&self, order: &Order, action: Action, by: Option<UserId>, reason: Option<String>) -> Entry {
        let (id, at) = (OutboxId(chance::id()), self.clock.now());
        Entry { id, at, by, action, seats: order.ordinals(), order_id: Some(order.id), reason }
    }
}

/// What the journal says of a change; nothing of what only concerns the provider.
fn action(order: &Order, seats: SeatsChange) -> Option<Action> {
    match (seats, order.status) {
        (SeatsChange::Keep, _) => None,
        (SeatsChange::Sell | SeatsChange::SellAgain, _) => Some(Action::SeatsSold),
        (SeatsChange::GiveBack | SeatsChange::GiveBackUnused, _) => Some(Action::OrderRefunded),
        (SeatsChange::Release, OrderStatus::Failed) => Some(Action::OrderFailed),
        (SeatsChange::Release, OrderStatus::Expired) => Some(Action::OrderExpired),
        (SeatsChange::Release, _) => Some(Action::OrderCancelled),
    }
}

/// Somebody else keeps changing the same order. Trying again is safe.
fn busy() -> Problem {
    Problem::new(ErrorCode::Unavailable, "the order is being changed, try again")
}
