//! What the suites of sales, orders, tickets and the journal need: an event on sale, orders, and their changes.

use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, Ordinal, TicketId, UserId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderSeat, OrderStatus};
use frontrow_domain::seat::Fence;
use frontrow_domain::ticket::{Ticket, TicketState};
use frontrow_engines::ledger::{
    AnswerKey, ChangeRefusal, InventorySeat, Ledger, NextLook, OrderChange, OrderQuery, Placing, PlacingRefusal,
    SeatsChange, StoredAnswer, TicketQuery,
};

use crate::support::{event, new_order_id, new_outbox_id, new_user_id, now, plan};

/// How long an order may take to be paid; no test is that slow.
pub(crate) const WINDOW_MS: u64 = 60_000;
/// How many seats a buyer may have.
pub(crate) const LIMIT: u32 = 3;

/// A new event whose seats can be sold.
pub(crate) async fn on_sale(ledger: &impl Ledger, seats: u32) -> EventId {
    let plan = plan();
    let event = event(&plan, seats);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    ledger.write_inventory_seats(event.id, 0, &inventory(seats)).await.expect("answers");
    assert!(ledger.finish_generation(event.id, new_outbox_id(), now()).await.expect("answers"));
    event.id
}

pub(crate) fn inventory(seats: u32) -> Vec<InventorySeat> {
    let seat = |n: u32| InventorySeat {
        seat: format!("A-{n}"),
        section: "A".into(),
        row: "1".into(),
        number: n.to_string(),
        category: "Stalls".into(),
    };
    (0..seats).map(seat).collect()
}

pub(crate) async fn close(ledger: &impl Ledger, event: EventId) {
    let mut closed = ledger.event(event).await.expect("answers").expect("the event");
    (closed.status, closed.version) = (EventStatus::Closed, closed.version + 1);
    assert!(ledger.save_event(&closed, &entry(Action::EventChanged, &[])).await.expect("answers"));
}

pub(crate) fn entry(action: Action, seats: &[u32]) -> Entry {
    let seats = seats.iter().copied().map(Ordinal).collect();
    let (id, by) = (new_outbox_id(), Some(new_user_id()));
    Entry { id, at: now(), by, action, seats, order_id: None, reason: None }
}

/// The entry of what happens to an order.
pub(crate) fn entry_of(action: Action, order: &Order) -> Entry {
    let (seats, by) = (order.ordinals(), Some(order.buyer_id));
    Entry { seats, by, order_id: Some(order.id), ..entry(action, &[]) }
}

/// A new order for seats that were all held under one fence.
pub(crate) fn order(event_id: EventId, buyer_id: UserId, seats: &[u32], counter: u64) -> Order {
    let seat = |&n: &u32| OrderSeat {
        ordinal: Ordinal(n),
        seat: format!("$A-{n}"),
        category: "Stalls".into(),
        price: 7500,
        fence: Fence { epoch: 1, counter },
    };
    let seats: Vec<_> = seats.iter().map(seat).collect();
    let amount = seats.iter().map(|seat| seat.price).sum();
    Order {
        id: new_order_id(),
        event_id,
        buyer_id,
        status: OrderStatus::AwaitingPayment,
        money: MoneyState::Open,
        seats,
        total: Money { amount, currency: "EUR".parse().expect("a currency") },
        // Nothing of a text is taken for something else.
        client_secret: "$secret".into(),
        declines: 0,
        letter_due: false,
        placed_at: now(),
        deadline: now(),
        version: 1,
    }
}

pub(crate) fn placing(order: &Order) -> Placing {
    Placing { order: order.clone(), window_ms: WINDOW_MS, limit: LIMIT }
}

pub(crate) async fn place(ledger: &impl Ledger, order: &Order) -> Result<Order, PlacingRefusal> {
    place_with(ledger, &placing(order)).await
}

pub(crate) async fn place_with(ledger: &impl Ledger, placing: &Placing) -> Result<Order, PlacingRefusal> {
    let entry = entry_of(Action::SeatsClaimed, &placing.order);
    ledger.place_order(placing, None, &entry).await.expect("answers")
}

