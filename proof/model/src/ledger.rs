//! The ledger: one function for each transaction of `shared/engines/src/ledger/sales.rs`, as `mongo/sales.rs` and
//! `mongo/seats.rs` carry them out. A transaction is one step.

use crate::broken::Broken;
use crate::store::Fence;
use crate::{CLIENTS, Client, SEATS, Seats};

/// The lock on a seat. Whose order has it is said by whose it is: a client places one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum RowState {
    /// Nobody's.
    #[default]
    Available,
    /// This client's order is being paid.
    Claimed(Client),
    /// This client's for good.
    Sold(Client),
}

/// A document of the collection `seats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Row {
    /// Who has it.
    pub state: RowState,
    /// Of the last claim.
    pub fence: Fence,
    /// Raised by every change.
    pub version: u8,
}

/// Where an order stands. Cards that are declined leave an order as it is, and are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its seats are claimed.
    AwaitingPayment,
    /// Its seats are sold.
    Confirmed,
    /// Not paid in time.
    Expired,
    /// Given up, or paid for seats that are gone.
    Cancelled,
    /// Given back.
    Refunded,
}

/// What is known of an order's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Money {
    /// The provider knows.
    Open,
    /// Never captured.
    Void,
    /// For the seats that the order owns.
    Captured,
    /// To be given back.
    RefundDue,
    /// Given back.
    Refunded,
}

/// A document of the collection `orders`. Its version is left out: no order is ever again as it was, so that comparing
/// the whole order is the same compare-and-set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// Where it stands.
    pub status: Status,
    /// What is known of its money.
    pub money: Money,
    /// A card may have been charged: written down before it is (`Order::was_charged`).
    pub was_charged: bool,
    /// `look_at`: the resolver will look at it.
    pub is_watched: bool,
}

impl Order {
    /// As it is placed.
    pub fn placed() -> Self {
        Self { status: Status::AwaitingPayment, money: Money::Open, was_charged: false, is_watched: true }
    }

    /// Whether it waits for its payment.
    pub fn is_open(&self) -> bool {
        self.status == Status::AwaitingPayment
    }

    /// Paid, in time or late.
    #[must_use]
    pub fn confirmed(self) -> Self {
        Self { status: Status::Confirmed, money: Money::Captured, is_watched: false, ..self }
    }

    /// Ended without a sale. It is looked at until it is known what became of its money.
    #[must_use]
    pub fn ended(self, status: Status, money: Money, broken: Option<Broken>) -> Self {
        let forgotten = broken == Some(Broken::NoSecondLook) && money == Money::Open;
        Self { status, money, is_watched: money != Money::Void && !forgotten, ..self }
    }

    /// Something else became known of its money.
    #[must_use]
    pub fn with_money(self, money: Money) -> Self {
        Self { money, is_watched: money == Money::RefundDue, ..self }
    }
}

/// What a change of an order does to its seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatsChange {
    /// Nothing.
    Keep,
    /// Claimed seats are available again.
    Release,
    /// Claimed seats are sold.
    Sell,
    /// Available seats are sold.
    SellAgain,
    /// Sold seats are available again.
    GiveBack,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The order is not the one that was read.
    Changed,
    /// A seat is not as the change expects it.
    SeatsGone,
}

/// The truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ledger {
    /// The event's fence epoch.
    pub epoch: u8,
    /// The seats.
    pub rows: [Row; SEATS],
    /// The orders, by their clients.
    pub orders: [Option<Order>; CLIENTS],
    /// Whether a claim has ever taken a seat of which the ledger had seen a newer fence. Not in the ledger: it is what the
    /// property looks at.
    pub fence_went_back: bool,
}

impl Ledger {
    /// `place_order`: claims every seat and writes the order, or does nothing. Placing again what is there succeeds.
    pub fn place_order(&mut self, client: Client, wish: Seats, fences: [Fence; SEATS], broken: Option<Broken>) -> bool {
        if self.orders[client.index()].is_some() {
            return true;
        }
        let may_claim = |row: &Row, fence: Fence| {
            let is_free = row.state == RowState::Available || broken == Some(Broken::NoStateFilter);
            is_free && (row.fence <= fence || broken == Some(Broken::NoFence))
        };
        let claimable = wish.only(|seat| may_claim(&self.rows[seat], fences[seat]));
        if claimable != wish && (broken != Some(Broken::SeatBySeat) || claimable == Seats::NONE) {
            return false;
        }
        for seat in claimable.iter() {
            let row = &mut self.rows[seat];
            self.fence_went_back |= fences[seat] < row.fence;
            *row = Row { state: RowState::Claimed(client), fence: fences[seat], version: row.version + 1 };
        }
        self.orders[client.index()] = Some(Order::placed());
        true
    }

    /// `change_order`: the order as it shall be and what that does to its seats, if the order is still as it was read.
    pub fn change_order(
        &mut self,
        client: Client,
        wish: Seats,
        change: (Order, Order, SeatsChange),
        broken: Option<Broken>,
    ) -> Result<(), Refusal> {
        let (seen, order, seats) = change;
        if self.orders[client.index()] != Some(seen) && broken != Some(Broken::NoVersion) {
            return Err(Refusal::Changed);
        }
        let (from, to) = match seats {
            SeatsChange::Keep => {
                self.orders[client.index()] = Some(order);
                return Ok(());
            }
            SeatsChange::Release => (RowState::Claimed(client), RowState::Available),
            SeatsChange::Sell => (RowState::Claimed(client), RowState::Sold(client)),
            SeatsChange::SellAgain => (RowState::Available, RowState::Sold(client)),
            SeatsChange::GiveBack => (RowState::Sold(client), RowState::Available),
        };
        if !wish.iter().all(|seat| self.rows[seat].state == from) {
            return Err(Refusal::SeatsGone);
        }
        for seat in wish.iter() {
            let row = &mut self.rows[seat];
            *row = Row { state: to, version: row.version + 1, ..*row };
        }
        self.orders[client.index()] = Some(order);
        Ok(())
    }
}
