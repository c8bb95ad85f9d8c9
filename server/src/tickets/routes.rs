//! `tickets` and `check-ins`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::account::Role;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::{EventId, TicketId};
use frontrow_domain::ticket::{CheckIn, Ticket};
use frontrow_engines::ledger::TicketQuery;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TicketView;
use crate::accounts::{Caller, CallerNow, SignedIn};
use crate::app::App;
use crate::http::body::JsonBody;
use crate::http::list::{self, List, Page};
use crate::http::problem::{Answer, Problem};
use crate::json_web_keys::JsonWebKeys;
use crate::metrics;

const QR_PIXELS: u32 = 240;

#[derive(Deserialize, ToSchema)]
pub(crate) struct Scan {
    /// Of a ticket.
    code: String,
}

/// Somebody who may come in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Admission {
    ticket: TicketView,
    event_id: EventId,
    /// The event's name.
    event: String,
}

/// `GET tickets`
pub(crate) async fn tickets(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Query(page): Query<Page>,
) -> Answer<Json<List<TicketView>>> {
    let after = page.cursor(|text| text.parse::<TicketId>().ok())?;
    let limit = page.limit()? + 1;
    if let Some(last) = after {
        let own = TicketQuery { id: Some(last), buyer: Some(caller.id), limit: 1, ..TicketQuery::default() };
        if app.engines.ledger.tickets(&own).await?.is_empty() {
            return Err(list::bad("cursor", "a next_cursor"));
        }
    }
    let query = TicketQuery { buyer: Some(caller.id), after, limit, ..TicketQuery::default() };
    let found = app.engines.ledger.tickets(&query).await?;
    Ok(Json(list::page(found, limit, |ticket| ticket.id, TicketView::new)))
}

/// `GET tickets/{id}/qr.svg`
pub(crate) async fn qr(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id = id.parse().map_err(|_| Problem::not_found("ticket"))?;
    let ticket = find(&app, id).await?.filter(|ticket| ticket.buyer_id == caller.id);
    let ticket = ticket.ok_or_else(|| Problem::not_found("ticket"))?;
    let code = QrCode::with_error_correction_level(&ticket.code, EcLevel::M).map_err(|why| Problem::internal(&why))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        // It opens a door: no cache in between keeps it.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, picture).into_response())
}

/// `POST check-ins`
pub(crate) async fn check_in(
    State(app): State<Arc<App>>,
    CallerNow(caller): CallerNow,
    body: JsonBody,
) -> Answer<Json<Admission>> {
    if caller.role == Role::Customer {
        return Err(Problem::forbidden());
    }
    let scan: Scan = body.read()?;
    let Some(claims) = app.tickets.verify(scan.code.trim()) else {
        metrics::ticket_scanned("bad_code");
        return Err(bad_code("unknown", "the code is not one of ours"));
    };
    let event = admits(&app, caller, claims.event).await?;
    // What the code says must be what the ledger has, whoever signed it.
    let is_it = |ticket: &Ticket| ticket.event_id == claims.event && ticket.ordinal == claims.seat;
    if !find(&app, claims.ticket).await?.is_some_and(|ticket| is_it(&ticket)) {
        metrics::ticket_scanned("bad_code");
        return Err(bad_code("unknown", "there is no such ticket"));
    }
    if event.status == EventStatus::Cancelled {
        metrics::ticket_scanned("cancelled");
        return Err(bad_code("cancelled", "the event was cancelled"));
    }
    let found = app.engines.ledger.check_in(claims.ticket, caller.id, app.clock.now()).await?;
    match (found, find(&app, claims.ticket).await?) {
        (Some(CheckIn::Admitted), Some(ticket)) => {
            metrics::ticket_scanned("admitted");
            let ticket = TicketView::new(ticket);
            Ok(Json(Admission { ticket, event_id: event.id, event: event.name.clone() }))
        }
        (Some(CheckIn::AlreadyUsed { at }), Some(ticket)) => {
            metrics::ticket_scanned("already_used");
            let detail = format!("somebody came in to {} with it at {at}", ticket.seat);
            Err(Problem::new(ErrorCode::AlreadyUsed, detail).with("used_at", at).with("seat", ticket.seat))
        }
        (Some(CheckIn::Refunded), _) => {
            metrics::ticket_scanned("refunded");
            Err(bad_code("refunded", "the ticket was refunded"))
        }
        (_, _) => Err(Problem::internal(&"a ticket vanished")),
    }
}

/// `GET /.well-known/ticket-keys.json`
pub(crate) async fn keys(State(app): State<Arc<App>>) -> Json<JsonWebKeys> {
    Json(app.tickets.json_web_keys())
}

/// The event, if this caller stands at its door. For everybody else there is no such ticket.
async fn admits(app: &App, caller: SignedIn, event: EventId) -> Answer<Arc<Event>> {
    let event = app.catalogue.event(event).await?;
    let at_the_door = match caller.role {
        Role::Admin => true,
        Role::Scanner => app.engines.ledger.scanner_events(caller.id).await?.contains(&event.id),
        Role::Organizer | Role::Customer => event.organizer_id == caller.id,
    };
    if at_the_door { Ok(event) } else { Err(Problem::not_found("ticket of an event that you check in for")) }
}

async fn find(app: &App, id: TicketId) -> Answer<Option<Ticket>> {
    let query = TicketQuery { id: Some(id), limit: 1, ..TicketQuery::default() };
    Ok(app.engines.ledger.tickets(&query).await?.into_iter().next())
}

fn bad_code(reason: &str, detail: &str) -> Problem {
    Problem::new(ErrorCode::BadCode, detail).with("reason", reason)
}
