//! `admin/stats`: what the caller's events have sold, and how this server is doing.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use frontrow_domain::account::Role;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::ids::EventId;
use frontrow_domain::money::Money;
use frontrow_domain::order::OrderStatus;
use frontrow_domain::seat::SeatCounts;
use frontrow_engines::ledger::EventQuery;
use futures_util::future::try_join_all;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Organizer;
use crate::app::App;
use crate::http::problem::Answer;

/// Events that are counted: as many as a person looks at.
const MAX_EVENTS: u32 = 100;

/// What the caller's events have sold.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stats {
    events: Vec<EventStats>,
    /// For administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    server: Option<ServerStats>,
}

/// Numbers of an event.
#[derive(Serialize, ToSchema)]
struct EventStats {
    event_id: EventId,
    name: String,
    status: EventStatus,
    seats_total: u32,
    /// Null where nobody watches.
    #[schema(required)]
    counts: Option<SeatCounts>,
    /// How many, by their status; those that are none are left out.
    orders: BTreeMap<OrderStatus, u64>,
    revenue: Money,
    tickets: TicketStats,
}

/// Tickets of an event.
#[derive(Serialize, ToSchema)]
struct TicketStats {
    valid: u64,
    used: u64,
}

/// Numbers of the server that was asked.
#[derive(Serialize, ToSchema)]
struct ServerStats {
    name: String,
    rooms: usize,
    sockets: usize,
    outbox: OutboxStats,
}

/// What the log has not got yet.
#[derive(Serialize, ToSchema)]
struct OutboxStats {
    rows: u64,
    oldest_ms: u64,
}

/// `GET admin/stats`
pub(crate) async fn stats(State(app): State<Arc<App>>, Organizer(caller): Organizer) -> Answer<Json<Stats>> {
    let organizer_id = (caller.role != Role::Admin).then_some(caller.id);
    let query = EventQuery { organizer_id, with_private: true, limit: MAX_EVENTS, ..EventQuery::default() };
    let events = app.engines.ledger.events(&query).await?;
    let events = try_join_all(events.iter().map(|event| numbers(&app, event))).await?;
    let server = if caller.role == Role::Admin { Some(of_server(&app).await?) } else { None };
    Ok(Json(Stats { events, server }))
}

async fn of_server(app: &App) -> Answer<ServerStats> {
    let lag = app.engines.ledger.lag().await?;
    Ok(ServerStats {
        name: app.settings.server.name.clone(),
        rooms: app.rooms.all().len(),
        sockets: app.sockets.len(),
        outbox: OutboxStats { rows: lag.rows, oldest_ms: lag.oldest_ms },
    })
}

async fn numbers(app: &App, event: &Event) -> Answer<EventStats> {
    let totals = app.engines.ledger.sales_totals(event.id).await?;
    let orders = totals.orders.iter().map(|&(status, orders, _)| (status, orders)).collect();
    let amount = totals.orders.iter().filter(|(status, ..)| *status == OrderStatus::Confirmed).map(|row| row.2).sum();
    // Only what is open already: numbers must not open a room for every event.
    let counts = app.rooms.live(event.id).map(|room| room.counts());
    let has_seats = !matches!(event.status, EventStatus::Generating | EventStatus::Failed);
    Ok(EventStats {
        event_id: event.id,
        name: event.name.clone(),
        status: event.status,
        seats_total: event.seats_total,
        counts: counts.filter(|_| has_seats),
        orders,
        revenue: Money { amount, currency: event.currency },
        tickets: TicketStats { valid: totals.tickets_valid, used: totals.tickets_used },
    })
}
