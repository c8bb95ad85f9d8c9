//! `admin/stats`: what the caller's events have sold, and how this server is doing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use frontrow_domain::account::Role;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::money::Money;
use frontrow_domain::order::OrderStatus;
use frontrow_engines::ledger::EventQuery;
use futures_util::future::try_join_all;
use serde_json::{Map, Value, json};

use crate::accounts::Organizer;
use crate::app::App;
use crate::http::problem::Answer;

/// Events that are counted: as many as a person looks at.
const MAX_EVENTS: u32 = 100;

/// `GET admin/stats`
pub(crate) async fn stats(State(app): State<Arc<App>>, Organizer(caller): Organizer) -> Answer<Json<Value>> {
    let organizer_id = (caller.role != Role::Admin).then_some(caller.id);
    let query = EventQuery { organizer_id, with_private: true, limit: MAX_EVENTS, ..EventQuery::default() };
    let events = app.engines.ledger.events(&query).await?;
    let events = try_join_all(events.iter().map(|event| numbers(&app, event))).await?;
    let mut stats = json!({"events": events});
    if caller.role == Role::Admin {
        let lag = app.engines.ledger.lag().await?;
        stats["server"] = json!({
            "name": app.settings.server.name,
            "rooms": app.rooms.all().len(),
            "sockets": app.sockets.len(),
            "outbox": {"rows": lag.rows, "oldest_ms": lag.oldest_ms},
        });
    }
    Ok(Json(stats))
}

async fn numbers(app: &App, event: &Event) -> Answer<Value> {
    let totals = app.engines.ledger.sales_totals(event.id).await?;
    let orders: Map<String, Value> =
        totals.orders.iter().map(|(status, orders, _)| (status.as_str().to_owned(), json!(orders))).collect();
    let amount = totals.orders.iter().filter(|(status, ..)| *status == OrderStatus::Confirmed).map(|row| row.2).sum();
    // Only what is open already: numbers must not open a room for every event.
    let counts = app.rooms.live(event.id).map(|room| room.counts());
    let has_seats = !matches!(event.status, EventStatus::Generating | EventStatus::Failed);
    Ok(json!({
        "event_id": event.id,
        "name": event.name,
        "status": event.status,
        "seats_total": event.seats_total,
        "counts": counts.filter(|_| has_seats),
        "orders": orders,
        "revenue": Money { amount, currency: event.currency },
        "tickets": {"valid": totals.tickets_valid, "used": totals.tickets_used},
    }))
}
