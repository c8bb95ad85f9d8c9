//! Which pages of other origins may call the API from a browser: those of `server.allowed_origins`, and nobody else.
//!
//! Pages of our own origin need none of this. A foreign page gets no header that would let it read an answer. It must never
//! name an origin that the settings do not name.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::codes::ErrorCode;

use super::origin::Origin;
use super::problem::Problem;
use crate::app::App;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH");
const SENT: HeaderValue = HeaderValue::from_static("authorization, content-type, idempotency-key, if-none-match");
const READ: HeaderValue = HeaderValue::from_static(
    "etag, location, retry-after, idempotency-replayed, content-disposition, www-authenticate",
);
/// Seconds for which a browser need not ask again.
const REMEMBERED_S: HeaderValue = HeaderValue::from_static("600");
const VARY: HeaderValue = HeaderValue::from_static("origin");
const VARY_OF_PREFLIGHT: HeaderValue =
    HeaderValue::from_static("origin, access-control-request-method, access-control-request-headers");

/// Answers preflights, and says of every other answer of the API which page may read it.
pub(crate) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/api/") && !path.starts_with("/.well-known/") {
        return next.run(request).await;
    }
    let origin = Origin::of(request.headers(), &app.settings.server);
    let allowed = readable_by(origin, request.headers());
    if is_preflight(&request) && origin != Origin::Own {
        return preflight(allowed);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, VARY);
    if let Some(allowed) = allowed {
        headers.extend(allowed);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
    response
}

/// A browser's question before it sends a request that a form could not.
fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(allowed: Option<HeaderMap>) -> Response {
    let mut response = match allowed {
        Some(allowed) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().extend(allowed);
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
            response.headers_mut().insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S);
            response
        }
        None => Problem::new(ErrorCode::Forbidden, "pages of this origin may not call the API").into_response(),
    };
    response.headers_mut().append(header::VARY, VARY_OF_PREFLIGHT);
    response
}

/// A page that is allowed by name may use its visitor's cookie; one of `"*"` may read what anybody could.
fn readable_by(origin: Origin, headers: &HeaderMap) -> Option<HeaderMap> {
    let mut allowed = HeaderMap::new();
    match origin {
        Origin::Listed => {
            allowed.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, headers.get(header::ORIGIN)?.clone());
            allowed.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        Origin::Anybody => {
            allowed.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Origin::Unsaid | Origin::Own | Origin::Foreign => return None,
    }
    Some(allowed)
}
