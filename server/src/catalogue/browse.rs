//! The inventory as people browse it: plan, categories, sections, seats, and the live state in JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::event::Event;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::money::Money;
use frontrow_domain::plan::Seat;
use frontrow_domain::seat::{SeatMap, SeatState, hash_hex};
use frontrow_engines::ledger::{InventoryCategory, InventorySection};
use serde::Serialize;
use utoipa::ToSchema;

use super::CompiledPlan;
use crate::accounts::MaybeCaller;
use crate::app::App;
use crate::http::list::List;
use crate::http::problem::{Answer, Problem};

/// `GET events/{id}/plan`: never changes under its tag.
pub(crate) async fn plan(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let event = app.catalogue.visible(&id, caller).await?;
    let plan = app.catalogue.plan(&event).await?;
    // A draft is nobody else's business, caches in between included.
    let caching = if event.status.is_public() {
        "public, max-age=31536000, immutable"
    } else {
        "private, max-age=31536000, immutable"
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::ETAG, plan.tag.clone()),
    ];
    Ok((headers, plan.json.clone()).into_response())
}

/// The live map: what the snapshot frame carries.
#[derive(Serialize, ToSchema)]
#[schema(as = MapState)]
pub(crate) struct MapStateView {
    /// Belongs to one room on one server.
    epoch: String,
    seq: u64,
    seats: u32,
    /// Base64, two bits a seat, seat 0 in the low bits of byte 0: 0 available, 1 held, 2 sold, 3 blocked.
    states: String,
    /// CRC-32 (IEEE) of the packed states.
    #[schema(pattern = "^[0-9a-f]{8}$")]
    hash: String,
}

/// A price category with what is free in it.
#[derive(Serialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryView {
    id: String,
    name: String,
    /// CSS colour.
    color: String,
    total: u32,
    available: u32,
    /// Null where none is set.
    #[schema(required)]
    price: Option<Money>,
}

/// A section with what is free in it.
#[derive(Serialize, ToSchema)]
#[schema(as = Section)]
pub(crate) struct SectionView {
    id: String,
    name: String,
    total: u32,
    available: u32,
}

/// A seat of a section with its state.
#[derive(Serialize, ToSchema)]
#[schema(as = SectionSeat)]
pub(crate) struct SectionSeatView {
    seat: String,
    row: String,
    number: String,
    category: String,
    state: SeatState,
}

/// `GET events/{id}/state`: the snapshot frame, over HTTP.
pub(crate) async fn state(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<MapStateView>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (epoch, seq, map) = app.rooms.open(event.id).await?.position();
    let (seats, states, hash) = (map.seats(), map.to_base64(), hash_hex(map.hash()));
    Ok(Json(MapStateView { epoch, seq, seats, states, hash }))
}

/// `GET events/{id}/categories`
pub(crate) async fn categories(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<List<CategoryView>>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let available = available_by(&plan, &map, |seat| seat.category, plan.layout.categories.len());
    let categories = app.engines.ledger.categories(event.id).await?;
    let items = categories.into_iter().zip(available).map(|(category, available)| {
        let price = event.prices.get(&category.id).map(|&amount| Money { amount, currency: event.currency });
        let InventoryCategory { id, name, color, total } = category;
        CategoryView { id, name, color, total, available, price }
    });
    Ok(Json(List::whole(items)))
}

/// `GET events/{id}/sections`
pub(crate) async fn sections(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<List<SectionView>>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let available = available_by(&plan, &map, |seat| seat.section, plan.layout.sections.len());
    let sections = app.engines.ledger.sections(event.id).await?;
    let items = sections.into_iter().zip(available).map(|(section, available)| {
        let InventorySection { id, name, total } = section;
        SectionView { id, name, total, available }
    });
    Ok(Json(List::whole(items)))
}

/// `GET events/{id}/sections/{section}/seats`
pub(crate) async fn seats(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path((id, section)): Path<(String, String)>,
) -> Answer<Json<List<SectionSeatView>>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let layout = &plan.layout;
    let index = layout.sections.iter().position(|known| known.id == section);
    let index = index.ok_or_else(|| Problem::not_found("section"))?;
    let items = layout.ordinals().filter(|(_, seat)| seat.section == index).map(|(ordinal, seat)| SectionSeatView {
        seat: seat.seat.clone(),
        row: seat.row.clone(),
        number: seat.number.clone(),
        category: layout.category_of(seat).id.clone(),
        state: map.get(ordinal),
    });
    Ok(Json(List::whole(items)))
}

async fn plan_and_map(app: &App, event: &Event) -> Answer<(Arc<CompiledPlan>, SeatMap)> {
    let plan = app.catalogue.plan(event).await?;
    let (_, _, map) = app.rooms.open(event.id).await?.position();
    Ok((plan, map))
}

fn available_by(plan: &CompiledPlan, map: &SeatMap, group: impl Fn(&Seat) -> usize, groups: usize) -> Vec<u32> {
    let mut available = vec![0; groups];
    for (ordinal, seat) in (0..).map(Ordinal).zip(&plan.layout.seats) {
        if map.get(ordinal) == SeatState::Available {
            available[group(seat)] += 1;
        }
    }
    available
}
