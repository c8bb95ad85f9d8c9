//! The HTTP side: who may ask, what is asked, and in what manner it is answered.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use frontrow_domain::ids::PaymentId;
use frontrow_domain::money::{Currency, Money};
use rusqlite::Connection;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::time::{sleep, timeout};
use tracing::error;

use super::charge::{self, Confirm};
use super::file::FileError;
use super::intent::{self, Metadata};
use super::refund::{self, Refund};
use super::reply::{Manner, Reply, Unanswered};
use super::{Mock, notice};
use crate::chance;

const MAX_BODY_BYTES: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(8);
/// How long `card_webhook_first` waits for its notice.
const NOTICE_TIME: Duration = Duration::from_secs(2);
const MAX_PAGE: u32 = 1_000;

pub(super) fn router(mock: Arc<Mock>) -> Router {
    let v1 = Router::new()
        .route("/payment_intents", get(list))
        .route("/payment_intents/{id}", get(show))
        .route("/payment_intents/{id}/confirm", post(confirm))
        .route("/payment_intents/{id}/cancel", post(cancel))
        .route("/refunds", post(refund))
        .fallback(|| async { Reply::failure(404, "invalid_request_error", None, "there is no such path") })
        .layer(middleware::from_fn_with_state(Arc::clone(&mock), expect_key))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new().route("/healthz", get(|| async { "ok" })).nest("/v1", v1).with_state(mock)
}

async fn expect_key(State(mock): State<Arc<Mock>>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = sent.and_then(|sent| sent.strip_prefix("Bearer ")).unwrap_or_default();
    if verify_slices_are_equal(key.as_bytes(), mock.secret.as_bytes()).is_err() {
        return Reply::failure(401, "invalid_request_error", None, "this is not the API key").into_response();
    }
    next.run(request).await
}

#[derive(Deserialize)]
struct ConfirmBody {
    amount: i64,
    currency: Currency,
    payment_method: String,
    #[serde(default)]
    metadata: Metadata,
}

async fn confirm(
    State(mock): State<Arc<Mock>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<ConfirmBody>,
) -> Result<Response, Reply> {
    let ConfirmBody { amount, currency, payment_method: method, metadata } = body;
    let (id, money) = (payment_id(&id)?, money(amount, currency)?);
    let ask = Confirm { id, money, method, metadata, key: idempotency_key(&headers)? };
    let (delays, now) = (mock.delays, mock.clock.now());
    let reply = mock.decide(move |db| charge::confirm(db, &ask, delays, now)).await?;
    Ok(mock.give(reply).await)
}

#[derive(Deserialize)]
struct CancelBody {
    amount: i64,
    currency: Currency,
}

async fn cancel(
    State(mock): State<Arc<Mock>>,
    Path(id): Path<String>,
    Body(CancelBody { amount, currency }): Body<CancelBody>,
) -> Result<Reply, Reply> {
    let (id, money, now) = (payment_id(&id)?, money(amount, currency)?, mock.clock.now());
    mock.decide(move |db| charge::cancel(db, id, money, now)).await
}

#[derive(Deserialize)]
struct RefundBody {
    payment_intent: PaymentId,
    amount: i64,
}

async fn refund(
    State(mock): State<Arc<Mock>>,
    headers: HeaderMap,
    Body(RefundBody { payment_intent: payment, amount }): Body<RefundBody>,
) -> Result<Reply, Reply> {
    if amount < 0 {
        return Err(negative());
    }
    let ask = Refund { id: chance::random_id(), payment, amount, key: idempotency_key(&headers)? };
    let now = mock.clock.now();
    mock.decide(move |db| refund::refund(db, &ask, now)).await
}

async fn show(State(mock): State<Arc<Mock>>, Path(id): Path<String>) -> Result<Reply, Reply> {
    let id = PaymentId::from_str(&id).map_err(|_| Reply::missing())?;
    let look = move |db: &Connection| {
        let found = intent::find(db, id)?;
        Ok(found.map_or_else(Reply::missing, |intent| Reply::ok(intent.json())))
    };
    mock.decide(look).await
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u32>,
    starting_after: Option<PaymentId>,
}

async fn list(
    State(mock): State<Arc<Mock>>,
    page: Result<Query<Page>, axum::extract::rejection::QueryRejection>,
) -> Result<Reply, Reply> {
    let Query(Page { limit, starting_after }) = page.map_err(|rejection| Reply::invalid(&rejection.body_text()))?;
    let limit = limit.unwrap_or(100);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Reply::invalid("limit is between 1 and 1000"));
    }
    let look = move |db: &Connection| {
        // One more than asked for tells whether there are more.
        let Some(mut found) = intent::page(db, starting_after, limit + 1)? else { return Ok(Reply::missing()) };
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        Ok(Reply::ok(json!({ "object": "list", "data": found, "has_more": has_more })))
    };
    mock.decide(look).await
}

impl Mock {
    async fn decide(
        &self,
        decide: impl FnOnce(&Connection) -> Result<Reply, FileError> + Send + 'static,
    ) -> Result<Reply, Reply> {
        self.file.run(decide).await.map_err(|reason| {
            error!(error = %reason, "a request failed by our mistake");
            Reply::failure(500, "api_error", None, "the mistake is in the provider's log")
        })
    }

    /// Gives an answer in its manner.
    async fn give(&self, reply: Reply) -> Response {
        match reply.manner {
            Manner::AtOnce => {}
            Manner::After(pause) => sleep(pause).await,
            // Told or not told in time: the answer is the same.
            Manner::AfterNotice(number) => drop(timeout(NOTICE_TIME, self.told(number)).await),
            Manner::Never => {
                let mut response = reply.into_response();
                response.extensions_mut().insert(Unanswered);
                return response;
            }
        }
        reply.into_response()
    }

    /// Until the notice was tried once.
    async fn told(&self, number: i64) {
        let mut changes = self.file.changes();
        while matches!(self.file.run(move |db| notice::was_tried(db, number)).await, Ok(false)) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}

/// A JSON body of at most [`MAX_BODY_BYTES`] that comes in time.
struct Body<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Reply;

    async fn from_request(request: Request, state: &S) -> Result<Self, Reply> {
        let read = timeout(BODY_TIME, Bytes::from_request(request, state)).await;
        let read = read.map_err(|_| Reply::invalid("the body did not arrive in time"))?;
        let bytes = read.map_err(|rejection| Reply::invalid(&rejection.body_text()))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Reply::invalid(&error.to_string()))
    }
}

fn payment_id(text: &str) -> Result<PaymentId, Reply> {
    text.parse().map_err(|_| Reply::invalid("the id of a payment intent is a UUID"))
}

fn money(amount: i64, currency: Currency) -> Result<Money, Reply> {
    if amount < 0 { Err(negative()) } else { Ok(Money { amount, currency }) }
}

fn negative() -> Reply {
    Reply::invalid("an amount is never negative")
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Reply> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.is_empty() => Ok(Some(key.into())),
        _ => Err(Reply::invalid("an Idempotency-Key is visible text")),
    }
}
