//! `events/{id}/holds/...`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::accounts::Caller;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::Answer;

#[derive(Deserialize)]
struct Wish {
    seats: Vec<String>,
}

/// `POST events/{id}/holds`
pub(crate) async fn hold(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Response> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Wish = body.read()?;
    let seats = app.desk.hold(caller.id, event.id, &wish.seats).await?;
    Ok((StatusCode::CREATED, Json(json!({"seats": seats}))).into_response())
}

/// `POST events/{id}/holds/release`
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<StatusCode> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Wish = body.read()?;
    app.desk.release(caller.id, event.id, &wish.seats).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST events/{id}/holds/extend`
pub(crate) async fn extend(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let seats = app.desk.extend(caller.id, event.id).await?;
    Ok(Json(json!({"seats": seats})))
}
