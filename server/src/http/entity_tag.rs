//! Entity tags for browsing routes: a client that has the answer already gets 304 and no body.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::problem::Problem;
use crate::api::API;

/// Browsing answers are small; the plan sets its own tag and passes through untouched.
const MAX_TAGGED_BYTES: usize = 64 * 1024 * 1024;

/// Tags successful answers to GET and honours `If-None-Match`.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let wanted = request.headers().get(header::IF_NONE_MATCH).cloned();
    let is_get = request.method() == Method::GET;
    let path = request.uri().path();
    let is_catalogue = path.strip_prefix(API).unwrap_or(path).starts_with("/events");
    let response = next.run(request).await;
    if !is_get || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let (tag, body) = if let Some(tag) = parts.headers.get(header::ETAG) {
        let tag = of_encoding(tag, parts.headers.get(header::CONTENT_ENCODING));
        parts.headers.insert(header::ETAG, tag.clone());
        (tag, body)
    } else {
        let bytes = match to_bytes(body, MAX_TAGGED_BYTES).await {
            Ok(bytes) => bytes,
            Err(error) => return Problem::internal(&error).into_response(),
        };
        let tag = of(&bytes);
        parts.headers.insert(header::ETAG, tag.clone());
        // Everybody's: it may be kept, and asked for again. What belongs to somebody is not kept at all.
        if is_catalogue {
            parts.headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        }
        (tag, Body::from(bytes))
    };
    if wanted.is_some_and(|wanted| matches(&wanted, &tag)) {
        return not_modified(&parts.headers);
    }
    Response::from_parts(parts, body)
}

/// The strong tag of these bytes.
pub(crate) fn of(bytes: &[u8]) -> HeaderValue {
    let hash = frontrow_domain::hex::lower(&Sha256::digest(bytes)[..16]);
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// A tag that a route has set is of its plain bytes; the encoded ones are others and get another.
fn of_encoding(tag: &HeaderValue, encoding: Option<&HeaderValue>) -> HeaderValue {
    let (Ok(tag_text), Some(Ok(encoding))) = (tag.to_str(), encoding.map(HeaderValue::to_str)) else {
        return tag.clone();
    };
    let plain = tag_text.trim_end_matches('"');
    HeaderValue::from_str(&format!("{plain}-{encoding}\"")).unwrap_or_else(|_| tag.clone())
}

/// Weak comparison, as `If-None-Match` asks for.
fn matches(wanted: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(wanted), Ok(tag)) = (wanted.to_str(), tag.to_str()) else { return false };
    wanted
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag.trim_start_matches("W/"))
}

fn not_modified(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
