//! `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::app::App;

/// Alive: the process answers.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({"status": "alive"}))
}

/// Ready: holds and ledger answer. Names what does not, and why; without the log, changes only reach other servers
/// later, so the server is degraded but should get requests.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let engines = &app.engines;
    let (holds, ledger, log) = tokio::join!(engines.holds.check(), engines.ledger.check(), engines.log.check());
    let (ready, degraded) = (holds.is_ok() && ledger.is_ok(), log.is_err());
    let reason = |error: &dyn std::fmt::Display| error.to_string();
    let checks = [
        ("holds", holds.err().map(|error| reason(&error))),
        ("ledger", ledger.err().map(|error| reason(&error))),
        ("log", log.err().map(|error| reason(&error))),
    ];
    let checks: Map<_, _> = checks
        .into_iter()
        .map(|(name, failure)| (name.to_owned(), failure.unwrap_or_else(|| "ok".into()).into()))
        .collect();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = match (ready, degraded) {
        (true, false) => "ready",
        (true, true) => "degraded",
        (false, _) => "not_ready",
    };
    (status, Json(json!({"status": word, "server": app.settings.server.name, "checks": checks}))).into_response()
}

/// Prometheus text.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match &app.metrics {
        Some(metrics) => metrics.render().into_response(),
        None => (StatusCode::NOT_FOUND, "another server of this process collects the metrics").into_response(),
    }
}
