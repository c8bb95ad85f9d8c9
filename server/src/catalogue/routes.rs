//! `events/...`

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{browse, create, list, patch};
use crate::app::App;

/// A plan of 150,000 seats is about 22 MB of JSON.
const MAX_PLAN_BODY_BYTES: usize = 40 * 1024 * 1024;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/events", get(list::list))
        .route("/events", post(create::create).layer(DefaultBodyLimit::max(MAX_PLAN_BODY_BYTES)))
        .route("/events/{id}", get(list::show).patch(patch::patch))
        .route("/events/{id}/plan", get(browse::plan))
        .route("/events/{id}/state", get(browse::state))
        .route("/events/{id}/categories", get(browse::categories))
        .route("/events/{id}/sections", get(browse::sections))
        .route("/events/{id}/sections/{section}/seats", get(browse::seats))
}
