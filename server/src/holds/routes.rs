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

use super::Buyer;
use crate::accounts::{Caller, SignedIn};
use crate::app::App;
use crate::door::MyTurn;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};
use crate::http::remote::Remote;

fn buyer(app: &App, caller: SignedIn, Remote(address): Remote) -> Buyer {
    Buyer { user: caller.id, address: app.limits.counted(address) }
}

/// Does it to its end, whether or not the client still listens: who hangs up must not get seats that nobody has counted. The
/// turn lasts as long, so that clients that hang up and ask again are no more at a time than others.
async fn to_the_end<T: Send + 'static>(
    app: &App,
    turn: MyTurn,
    work: impl Future<Output = Answer<T>> + Send + 'static,
) -> Answer<T> {
    let work = async move {
        let _turn = turn;
        work.await
    };
    app.rooms.tasks.spawn(work).await.map_err(|error| Problem::internal(&error))?
}

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
    remote: Remote,
    turn: MyTurn,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Response> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Seats = body.read()?;
    let (desk, buyer) = (Arc::clone(&app.desk), buyer(&app, caller, remote));
    let held = async move { desk.hold(buyer, event.id, &wish.seats).await };
    let seats = to_the_end(&app, turn, held).await?;
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
    remote: Remote,
    turn: MyTurn,
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
    let (desk, buyer) = (Arc::clone(&app.desk), buyer(&app, caller, remote));
    let held = async move {
        let wish = Wish { quantity, category: category.as_deref(), section: section.as_deref(), avoid_orphans };
        desk.hold_best(buyer, &event, &wish).await
    };
    let seats = to_the_end(&app, turn, held).await?;
    Ok((StatusCode::CREATED, Json(HeldSeats { seats })).into_response())
}

/// `POST events/{id}/holds/release`
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    turn: MyTurn,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<StatusCode> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let wish: Seats = body.read()?;
    let desk = Arc::clone(&app.desk);
    let released = async move { desk.release(caller.id, event.id, &wish.seats).await };
    to_the_end(&app, turn, released).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST events/{id}/holds/extend`
pub(crate) async fn extend(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    remote: Remote,
    turn: MyTurn,
    Path(id): Path<String>,
) -> Answer<Json<HeldSeats>> {
    let event = app.catalogue.visible(&id, Some(caller)).await?;
    let (desk, buyer) = (Arc::clone(&app.desk), buyer(&app, caller, remote));
    let extended = async move { desk.extend(buyer, event.id).await };
    let seats = to_the_end(&app, turn, extended).await?;
    Ok(Json(HeldSeats { seats }))
}
