//! `events/{id}/holds/...`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::OrphanRule;
use frontrow_domain::plan::Wish;
use frontrow_domain::protocol::HeldFor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Caller;
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

#[derive(Deserialize, ToSchema)]
#[schema(as = SeatNames)]
pub(crate) struct Seats {
    #[schema(min_items = 1, max_items = 100)]
    seats: Vec<String>,
}

/// Seats that are mine, for how much longer.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldSeats {
    pub(crate) seats: Vec<HeldFor>,
}

/// `POST events/{id}/holds`
pub(crate) async fn hold(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Response> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Seats = body.read()?;
    let seats = app.desk.hold(caller.id, event.id, &wish.seats).await?;
    Ok((StatusCode::CREATED, Json(HeldSeats { seats })).into_response())
}

#[derive(Deserialize, ToSchema)]
#[schema(as = BestSeatsWish)]
pub(crate) struct BestWish {
    /// At most the event's `max_seats_per_user`.
    #[schema(minimum = 1)]
    quantity: u32,
    /// Id of a category; any if there is none.
    category: Option<String>,
    /// Id of a section; any if there is none.
    section: Option<String>,
}

/// `POST events/{id}/holds/best-available`
pub(crate) async fn best_available(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Response> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let BestWish { quantity, category, section } = body.read()?;
    if quantity == 0 {
        return Err(Problem::invalid("quantity", "must be 1 or more"));
    }
    if quantity > event.max_seats_per_user {
        let detail = format!("one buyer may have {} seats of this event", event.max_seats_per_user);
        return Err(Problem::new(ErrorCode::SeatLimit, detail).with("limit", event.max_seats_per_user));
    }
    let avoid_orphans = event.orphan_rule == OrphanRule::Strict;
    let wish = Wish { quantity, category: category.as_deref(), section: section.as_deref(), avoid_orphans };
    let seats = app.desk.hold_best(caller.id, &event, &wish).await?;
    Ok((StatusCode::CREATED, Json(HeldSeats { seats })).into_response())
}

/// `POST events/{id}/holds/release`
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<StatusCode> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Seats = body.read()?;
    app.desk.release(caller.id, event.id, &wish.seats).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST events/{id}/holds/extend`
pub(crate) async fn extend(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Answer<Json<HeldSeats>> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let seats = app.desk.extend(caller.id, event.id).await?;
    Ok(Json(HeldSeats { seats }))
}
