//! `PATCH events/{id}`: what an organizer may change, while others may change it too.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus, OrphanRule};
use frontrow_domain::ids::{OutboxId, UserId};
use frontrow_domain::journal::{Action, Entry};
use serde::Deserialize;
use serde_json::Value;
use tracing::info;
use utoipa::ToSchema;

use super::create::{check_rules, price_problems};
use super::view::{EventView, live_counts};
use crate::accounts::Organizer;
use crate::app::App;
use crate::chance;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

/// Two people who change the same event at the same time: the second one's change is applied to the first one's.
const MAX_ATTEMPTS: u32 = 5;
const MAX_REASON_CHARS: usize = 1_000;

/// Everything is optional; what is not there stays as it is.
#[derive(Deserialize, Clone, ToSchema)]
#[schema(as = EventChanges)]
pub(crate) struct Changes {
    #[schema(value_type = Option<EventStatus>)]
    status: Option<String>,
    /// Minor units; categories that are not named keep their price.
    prices: Option<BTreeMap<String, i64>>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(min_length = 1, max_length = 50)]
    genre: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    venue: Option<String>,
    timezone: Option<String>,
    starts_at: Option<UnixMs>,
    ends_at: Option<UnixMs>,
    refundable_until: Option<UnixMs>,
    orphan_rule: Option<OrphanRule>,
    #[schema(minimum = 2, maximum = 7200)]
    hold_ttl_s: Option<u32>,
    #[schema(minimum = 10, maximum = 1800)]
    payment_window_s: Option<u32>,
    #[schema(minimum = 1, maximum = 50)]
    max_seats_per_user: Option<u32>,
}

/// `PATCH events/{id}`
pub(crate) async fn patch(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Response> {
    for _ in 0..MAX_ATTEMPTS {
        let mut event = app.catalogue.owned(&id, caller).await?;
        apply(&app, &mut event, body.read()?).await?;
        event.version += 1;
        if app.engines.ledger.save_event(&event, &entry(&app, &event, caller.id, &body)?).await? {
            info!(event.id = %event.id, event.status = event.status.as_str(), "an event was changed");
            app.catalogue.forget(event.id).await;
            // The log tells every server, this one too; the organizer should not have to wait for it.
            if let Err(problem) = app.gatekeeper.follow(event.id).await {
                tracing::warn!(event.id = %event.id, detail = problem.detail, "the gate follows later");
            }
            return Ok(Json(EventView::new(&event, live_counts(&app, &event).await)).into_response());
        }
    }
    Err(Problem::new(ErrorCode::Unavailable, "the event is being changed by somebody else"))
}

/// What was asked for, in the journal. A plan or a description does not belong there; a status, a price or a limit does.
fn entry(app: &App, event: &Event, by: UserId, body: &JsonBody) -> Answer<Entry> {
    let mut changes: serde_json::Map<String, Value> = body.read()?;
    changes.remove("description");
    let mut reason = Value::from(changes).to_string();
    if reason.chars().count() > MAX_REASON_CHARS {
        reason = format!("version {}", event.version);
    }
    Ok(Entry {
        id: OutboxId(chance::id()),
        at: app.clock.now(),
        by: Some(by),
        action: Action::EventChanged,
        seats: Vec::new(),
        order_id: None,
        reason: Some(reason),
    })
}

async fn apply(app: &App, event: &mut Event, changes: Changes) -> Answer<()> {
    if let Some(name) = &changes.status {
        let next = EventStatus::parse(name).ok_or_else(|| Problem::invalid("status", "is not a status"))?;
        if !event.status.may_become(next) {
            let detail = format!("an event that is {} cannot become {name}", event.status.as_str());
            return Err(Problem::new(ErrorCode::IllegalStatus, detail));
        }
        event.status = next;
    }
    if let Some(prices) = changes.prices {
        let prices = event.prices.clone().into_iter().chain(prices).collect();
        let plan = app.catalogue.plan(event).await?;
        let problems = price_problems(&plan.layout, &prices);
        if !problems.is_empty() {
            return Err(Problem::new(ErrorCode::InvalidPlan, "the prices have problems").with("errors", problems));
        }
        event.change_prices(prices, app.clock.now());
    }
    set(&mut event.name, changes.name.map(|name| name.trim().to_owned()));
    set(&mut event.venue, changes.venue.map(|venue| venue.trim().to_owned()));
    set(&mut event.description, changes.description);
    set(&mut event.timezone, changes.timezone);
    set(&mut event.starts_at, changes.starts_at);
    set(&mut event.hold_ttl_s, changes.hold_ttl_s);
    set(&mut event.payment_window_s, changes.payment_window_s);
    set(&mut event.orphan_rule, changes.orphan_rule);
    set(&mut event.max_seats_per_user, changes.max_seats_per_user);
    event.genre = changes.genre.or(event.genre.take());
    event.ends_at = changes.ends_at.or(event.ends_at);
    event.refundable_until = changes.refundable_until.or(event.refundable_until);
    check_rules(event)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
