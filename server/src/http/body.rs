//! Request bodies: taken as bytes first, so that a route can decide who may ask before it looks at what is asked.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use frontrow_domain::codes::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::{Answer, Problem};

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
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ErrorCode::BodyTooLarge, "the body is larger than this route takes"),
            _ => Problem::new(ErrorCode::BadRequest, "the body ended early"),
        })?;
        Ok(Self { bytes, is_json })
    }
}

impl JsonBody {
    /// Reads the body. Not JSON is 400; JSON of another shape is 422.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Answer<T> {
        if !self.is_json {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType, "send Content-Type: application/json"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| match error.classify() {
            Category::Data => Problem::new(ErrorCode::InvalidField, error.to_string()),
            Category::Syntax | Category::Eof | Category::Io => {
                Problem::new(ErrorCode::BadRequest, format!("the body is not JSON: {error}"))
            }
        })
    }
}
