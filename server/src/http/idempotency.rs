//! `Idempotency-Key`: the same key and body give the same answer, byte for byte.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::codes::ErrorCode;
use frontrow_engines::ledger::{AnswerKey, Begin, StoredAnswer};
use sha2::{Digest as _, Sha256};
use tracing::warn;

use super::body::Arrived;
use super::problem::{Answer, Problem};
use crate::app::App;

/// The header's name.
pub(crate) const HEADER: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
const MAX_KEY_BYTES: usize = 255;
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// The key of the request that is being worked on. A route that stores its answer in the transaction of its effect
/// takes it from the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct KeyInUse(pub(crate) AnswerKey);

impl KeyInUse {
    /// The key of a request that must have one.
    pub(crate) fn required(key: Option<Extension<Self>>) -> Answer<Self> {
        let missing = || Problem::new(ErrorCode::IdempotencyKeyMissing, "send an Idempotency-Key of your choice");
        key.map(|Extension(key)| key).ok_or_else(missing)
    }
}

/// Says, among a response's extensions, that it was stored in the transaction of its effect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlreadyStored;

/// Looks at every POST with a key from somebody who is signed in; everything else passes through.
pub(crate) async fn layer(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    let Ok(user) = app.accounts.signed_in(request.headers()) else {
        // The route answers 401, or needs no account and no key.
        return next.run(request).await;
    };
    let Some(key) = read_key(request.headers()) else {
        return Problem::new(ErrorCode::BadRequest, "an Idempotency-Key has 1 to 255 visible characters")
            .into_response();
    };
    let body = match request.extensions().get() {
        Some(Arrived(Ok(body))) => body.clone(),
        Some(Arrived(Err(problem))) => return problem.clone().into_response(),
        None => return Problem::internal(&"a body was not taken in").into_response(),
    };
    let route = format!("{} {}", request.method(), request.uri().path());
    let key = AnswerKey { user_id: user.id, route, key, fingerprint: fingerprint(&body) };
    match app.engines.ledger.begin(&key, app.clock.now(), app.settings.limits.request_lapse_ms).await {
        Ok(Begin::Fresh) => {
            request.extensions_mut().insert(KeyInUse(key.clone()));
            remember(&app, &key, next.run(request).await).await
        }
        Ok(Begin::Replay(answer)) => replay(answer),
        Ok(Begin::InFlight) => {
            Problem::new(ErrorCode::IdempotencyInFlight, "the same request has not ended yet").into_response()
        }
        Ok(Begin::Mismatch) => {
            Problem::new(ErrorCode::IdempotencyMismatch, "use a new key for a new body").into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Stores what can be replayed; removes the mark where the request may be tried again.
async fn remember(app: &App, key: &AnswerKey, response: Response) -> Response {
    if response.extensions().get::<AlreadyStored>().is_some() {
        return response;
    }
    let status = response.status();
    let retryable = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    if retryable || status.is_server_error() {
        if let Err(error) = app.engines.ledger.forget(key).await {
            warn!(%error, "an idempotency mark stays until it lapses");
        }
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, MAX_ANSWER_BYTES).await {
        Ok(body) => body,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let answer = stored(status, &parts.headers, &body);
    if let Err(error) = app.engines.ledger.finish(key, &answer).await {
        warn!(%error, "an answer could not be stored for its idempotency key");
    }
    Response::from_parts(parts, Body::from(body))
}

/// An answer as it is stored: exactly these bytes go out again.
pub(crate) fn stored(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> StoredAnswer {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    StoredAnswer {
        status: status.as_u16(),
        location: text(header::LOCATION),
        content_type: text(header::CONTENT_TYPE).unwrap_or_default(),
        body: body.to_vec(),
    }
}

fn replay(answer: StoredAnswer) -> Response {
    let mut response = to_response(answer);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// A stored answer as it goes out.
pub(crate) fn to_response(answer: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !answer.content_type.is_empty() {
        set(header::CONTENT_TYPE, &answer.content_type);
    }
    if let Some(location) = &answer.location {
        set(header::LOCATION, location);
    }
    response
}

/// The key, bare or as a quoted string.
pub(crate) fn read_key(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(HEADER)?.to_str().ok()?.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits =
        !bare.is_empty() && bare.len() <= MAX_KEY_BYTES && bare.chars().all(|c| c.is_ascii_graphic() && c != '"');
    fits.then(|| bare.to_owned())
}

fn fingerprint(body: &[u8]) -> String {
    frontrow_domain::hex::lower(&Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_bare_or_quoted() {
        let read = |text: &'static str| {
            read_key(&HeaderMap::from_iter([(HEADER.parse().unwrap(), HeaderValue::from_static(text))]))
        };
        assert_eq!(read("abc"), Some("abc".into()));
        assert_eq!(read("\"abc\""), Some("abc".into()));
        assert_eq!(read(""), None);
        assert_eq!(read("\"\""), None);
        assert_eq!(read("\"unterminated"), None);
        assert_eq!(read("two words"), None);
    }
}