/// An order that was placed by somebody new.
pub(crate) async fn placed(ledger: &impl Ledger, event: EventId, seats: &[u32]) -> Order {
    place(ledger, &order(event, new_user_id(), seats, 1)).await.expect("placed")
}

pub(crate) fn tickets_of(order: &Order) -> Vec<Ticket> {
    let ticket = |seat: &OrderSeat| Ticket {
        id: TicketId::of(order.id, seat.ordinal),
        order_id: order.id,
        event_id: order.event_id,
        buyer_id: order.buyer_id,
        ordinal: seat.ordinal,
        seat: seat.seat.clone(),
        code: format!("code of {}", seat.ordinal),
        state: TicketState::Valid,
    };
    order.seats.iter().map(ticket).collect()
}

/// The change that makes an order what it shall be.
pub(crate) fn change(order: Order, seats: SeatsChange) -> OrderChange {
    let (action, next_look) = match seats {
        SeatsChange::Keep => (None, NextLook::AtDeadline),
        SeatsChange::Release => (Some(Action::OrderExpired), NextLook::Never),
        SeatsChange::Sell | SeatsChange::SellAgain => (Some(Action::SeatsSold), NextLook::Never),
        SeatsChange::GiveBack | SeatsChange::GiveBackUnused => (Some(Action::OrderRefunded), NextLook::Never),
    };
    let tickets = if action == Some(Action::SeatsSold) { tickets_of(&order) } else { Vec::new() };
    let entry = action.map(|action| entry_of(action, &order));
    OrderChange { order, seats, tickets, limit: LIMIT, next_look, entry }
}

pub(crate) async fn apply(ledger: &impl Ledger, change: &OrderChange) -> Result<Order, ChangeRefusal> {
    ledger.change_order(change, None).await.expect("answers").map(|()| change.order.clone())
}

pub(crate) async fn release(ledger: &impl Ledger, order: &Order) -> Order {
    apply(ledger, &change(order.ended(OrderStatus::Expired), SeatsChange::Release)).await.expect("released")
}

pub(crate) async fn sell(ledger: &impl Ledger, order: &Order) -> Order {
    apply(ledger, &change(order.confirmed(), SeatsChange::Sell)).await.expect("sold")
}

pub(crate) async fn give_back(ledger: &impl Ledger, order: &Order) -> Order {
    apply(ledger, &change(order.refunded(), SeatsChange::GiveBack)).await.expect("given back")
}

/// What a query finds; only the orders.
pub(crate) async fn listed(ledger: &impl Ledger, query: OrderQuery) -> Vec<Order> {
    ledger.orders(&query).await.expect("answers").orders
}

pub(crate) async fn settled(ledger: &impl Ledger, event: EventId) -> Vec<SettledSeat> {
    let mut settled = ledger.settled(event, None).await.expect("answers");
    settled.sort_by_key(|seat| seat.ordinal);
    settled
}

/// Everything that the ledger says about an event's sales.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    pub(crate) orders: Vec<Order>,
    pub(crate) seats: Vec<SettledSeat>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) journal: Vec<Entry>,
    pub(crate) outbox_rows: u64,
}

pub(crate) async fn everything(ledger: &impl Ledger, event: EventId) -> Everything {
    let tickets = TicketQuery { event: Some(event), limit: 1000, ..TicketQuery::default() };
    Everything {
        orders: listed(ledger, OrderQuery { event: Some(event), limit: 1000, ..OrderQuery::default() }).await,
        seats: settled(ledger, event).await,
        tickets: ledger.tickets(&tickets).await.expect("answers"),
        journal: ledger.journal(event, None, 1000).await.expect("answers"),
        outbox_rows: ledger.lag().await.expect("answers").rows,
    }
}

/// The mark of a request that is going on, and the answer that it will get.
pub(crate) async fn request(ledger: &impl Ledger) -> (AnswerKey, StoredAnswer) {
    let (user_id, route) = (new_user_id(), "POST /api/v1/orders".to_owned());
    let key = AnswerKey { user_id, route, key: "k".into(), fingerprint: "f".into() };
    let answer = StoredAnswer {
        status: 201,
        location: None,
        content_type: "application/json".into(),
        body: new_order_id().to_string().into_bytes(),
    };
    ledger.begin(&key, now(), 30_000).await.expect("answers");
    (key, answer)
}
