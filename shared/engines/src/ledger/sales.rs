//! Sales: the lock on every seat, and the orders that hold these locks. One row per seat, changed by compare-and-set on
//! its state and fence; one row per order, changed by compare-and-set on its version.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, PaymentId, UserId};
use frontrow_domain::journal::Entry;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use frontrow_domain::ticket::Ticket;

use super::{AnswerKey, LedgerError, StoredAnswer};

/// The answer to a request with an `Idempotency-Key`, to be stored in the transaction of its effect.
pub type AnswerToStore<'a> = Option<(&'a AnswerKey, &'a StoredAnswer)>;

/// An order that is to be placed: its seats are claimed before any money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    /// The order; its deadline is set by the ledger. Placing it again changes nothing and succeeds.
    pub order: Order,
    /// How long it may take to be paid, by the ledger's clock.
    pub window_ms: u64,
    /// How many claimed and sold seats the buyer may have in this event.
    pub limit: u32,
}

/// Why an order was not placed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlacingRefusal {
    /// These seats are claimed, sold or blocked, or were granted to somebody later.
    #[error("{} of the seats are lost", .0.len())]
    Lost(Vec<Ordinal>),
    /// The buyer would have more than the limit.
    #[error("the buyer has too many seats")]
    Limit,
    /// The event is not on sale.
    #[error("the event is not on sale")]
    NotOnSale,
}

/// What a change of an order does to its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatsChange {
    /// Nothing.
    Keep,
    /// The claim ends: they are available again.
    Release,
    /// Claimed seats are sold. The event must be on sale.
    Sell,
    /// Available seats are sold: what was captured after the claim had ended. The event must be on sale.
    SellAgain,
    /// Sold seats are available again, in their next sale generation; their tickets are void.
    GiveBack,
    /// The same, unless somebody has come in with one of the tickets.
    GiveBackUnused,
}

/// When an order that is not finished has to be looked at again, by the ledger's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextLook {
    /// There is nothing left to do.
    Never,
    /// When its time to be paid is over.
    AtDeadline,
    /// So many milliseconds from now.
    In(u64),
}

/// A change of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// The order as it shall be. Its version is one higher than the one that was read.
    pub order: Order,
    /// What happens to its seats.
    pub seats: SeatsChange,
    /// `Sell` and `SellAgain`: one ticket for every seat.
    pub tickets: Vec<Ticket>,
    /// `SellAgain`: how many claimed and sold seats the buyer may have in this event.
    pub limit: u32,
    /// When to look at it again.
    pub next_look: NextLook,
    /// What the journal says, unless it is nobody's business.
    pub entry: Option<Entry>,
}

/// Why an order was not changed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Somebody else changed it first: read it again.
    #[error("the order has changed meanwhile")]
    Changed,
    /// Its seats are not as the change expects them.
    #[error("the order's seats are not there any more")]
    SeatsGone,
    /// The event is not on sale.
    #[error("the event is not on sale")]
    NotOnSale,
    /// Somebody has come in with one of its tickets.
    #[error("one of the order's tickets is used")]
    TicketUsed,
}

/// Which orders to list. Every filter that is `None` lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderQuery {
    /// Only this one.
    pub id: Option<OrderId>,
    /// Only the one of this payment.
    pub payment: Option<PaymentId>,
    /// Only this event's.
    pub event: Option<EventId>,
    /// Only this buyer's.
    pub buyer: Option<UserId>,
    /// Only this status.
    pub status: Option<OrderStatus>,
    /// Only what comes after this order.
    pub after: Option<OrderId>,
    /// At most so many.
    pub limit: u32,
}

/// Orders as the ledger has them, and when by the ledger's own clock. The newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersRead {
    /// The ledger's time.
    pub at: UnixMs,
    /// What was found.
    pub orders: Vec<Order>,
}

/// What an event has sold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalesTotals {
    /// Orders, and the sum of their totals in minor units, by status.
    pub orders: Vec<(OrderStatus, u64, i64)>,
    /// Tickets that can still open the door.
    pub tickets_valid: u64,
    /// Tickets that have opened it.
    pub tickets_used: u64,
}

/// An event's sales in numbers, for those who run it; seats and tickets as of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalesFigures {
    /// Orders, and the sum of their totals in minor units, by status and by what is known of their money.
    pub orders: Vec<(OrderStatus, MoneyState, u64, i64)>,
    /// Tickets that can still open the door.
    pub tickets_valid: u64,
    /// Tickets that have opened it.
    pub tickets_used: u64,
    /// Seats that have such a ticket.
    pub seats_with_ticket: u64,
    /// Seats that are sold, at the same moment.
    pub seats_sold: u64,
}

/// The port. Every change of seats writes its outbox row and its line of the journal in the same transaction; both have
/// the id of the entry.
#[async_trait]
pub trait Sales: Send + Sync {
    /// Claims every seat of the order and writes it, or does nothing. Gives back the order as it is now.
    async fn place_order(
        &self,
        placing: &Placing,
        answer: AnswerToStore<'_>,
        entry: &Entry,
    ) -> Result<Result<Order, PlacingRefusal>, LedgerError>;

    /// Changes an order and its seats, if the order's version is still the one before.
    async fn change_order(
        &self,
        change: &OrderChange,
        answer: AnswerToStore<'_>,
    ) -> Result<Result<(), ChangeRefusal>, LedgerError>;

    /// The orders of a query.
    async fn orders(&self, query: &OrderQuery) -> Result<OrdersRead, LedgerError>;

    /// Up to `limit` orders that are due to be looked at. Nobody else gets them within `lease_ms`.
    async fn due_orders(&self, limit: u32, lease_ms: u64) -> Result<OrdersRead, LedgerError>;

    /// Makes the orders of an event that have this status due.
    async fn make_due(&self, event: EventId, status: OrderStatus) -> Result<u64, LedgerError>;

    /// What an event has sold.
    async fn sales_totals(&self, event: EventId) -> Result<SalesTotals, LedgerError>;

    /// The same and what it takes to see that no seat is sold twice. It looks at every sold seat: ask seldom.
    async fn sales_figures(&self, event: EventId) -> Result<SalesFigures, LedgerError>;

    /// Takes available seats out of sale, all or none; the ones that are claimed or sold come back as the error. Which
    /// seats: the entry's.
    async fn block(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError>;

    /// Puts blocked seats back on sale, all or none; the ones that are not blocked come back as the error. Which seats:
    /// the entry's.
    async fn unblock(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError>;

    /// The durable state of these seats, or of every seat that ever had one: what a hold store has to follow. A claim
    /// lasts [`frontrow_domain::holds::CLAIM_GRACE_MS`] longer there than the order may take to be paid.
    async fn settled(&self, event: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError>;
}
