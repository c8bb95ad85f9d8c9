//! `cart`, `orders` and `payments`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::{EventId, OrderId};
use frontrow_domain::order::OrderStatus;
use frontrow_domain::text;
use frontrow_engines::ledger::{OrderQuery, OrdersRead};
use futures_util::future::try_join_all;
use serde::Deserialize;
use utoipa::ToSchema;

use super::cart::{Belief, CartView, ValidCartView};
use super::view::{OrderView, first_time};
use super::{Found, pay, place};
use crate::accounts::{Caller, CallerNow};
use crate::app::App;
use crate::http::body::{JsonBody, RawBody};
use crate::http::idempotency::KeyInUse;
use crate::http::list::{self, List, Page};
use crate::http::problem::{Answer, Problem};

const SIGNATURE: &str = "frontrow-signature";
const MAX_METHOD_CHARS: usize = 64;
const MAX_REASON_CHARS: usize = 500;

#[derive(Deserialize)]
pub(crate) struct OfEvent {
    event_id: Option<String>,
}

/// What the client believes to have in the cart; only the event has to be there.
#[derive(Deserialize, ToSchema)]
#[schema(as = CartToOrder)]
pub(crate) struct WholeCart {
    #[schema(value_type = EventId)]
    event_id: String,
    /// All that is ordered; whatever is held if there are none.
    seats: Option<Vec<String>>,
    /// Minor units, as the buyer has seen it.
    total: Option<i64>,
}

impl WholeCart {
    fn belief(&self) -> Belief<'_> {
        Belief { seats: self.seats.as_deref(), total: self.total }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PaymentMethod)]
pub(crate) struct Method {
    /// Of the mock provider: `card_ok`, `card_declined`, `card_slow`, ...
    #[schema(min_length = 1, max_length = 64)]
    method: String,
}

