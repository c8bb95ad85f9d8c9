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
use serde_json::{Value, json};

use super::CompiledPlan;
use crate::accounts::MaybeCaller;
use crate::app::App;
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

/// `GET events/{id}/state`: the snapshot frame, over HTTP.
pub(crate) async fn state(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (epoch, seq, map) = app.rooms.open(event.id).await?.position();
    let body = json!({
        "epoch": epoch, "seq": seq, "seats": map.seats(), "states": map.to_base64(), "hash": hash_hex(map.hash()),
    });
    Ok(Json(body))
}

/// `GET events/{id}/categories`
pub(crate) async fn categories(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let available = available_by(&plan, &map, |seat| seat.category, plan.layout.categories.len());
    let categories = app.engines.ledger.categories(event.id).await?;
    let items = categories.iter().zip(available).map(|(category, available)| {
        let price = event.prices.get(&category.id).map(|&amount| Money { amount, currency: event.currency });
        json!({
            "id": category.id, "name": category.name, "color": category.color,
            "total": category.total, "available": available, "price": price,
        })
    });
    Ok(items_of(items))
}

/// `GET events/{id}/sections`
pub(crate) async fn sections(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let available = available_by(&plan, &map, |seat| seat.section, plan.layout.sections.len());
    let sections = app.engines.ledger.sections(event.id).await?;
    let items = sections.iter().zip(available).map(|(section, available)| {
        json!({"id": section.id, "name": section.name, "total": section.total, "available": available})
    });
    Ok(items_of(items))
}

/// `GET events/{id}/sections/{section}/seats`
pub(crate) async fn seats(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path((id, section)): Path<(String, String)>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.visible(&id, caller).await?;
    let (plan, map) = plan_and_map(&app, &event).await?;
    let layout = &plan.layout;
    let index = layout.sections.iter().position(|known| known.id == section);
    let index = index.ok_or_else(|| Problem::not_found("section"))?;
    let items = layout.ordinals().filter(|(_, seat)| seat.section == index).map(|(ordinal, seat)| {
        json!({
            "seat": seat.seat, "row": seat.row, "number": seat.number,
            "category": layout.category_of(seat).id, "state": map.get(ordinal),
        })
    });
    Ok(items_of(items))
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

fn items_of(items: impl Iterator<Item = Value>) -> Json<Value> {
    Json(json!({"items": items.collect::<Vec<_>>(), "next_cursor": null}))
}
