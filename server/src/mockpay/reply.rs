//! Answers, and the ways in which they are given or not.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a request is answered.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) manner: Manner,
}

/// When a reply is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    AtOnce,
    After(Duration),
    /// When the notice of this number got an answer.
    AfterNotice(i64),
    /// The connection is closed instead.
    Never,
}

/// Marks a response that must not be sent; the listener closes the connection.
#[derive(Clone, Copy)]
pub(super) struct Unanswered;

impl Reply {
    pub(super) const fn new(status: u16, body: Value) -> Self {
        Self { status, body, manner: Manner::AtOnce }
    }

    pub(super) const fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(super) fn given(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// The request cannot be done.
    pub(super) fn invalid(message: &str) -> Self {
        Self::failure(400, "invalid_request_error", None, message)
    }

    /// The same, with a code for programs.
    pub(super) fn refused(code: &str, message: &str) -> Self {
        Self::failure(400, "invalid_request_error", Some(code), message)
    }

    pub(super) fn missing() -> Self {
        Self::failure(404, "invalid_request_error", Some("resource_missing"), "there is no such payment intent")
    }

    pub(super) fn misused_key() -> Self {
        Self::failure(400, "idempotency_error", None, "this Idempotency-Key came with another request before")
    }

    pub(super) fn failure(status: u16, kind: &str, code: Option<&str>, message: &str) -> Self {
        let mut error = json!({ "type": kind, "message": message });
        if let Some(code) = code {
            error["code"] = code.into();
        }
        Self::new(status, json!({ "error": error }))
    }
}

impl IntoResponse for Reply {
    /// The manner is the business of whoever has a reply made.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.body)).into_response()
    }
}
