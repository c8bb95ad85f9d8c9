//! What every answer tells browsers: what a page may load, who may show or read it, and what is not to be kept.
//!
//! Nothing here says `unsafe-inline`: styles and scripts come from files of our own, and whatever is set by script goes through
//! the style object model, which needs no permission. It must never name a host that is not ours.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use frontrow_settings::Settings;

use super::origin::origin_of;
use crate::api::API;

/// Scripts, styles and fonts of our own; pictures also from `data:`, which is how a ticket's picture is shown. Nothing else
/// loads, nobody shows us in a frame, forms go nowhere else.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
     manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Of what is no page: opened by itself it may do nothing, whoever wrote the words in it.
const DATA_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The camera reads codes at the door.
const PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), \
     midi=(), display-capture=(), browsing-topics=()";
/// A year, as browsers' own lists want it.
const HSTS: &str = "max-age=31536000";

/// The same for every answer of a server.
#[derive(Clone)]
pub(crate) struct SecurityHeaders {
    always: Arc<HeaderMap>,
    page_policy: HeaderValue,
}

impl SecurityHeaders {
    pub(crate) fn new(settings: &Settings) -> Self {
        let mut always = HeaderMap::new();
        for (name, value) in [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ] {
            always.insert(name, HeaderValue::from_static(value));
        }
        let public_url = &settings.server.public_url;
        if public_url.starts_with("https://") {
            always.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
        }
        Self { always: Arc::new(always), page_policy: page_policy(origin_of(public_url)) }
    }
}

/// `'self'` covers sockets to the page's own host today; browsers of some years ago want them named.
fn page_policy(public_origin: &str) -> HeaderValue {
    let sockets = public_origin.replacen("http", "ws", 1);
    let policy = format!("{PAGE_POLICY}; connect-src 'self' {sockets}").trim_end().to_owned();
    // A public address of other characters than a header's is left out; pages still work.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(PAGE_POLICY))
}

/// Puts them on every answer, refusals and pages included.
pub(crate) async fn layer(State(ours): State<SecurityHeaders>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in ours.always.iter() {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    // "Not modified" has no kind, and its headers replace those that the browser has kept: a page stays with its own policy.
    if status != StatusCode::NOT_MODIFIED {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let policy =
            if kind.starts_with("text/html") { ours.page_policy } else { HeaderValue::from_static(DATA_POLICY) };
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    if is_api {
        // The catalogue says of itself how long it may be kept. Everything else of the API is somebody's.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
