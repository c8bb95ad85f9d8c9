//! Request bodies: taken as bytes first, so that a route can decide who may ask before it looks at what is asked.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use frontrow_domain::codes::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use super::problem::{Answer, Problem};

const BODY_TIME: Duration = Duration::from_secs(8);
/// A slower line than anybody uploads a stadium with.
const SLOWEST_BYTES_PER_S: u64 = 256 * 1024;
/// More than any route takes is refused by its size, not waited for.
const MAX_ANNOUNCED: u64 = 48 * 1024 * 1024;

/// A JSON body that was not looked at yet.
#[derive(Debug, Clone)]
pub(crate) struct JsonBody {
    bytes: Bytes,
    is_json: bool,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case("application/json");
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        Ok(Self { bytes, is_json })
    }
}

/// A body exactly as it came, for what is signed.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let time = time_for(request.headers());
        let Ok(read) = timeout(time, Bytes::from_request(request, state)).await else { return Err(too_slow()) };
        read.map(Self).map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(ErrorCode::BodyTooLarge, "the body is larger than this route takes")
            }
            _ => Problem::new(ErrorCode::BadRequest, "the body ended early"),
        })
    }
}

/// How long a body may take: eight seconds, and longer only for what is announced to be large.
pub(crate) fn time_for(headers: &HeaderMap) -> Duration {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0);
    BODY_TIME + Duration::from_secs(u64::min(announced, MAX_ANNOUNCED) / SLOWEST_BYTES_PER_S)
}

/// The refusal of a body that does not come.
pub(crate) fn too_slow() -> Problem {
    Problem::new(ErrorCode::BodyTooSlow, "the body did not arrive in time")
}

impl JsonBody {
    /// Whether there is no body at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads the body. Not JSON is 400; JSON of another shape is 422.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Answer<T> {
        if !self.is_json {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType, "send Content-Type: application/json"));
        }
        let is_object = self.bytes.trim_ascii_start().first() == Some(&b'{');
        if !is_object && serde_json::from_slice::<serde::de::IgnoredAny>(&self.bytes).is_ok() {
            return Err(Problem::new(ErrorCode::InvalidField, "the body must be a JSON object"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| match error.classify() {
            Category::Data => Problem::new(ErrorCode::InvalidField, error.to_string()),
            Category::Syntax | Category::Eof | Category::Io => {
                Problem::new(ErrorCode::BadRequest, format!("the body is not JSON: {error}"))
            }
        })
    }
}
