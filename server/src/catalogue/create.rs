//! `POST events`: a plan and prices become an event that the ticket generator will fill.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::clock::{UnixMs, is_time_zone};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus, Generation, OrphanRule};
use frontrow_domain::ids::{EventId, OutboxId};
use frontrow_domain::money::Currency;
use frontrow_domain::plan::{self, Layout, PlanProblem};
use frontrow_domain::seat::SeatCounts;
use frontrow_domain::text::{self, BadText};
use frontrow_engines::ledger::PlanBytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;
use tracing::info;
use utoipa::ToSchema;

use super::view::EventView;
use crate::accounts::Organizer;
use crate::app::App;
use crate::chance;
use crate::http::body::JsonBody;
use crate::http::idempotency::{self, AlreadyStored, KeyInUse};
use crate::http::problem::{Answer, Problem};

/// Ten million of most currencies: far above any seat, far below where sums overflow.
const MAX_PRICE: i64 = 1_000_000_000;

#[derive(Deserialize, ToSchema)]
pub(crate) struct NewEvent {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(min_length = 1, max_length = 200)]
    venue: String,
    starts_at: UnixMs,
    #[schema(value_type = Currency)]
    currency: String,
    /// A pretix seating plan; a section is a zone.
    // Kept as it was sent: its hash is the plan's name.
    #[schema(value_type = Object)]
    plan: Box<RawValue>,
    /// Minor units, for every category that has seats.
    prices: BTreeMap<String, i64>,
    #[serde(default)]
    #[schema(max_length = 10_000)]
    description: String,
    #[schema(min_length = 1, max_length = 50)]
    genre: Option<String>,
    /// IANA name such as `Europe/Berlin`; `UTC` if there is none.
    timezone: Option<String>,
    /// After `starts_at`.
    ends_at: Option<UnixMs>,
    /// 600 if there is none.
    #[schema(minimum = 2, maximum = 7200)]
    hold_ttl_s: Option<u32>,
    /// 300 if there is none.
    #[schema(minimum = 10, maximum = 1800)]
    payment_window_s: Option<u32>,
    /// 8 if there is none.
    #[schema(minimum = 1, maximum = 50)]
    max_seats_per_user: Option<u32>,
    /// Until when a buyer may give an order back.
    refundable_until: Option<UnixMs>,
    #[serde(default)]
    orphan_rule: OrphanRule,
    /// On sale once generated, instead of a draft.
    #[serde(default)]
    on_sale: bool,
}

/// `POST events`
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    key: Option<Extension<KeyInUse>>,
    body: JsonBody,
) -> Answer<Response> {
    let KeyInUse(key) = KeyInUse::required(key)?;
    let wish: NewEvent = body.read()?;
    // A stadium's plan takes a while to read: off the runtime with it.
    let compiled = spawn_blocking(move || compile(wish)).await.map_err(|error| Problem::internal(&error))?;
    let (wish, layout, plan) = compiled?;
    let event = Event {
        id: EventId(chance::id()),
        organizer_id: caller.id,
        currency: wish.currency.parse().map_err(|_| Problem::invalid("currency", "must be three capital letters"))?,
        name: wish.name.trim().to_owned(),
        description: wish.description,
        genre: wish.genre,
        venue: wish.venue.trim().to_owned(),
        timezone: wish.timezone.unwrap_or_else(|| "UTC".into()),
        starts_at: wish.starts_at,
        ends_at: wish.ends_at,
        refundable_until: wish.refundable_until,
        status: EventStatus::Generating,
        on_sale_when_generated: wish.on_sale,
        prices: wish.prices,
        earlier_prices: Vec::new(),
        orphan_rule: wish.orphan_rule,
        hold_ttl_s: wish.hold_ttl_s.unwrap_or(600),
        payment_window_s: wish.payment_window_s.unwrap_or(300),
        max_seats_per_user: wish.max_seats_per_user.unwrap_or(8),
        seats_total: layout.seats_total(),
        plan_hash: plan.hash().to_owned(),
        generation: Generation { done: 0, total: layout.seats_total(), error: None },
        fence_epoch: 0,
        version: 1,
        created_at: app.clock.now(),
    };
    check_rules(&event)?;

    let (status, headers, body) = answer(&event)?;
    let stored = idempotency::stored(status, &headers, &body);
    app.engines.ledger.create_event(&event, &plan, OutboxId(chance::id()), Some((&key, &stored))).await?;
    info!(event.id = %event.id, seats.total = event.seats_total, "an event was created");
    let mut response = (status, headers, body).into_response();
    response.extensions_mut().insert(AlreadyStored);
    Ok(response)
}

