//! Errors as `application/problem+json` (RFC 9457): every refusal of every route is made here.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::codes::ErrorCode;
use frontrow_engines::holds::HoldStoreError;
use frontrow_engines::ledger::{LedgerError, StoredAnswer};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{debug, error};

use super::idempotency::AlreadyStored;

/// When a client may try again after a 503.
const RETRY_AFTER_UNAVAILABLE_S: u64 = 1;

const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal: the code, a sentence for this occasion, and the fields that belong to the code.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) code: ErrorCode,
    pub(crate) detail: String,
    pub(crate) fields: Map<String, Value>,
    retry_after_s: Option<u64>,
    already_stored: bool,
}

/// What a route answers when it does not answer.
pub(crate) type Answer<T> = Result<T, Problem>;

impl Problem {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let retry_after_s = (code.status() == 503).then_some(RETRY_AFTER_UNAVAILABLE_S);
        Self { code, detail: detail.into(), fields: Map::new(), retry_after_s, already_stored: false }
    }

    /// The same with a field.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// The same with a `Retry-After`.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same, said to be stored in the transaction of its effect.
    #[must_use]
    pub(crate) fn already_stored(mut self) -> Self {
        self.already_stored = true;
        self
    }

    /// The refusal as it is stored for its idempotency key.
    pub(crate) fn to_stored(&self) -> StoredAnswer {
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        StoredAnswer { status: self.code.status(), location: None, content_type: MEDIA_TYPE.into(), body }
    }

    fn body(&self) -> Map<String, Value> {
        let mut body = self.fields.clone();
        body.insert("type".into(), format!("/problems/{}", self.code.as_str()).into());
        body.insert("title".into(), self.code.title().into());
        body.insert("status".into(), self.code.status().into());
        body.insert("detail".into(), self.detail.clone().into());
        body.insert("code".into(), self.code.as_str().into());
        body
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn invalid(field: &str, rule: &str) -> Self {
        Self::new(ErrorCode::InvalidField, format!("{field} {rule}")).with("field", field)
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(ErrorCode::Forbidden, "your role does not allow this")
    }

    pub(crate) fn banned() -> Self {
        Self::new(ErrorCode::Banned, "the account was banned by an administrator")
    }

    pub(crate) fn unauthorized(detail: &str) -> Self {
        Self::new(ErrorCode::Unauthorized, detail)
    }

    /// A mistake of ours. The reason goes to the log, not to the client.
    pub(crate) fn internal(reason: &dyn std::fmt::Display) -> Self {
        error!(error = %reason, "a request failed by our mistake");
        Self::new(ErrorCode::Internal, "the mistake is in the server's log")
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Unavailable(reason) => {
                // That the ledger is away is said once, by the one who asks it all the time.
                debug!(reason, "the ledger did not answer a request");
                Self::new(ErrorCode::Unavailable, "the ledger cannot be reached")
            }
            LedgerError::Corrupt(_) => Self::internal(&error),
        }
    }
}

impl From<HoldStoreError> for Problem {
    fn from(error: HoldStoreError) -> Self {
        debug!(%error, "the hold store did not answer a request");
        Self::new(ErrorCode::Unavailable, "the hold store cannot be reached")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body();
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if self.already_stored {
            response.extensions_mut().insert(AlreadyStored);
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
