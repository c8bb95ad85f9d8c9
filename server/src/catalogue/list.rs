//! `GET events` and `GET events/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::EventId;
use frontrow_domain::text::{self, BadText};
use frontrow_engines::ledger::{EventOrder, EventQuery};
use futures_util::future::join_all;
use serde::Deserialize;

use super::view::{EventView, live_counts};
use crate::accounts::{MaybeCaller, SignedIn};
use crate::app::App;
use crate::http::list::{List, bad};
use crate::http::problem::{Answer, Problem};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;
const MAX_SEARCH_CHARS: usize = 100;

/// Every parameter is text here, so that a bad one is refused by name.
#[derive(Deserialize)]
pub(crate) struct Filters {
    status: Option<String>,
    q: Option<String>,
    genre: Option<String>,
    from: Option<String>,
    to: Option<String>,
    sort: Option<String>,
    mine: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET events`
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Query(filters): Query<Filters>,
) -> Answer<Response> {
    let mut query = query(&filters, caller)?;
    // An administrator sees what is not public by asking for it.
    query.with_private |= query.status.is_some() && app.catalogue.is_admin_now(caller).await?;
    if let Some(after) = query.after
        && app.engines.ledger.event(after).await?.is_none()
    {
        return Err(bad("cursor", "a next_cursor"));
    }
    let events = app.engines.ledger.events(&EventQuery { limit: query.limit + 1, ..query.clone() }).await?;
    let (page, more) = events.split_at(events.len().min(query.limit as usize));
    // All at once: while the hold store is away, each of them waits for its time-out.
    let counts = join_all(page.iter().map(|event| live_counts(&app, event))).await;
    let items = page.iter().zip(counts).map(|(event, counts)| EventView::new(event, counts)).collect();
    let last = page.last().filter(|_| !more.is_empty());
    Ok(Json(List { items, next_cursor: last.map(|event| event.id.to_string()) }).into_response())
}

/// `GET events/{id}`
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let mut event = app.catalogue.visible(&id, caller).await?;
    if event.status == EventStatus::Generating {
        // Whoever watches the progress wants this second's, not the cache's.
        event = app.catalogue.reload(event.id).await?;
    }
    Ok(Json(EventView::new(&event, live_counts(&app, &event).await)).into_response())
}

pub(crate) fn query(filters: &Filters, caller: Option<SignedIn>) -> Answer<EventQuery> {
    let mine = match filters.mine.as_deref() {
        None | Some("false" | "0") => false,
        Some("true" | "1" | "") => true,
        Some(_) => return Err(bad("mine", "true or false")),
    };
    let owner = match (mine, caller) {
        (false, _) => None,
        (true, Some(caller)) => Some(caller.id),
        (true, None) => return Err(Problem::unauthorized("sign in to see your own events")),
    };
    let status = parse("status", filters.status.as_ref(), "a status such as on_sale", EventStatus::parse)?;
    Ok(EventQuery {
        status,
        text: search("q", filters.q.as_ref())?,
        genre: search("genre", filters.genre.as_ref())?,
        from: parse("from", filters.from.as_ref(), "an RFC 3339 time", UnixMs::parse)?,
        to: parse("to", filters.to.as_ref(), "an RFC 3339 time", UnixMs::parse)?,
        organizer_id: owner,
        with_private: mine,
        order: parse("sort", filters.sort.as_ref(), "starts_at, -starts_at or name", order)?.unwrap_or_default(),
        after: parse("cursor", filters.cursor.as_ref(), "a next_cursor", |text| text.parse::<EventId>().ok())?,
        limit: parse("limit", filters.limit.as_ref(), "1 to 100", |text| {
            text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
        })?
        .unwrap_or(DEFAULT_LIMIT),
    })
}

fn order(name: &str) -> Option<EventOrder> {
    match name {
        "starts_at" => Some(EventOrder::StartsAt),
        "-starts_at" => Some(EventOrder::StartsAtDescending),
        "name" => Some(EventOrder::Name),
        _ => None,
    }
}

fn parse<T>(name: &str, text: Option<&String>, shape: &str, read: impl Fn(&str) -> Option<T>) -> Answer<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| bad(name, shape))
}

/// What is searched for, if anything.
fn search(name: &str, text: Option<&String>) -> Answer<Option<String>> {
    match text.map(|text| text::line(text, MAX_SEARCH_CHARS)) {
        None | Some(Err(BadText::Empty)) => Ok(None),
        Some(Ok(text)) => Ok(Some(text.to_owned())),
        Some(Err(BadText::TooLong(_) | BadText::Control)) => Err(bad(name, "at most 100 characters")),
    }
}