/// Reads the plan and checks that every category in use has a price; every problem comes with its path.
fn compile(wish: NewEvent) -> Answer<(NewEvent, Layout, PlanBytes)> {
    // It was taken as it came, and only now is it read: what is nested too deeply, or a number that is none, shows here.
    let plan = serde_json::from_str(wish.plan.get()).map_err(|error| unreadable(&error));
    let (layout, mut problems) = match plan.and_then(|plan: Value| plan::compile(&plan)) {
        Ok(layout) => (Some(layout), Vec::new()),
        Err(problems) => (None, problems),
    };
    for problem in &mut problems {
        problem.path = problem.path.replacen('$', "$.plan", 1);
    }
    if let Some(layout) = &layout {
        problems.extend(price_problems(layout, &wish.prices));
    }
    match layout {
        Some(layout) if problems.is_empty() => {
            let bytes = PlanBytes::pack(wish.plan.get().as_bytes()).map_err(|error| Problem::internal(&error))?;
            Ok((wish, layout, bytes))
        }
        _ => {
            let detail = format!("the seating plan and its prices have {} problems", problems.len());
            Err(Problem::new(ErrorCode::InvalidPlan, detail).with("errors", problems))
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Vec<PlanProblem> {
    vec![PlanProblem { path: "$".into(), message: format!("cannot be read: {error}") }]
}

pub(super) fn price_problems(layout: &Layout, prices: &BTreeMap<String, i64>) -> Vec<PlanProblem> {
    let problem = |category: &str, message: &str| PlanProblem {
        path: format!("$.prices[{}]", Value::from(category)),
        message: message.to_owned(),
    };
    let missing = layout.categories.iter().filter(|category| category.total > 0 && !prices.contains_key(&category.id));
    let missing = missing.map(|category| problem(&category.id, "the price is missing"));
    let absurd = prices.iter().filter(|(_, amount)| !(0..=MAX_PRICE).contains(*amount));
    let absurd = absurd.map(|(id, _)| problem(id, "must be 0 to 1000000000 minor units"));
    let known = |id: &String| layout.categories.iter().any(|category| &category.id == id);
    let unknown = prices.keys().filter(|&id| !known(id)).map(|id| problem(id, "the plan has no such category"));
    missing.chain(absurd).chain(unknown).collect()
}

/// The rules of every event, new or changed.
pub(super) fn check_rules(event: &Event) -> Answer<()> {
    let invalid = |field| move |bad: BadText| Problem::invalid(field, &bad.to_string());
    text::line(&event.name, 200).map_err(invalid("name"))?;
    text::line(&event.venue, 200).map_err(invalid("venue"))?;
    text::lines(&event.description, 10_000).map_err(invalid("description"))?;
    if let Some(genre) = &event.genre {
        text::line(genre, 50).map_err(invalid("genre"))?;
    }
    if !is_time_zone(&event.timezone) {
        return Err(Problem::invalid("timezone", "must be an IANA name such as Europe/Berlin"));
    }
    if event.ends_at.is_some_and(|ends_at| ends_at <= event.starts_at) {
        return Err(Problem::invalid("ends_at", "must be after starts_at"));
    }
    let within = |field, value: u32, from, to| {
        if (from..=to).contains(&value) {
            Ok(())
        } else {
            Err(Problem::invalid(field, &format!("must be {from} to {to}")))
        }
    };
    within("hold_ttl_s", event.hold_ttl_s, 2, 7200)?;
    within("payment_window_s", event.payment_window_s, 10, 1800)?;
    within("max_seats_per_user", event.max_seats_per_user, 1, 50)
}

/// Made before the transaction that stores it, so that a replay is the same to the byte.
fn answer(event: &Event) -> Answer<(StatusCode, HeaderMap, Bytes)> {
    let body = serde_json::to_vec(&EventView::new(event, Some(SeatCounts::default())))
        .map_err(|error| Problem::internal(&error))?;
    let location =
        HeaderValue::from_str(&format!("/api/v1/events/{}", event.id)).map_err(|error| Problem::internal(&error))?;
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let headers = HeaderMap::from_iter([json, (header::LOCATION, location)]);
    Ok((StatusCode::ACCEPTED, headers, body.into()))
}