#[derive(Deserialize, Default, ToSchema)]
#[schema(as = RefundReason)]
pub(crate) struct Reason {
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// `GET cart`
pub(crate) async fn cart(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Query(of): Query<OfEvent>,
) -> Answer<Json<CartView>> {
    let id = of.event_id.ok_or_else(|| list::bad("event_id", "the event whose cart is asked for"))?;
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    // Prices as the ledger has them: what is shown here is what is charged.
    let event = app.catalogue.reload(event.id).await?;
    let plan = app.catalogue.plan(&event).await?;
    let cart = app.checkout.cart(caller.id, &event, &plan, None).await?;
    Ok(Json(cart.view(&event)))
}

/// `POST cart/validate`
pub(crate) async fn validate(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    body: JsonBody,
) -> Answer<Json<ValidCartView>> {
    let wish: WholeCart = body.read()?;
    let event = app.catalogue.visible(&wish.event_id, Some(caller)).await?;
    let event = app.catalogue.reload(event.id).await?;
    let plan = app.catalogue.plan(&event).await?;
    let cart = app.checkout.cart(caller.id, &event, &plan, wish.seats.as_deref()).await?;
    cart.check(&event, &wish.belief())?;
    Ok(Json(ValidCartView { cart: cart.view(&event), valid: true }))
}

/// `POST orders`
pub(crate) async fn place(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    key: Option<Extension<KeyInUse>>,
    body: JsonBody,
) -> Answer<Response> {
    let key = KeyInUse::required(key)?;
    let wish: WholeCart = body.read()?;
    let event = app.catalogue.visible(&wish.event_id, Some(caller)).await?;
    let event = app.catalogue.reload(event.id).await?;
    let place::Placed { found, stored } = app.checkout.place(caller.id, &event, &wish.belief(), &key).await?;
    match stored {
        Some(answer) => Ok(first_time(answer)),
        None => Ok((StatusCode::CREATED, Json(app.checkout.show_order(&found).await?)).into_response()),
    }
}

/// `GET orders`
pub(crate) async fn orders(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Query(page): Query<Page>,
) -> Answer<Json<List<OrderView>>> {
    let query = OrderQuery { buyer: Some(caller.id), ..order_query(&page)? };
    let read = read_page(&app, &query).await?;
    let at = read.at;
    let mut found: Vec<_> = read.orders.into_iter().map(|order| Found { order, at }).collect();
    let next_cursor = list::cut(&mut found, query.limit, |found| found.order.id.to_string());
    let items = try_join_all(found.iter().map(|found| app.checkout.show_order(found))).await?;
    Ok(Json(List { items, next_cursor }))
}

/// The page of a list of orders; one more than is shown is asked for, to know whether there are more.
pub(crate) fn order_query(page: &Page) -> Answer<OrderQuery> {
    let after = page.cursor(|text| text.parse::<OrderId>().ok())?;
    let status = page.status.as_deref().map(|name| {
        OrderStatus::parse(name).ok_or_else(|| list::bad("status", "a status of orders such as confirmed"))
    });
    Ok(OrderQuery { after, status: status.transpose()?, limit: page.limit()? + 1, ..OrderQuery::default() })
}

/// The orders of a page, if its cursor is one of the list's.
pub(crate) async fn read_page(app: &App, query: &OrderQuery) -> Answer<OrdersRead> {
    if let Some(id) = query.after {
        let last = OrderQuery { id: Some(id), after: None, status: None, limit: 1, ..*query };
        if app.engines.ledger.orders(&last).await?.orders.is_empty() {
            return Err(list::bad("cursor", "a next_cursor"));
        }
    }
    Ok(app.engines.ledger.orders(query).await?)
}

/// A page of orders with their buyers, for those who run the event.
pub(crate) fn list_of(app: &App, read: OrdersRead, asked: u32) -> List<OrderView> {
    let at = read.at;
    list::page(
        read.orders,
        asked,
        |order| order.id,
        |order| {
            let found = Found { order, at };
            OrderView::new(&found, app.engines.payments.provider()).with_buyer(&found.order)
        },
    )
}

/// `GET orders/{id}`
pub(crate) async fn order(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Answer<Json<OrderView>> {
    let found = own_order(&app, &id, caller.id).await?;
    Ok(Json(app.checkout.show_order(&found).await?))
}

/// `POST orders/{id}/cancel`
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Answer<Json<OrderView>> {
    let found = own_order(&app, &id, caller.id).await?;
    let found = app.checkout.cancel(caller.id, found).await?;
    Ok(Json(app.checkout.show_order(&found).await?))
}

/// `POST orders/{id}/refund`
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    CallerNow(caller): CallerNow,
    Path(id): Path<String>,
    key: Option<Extension<KeyInUse>>,
    body: JsonBody,
) -> Answer<Response> {
    let found = app.checkout.find(order_id(&id)?).await?;
    let refunder = app.checkout.refunder(caller, &found.order).await?;
    let key = KeyInUse::required(key)?;
    let Reason { reason } = if body.is_empty() { Reason::default() } else { body.read()? };
    if let Some(reason) = &reason {
        text::line(reason, MAX_REASON_CHARS).map_err(|bad| Problem::invalid("reason", &bad.to_string()))?;
    }
    Ok(first_time(app.checkout.refund((caller.id, refunder), found, reason, &key).await?))
}

/// `POST payments/{id}/confirm`
pub(crate) async fn confirm(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    key: Option<Extension<KeyInUse>>,
    body: JsonBody,
) -> Answer<Response> {
    let payment = id.parse().map_err(|_| Problem::not_found("payment"))?;
    let found = app.checkout.own_payment(caller.id, payment).await?;
    let key = KeyInUse::required(key)?;
    let wish: Method = body.read()?;
    let method = text::line(&wish.method, MAX_METHOD_CHARS);
    let method = method.map_err(|bad| Problem::invalid("method", &bad.to_string()))?;
    let pay::Paid { status, found, stored } = app.checkout.pay(found, method, &key).await?;
    match stored {
        Some(answer) => Ok(first_time(answer)),
        None => Ok((status, Json(app.checkout.show_order(&found).await?)).into_response()),
    }
}

/// `POST payments/webhook`
pub(crate) async fn webhook(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Answer<StatusCode> {
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let signature = signature
        .ok_or_else(|| Problem::new(ErrorCode::BadSignature, "the notice has no Frontrow-Signature header"))?;
    app.checkout.hear(signature, &body, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn order_id(id: &str) -> Answer<OrderId> {
    id.parse().map_err(|_| Problem::not_found("order"))
}

/// The order, if it is the caller's.
async fn own_order(app: &App, id: &str, buyer: frontrow_domain::ids::UserId) -> Answer<Found> {
    let found = app.checkout.find(order_id(id)?).await?;
    if found.order.buyer_id == buyer { Ok(found) } else { Err(Problem::not_found("order")) }
}
