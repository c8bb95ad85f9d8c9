//! Orders as the API shows them.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{EventId, OrderId, PaymentId, UserId};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use frontrow_domain::ticket::Ticket;
use frontrow_engines::ledger::{StoredAnswer, TicketQuery};
use frontrow_engines::payments::Payments as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Checkout, Found};
use crate::http::idempotency;
use crate::http::problem::{Answer, Problem};
use crate::tickets::TicketView;

/// `GET orders/{id}`, and every item of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderView {
    id: OrderId,
    event_id: EventId,
    status: OrderStatus,
    seats: Vec<SeatView>,
    total: Money,
    placed_at: UnixMs,
    /// How long it can still be paid.
    expires_in_ms: u64,
    payment: PaymentView,
    /// For those who run the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    buyer_id: Option<UserId>,
    /// Of a confirmed order, seat by seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tickets: Option<Vec<TicketView>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrderSeat)]
struct SeatView {
    seat: String,
    category: String,
    price: Money,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
struct PaymentView {
    id: PaymentId,
    provider: &'static str,
    status: PaymentState,
    /// Only while it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    client_secret: Option<String>,
}

/// What is known of an order's money, in the words of the API.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentStatus)]
enum PaymentState {
    /// Nothing is known to be captured.
    Open,
    /// Nothing will be captured.
    Cancelled,
    Captured,
    RefundDue,
    Refunded,
}

impl From<MoneyState> for PaymentState {
    fn from(money: MoneyState) -> Self {
        match money {
            MoneyState::Open => Self::Open,
            MoneyState::Void => Self::Cancelled,
            MoneyState::Captured => Self::Captured,
            MoneyState::RefundDue => Self::RefundDue,
            MoneyState::Refunded => Self::Refunded,
        }
    }
}

impl OrderView {
    pub(crate) fn new(found: &Found, provider: &'static str) -> Self {
        let order = &found.order;
        let seat = |seat: &frontrow_domain::order::OrderSeat| SeatView {
            seat: seat.seat.clone(),
            category: seat.category.clone(),
            price: Money { amount: seat.price, currency: order.total.currency },
        };
        let client_secret = order.is_open().then(|| order.client_secret.clone());
        Self {
            id: order.id,
            event_id: order.event_id,
            status: order.status,
            seats: order.seats.iter().map(seat).collect(),
            total: order.total,
            placed_at: order.placed_at,
            expires_in_ms: found.remaining_ms(),
            payment: PaymentView { id: order.payment_id(), provider, status: order.money.into(), client_secret },
            buyer_id: None,
            tickets: None,
        }
    }

    /// The same with whose it is.
    #[must_use]
    pub(crate) fn with_buyer(mut self, order: &Order) -> Self {
        self.buyer_id = Some(order.buyer_id);
        self
    }

    /// The same with its tickets, seat by seat.
    fn with_tickets(mut self, mut tickets: Vec<Ticket>) -> Self {
        tickets.sort_by_key(|ticket| ticket.ordinal);
        self.tickets = Some(tickets.into_iter().map(TicketView::new).collect());
        self
    }
}

impl Checkout {
    /// The order with its tickets, if it has any.
    pub(super) async fn show_order(&self, found: &Found) -> Answer<OrderView> {
        let view = OrderView::new(found, self.payments.provider());
        if found.order.status != OrderStatus::Confirmed {
            return Ok(view);
        }
        let limit = u32::try_from(found.order.seats.len()).unwrap_or(u32::MAX);
        let query = TicketQuery { order: Some(found.order.id), limit, ..TicketQuery::default() };
        Ok(view.with_tickets(self.ledger.tickets(&query).await?))
    }

    /// The answer that shows an order as it is going to be: it is stored in the transaction that makes it so.
    pub(super) fn answer(
        &self,
        status: StatusCode,
        found: &Found,
        tickets: Option<Vec<Ticket>>,
    ) -> Answer<StoredAnswer> {
        let mut view = OrderView::new(found, self.payments.provider());
        if let Some(tickets) = tickets {
            view = view.with_tickets(tickets);
        }
        to_stored(status, HeaderMap::new(), &view)
    }

    /// The answer to a new order.
    pub(super) fn placed_answer(&self, found: &Found) -> Answer<StoredAnswer> {
        let location = HeaderValue::from_str(&format!("/api/v1/orders/{}", found.order.id));
        let location = (header::LOCATION, location.map_err(|error| Problem::internal(&error))?);
        let view = OrderView::new(found, self.payments.provider());
        to_stored(StatusCode::CREATED, HeaderMap::from_iter([location]), &view)
    }
}

fn to_stored(status: StatusCode, mut headers: HeaderMap, view: &OrderView) -> Answer<StoredAnswer> {
    let body: Bytes = serde_json::to_vec(view).map_err(|error| Problem::internal(&error))?.into();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(idempotency::stored(status, &headers, &body))
}

/// An answer that was stored in the transaction of its effect, as it goes out the first time.
pub(super) fn first_time(answer: StoredAnswer) -> Response {
    let mut response = idempotency::to_response(answer).into_response();
    response.extensions_mut().insert(idempotency::AlreadyStored);
    response
}
