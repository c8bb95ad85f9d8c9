//! `admin/events/{id}/holds`: who has what in the cart now, and what happened to holds lately.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::{Lease, SeatRecord};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::accounts::Organizer;
use crate::app::App;
use crate::catalogue::CompiledPlan;
use crate::http::list;
use crate::http::problem::Answer;

const DEFAULT_LINES: usize = 100;
const MAX_LINES: usize = 1_000;

/// `GET admin/events/{id}/holds`: the store's word, held and claimed seats, the oldest first.
pub(crate) async fn holds(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.owned(&id, caller).await?;
    let plan = app.catalogue.plan(&event).await?;
    app.gatekeeper.ensure(event.id).await?;
    let every_seat: Vec<_> = plan.layout.ordinals().map(|(ordinal, _)| ordinal).collect();
    let read = app.engines.holds.read(event.id, &every_seat).await?;
    let mut leases: Vec<(Ordinal, &str, Lease)> = every_seat
        .into_iter()
        .zip(read.records)
        .filter_map(|(seat, record)| match record {
            SeatRecord::Held(lease) => Some((seat, "held", lease)),
            SeatRecord::Claimed(lease) => Some((seat, "claimed", lease)),
            SeatRecord::Available | SeatRecord::Sold { .. } | SeatRecord::Blocked => None,
        })
        .collect();
    leases.sort_by_key(|(seat, _, lease)| (lease.first_held_ms, *seat));
    let item = |(seat, state, lease): (Ordinal, &str, Lease)| {
        json!({
            "seat": name(&plan, seat),
            "state": state,
            "user_id": lease.owner,
            "held_for_ms": read.at_ms.saturating_sub(lease.first_held_ms),
            "expires_in_ms": lease.deadline_ms.saturating_sub(read.at_ms),
        })
    };
    Ok(Json(json!({"items": leases.into_iter().map(item).collect::<Vec<_>>(), "next_cursor": null})))
}

#[derive(Deserialize)]
pub(crate) struct Lines {
    limit: Option<String>,
}

/// `GET admin/events/{id}/holds/history`: the newest commands that changed seats, as far back as the store remembers.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    Query(lines): Query<Lines>,
) -> Answer<Json<Value>> {
    let event = app.catalogue.owned(&id, caller).await?;
    let limit = match lines.limit.as_deref().map(str::parse) {
        None => DEFAULT_LINES,
        Some(Ok(limit)) if (1..=MAX_LINES).contains(&limit) => limit,
        Some(_) => return Err(list::bad("limit", "1 to 1000")),
    };
    let plan = app.catalogue.plan(&event).await?;
    let past = app.engines.holds.history(event.id, limit).await?;
    let line = |change: &frontrow_domain::holds::PastChange| {
        let seats: Vec<_> = change.seats.iter().map(|&seat| name(&plan, seat)).collect();
        let at = UnixMs(i64::try_from(change.at_ms).unwrap_or(i64::MAX));
        json!({"at": at, "verb": change.verb, "user_id": change.by, "seats": seats})
    };
    Ok(Json(json!({"items": past.iter().map(line).collect::<Vec<_>>(), "next_cursor": null})))
}

fn name(plan: &CompiledPlan, seat: Ordinal) -> &str {
    &plan.layout.seat(seat).seat
}
