//! `admin/events/{id}/orders`, as pages and as a file, and the event's journal.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{OrderId, OutboxId, UserId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::order::Order;
use frontrow_engines::ledger::OrderQuery;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Organizer;
use crate::app::App;
use crate::checkout::routes::{list_of, order_query, read_page};
use crate::checkout::view::OrderView;
use crate::http::list::{self, List, Page};
use crate::http::problem::{Answer, Problem};

/// Orders that are read at once for the file.
const BATCH: u32 = 500;
const COLUMNS: [&str; 10] =
    ["order", "placed_at", "status", "money", "buyer", "seats", "categories", "amount_minor", "currency", "payment"];

/// `GET admin/events/{id}/orders`
pub(crate) async fn orders(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Answer<Json<List<OrderView>>> {
    let event = app.catalogue.owned(&id, caller).await?;
    let query = OrderQuery { event: Some(event.id), ..order_query(&page)? };
    let read = read_page(&app, &query).await?;
    Ok(Json(list_of(&app, read, query.limit)))
}

/// `GET admin/events/{id}/orders.csv`: all of them, the newest first.
pub(crate) async fn orders_csv(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
) -> Answer<Response> {
    let event = app.catalogue.owned(&id, caller).await?;
    // Every field in quotes, for spreadsheets that split at something else than a comma.
    let mut file = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    let unwritable = |error: csv::Error| Problem::internal(&error);
    file.write_record(COLUMNS).map_err(unwritable)?;
    let mut query = OrderQuery { event: Some(event.id), limit: BATCH, ..OrderQuery::default() };
    loop {
        let orders = app.engines.ledger.orders(&query).await?.orders;
        for order in &orders {
            file.write_record(record(order)).map_err(unwritable)?;
        }
        match orders.last().filter(|_| orders.len() == BATCH as usize) {
            Some(last) => query.after = Some(last.id),
            None => break,
        }
    }
    let bytes = file.into_inner().map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"orders.csv\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}

fn record(order: &Order) -> [String; 10] {
    let joined = |text: fn(&frontrow_domain::order::OrderSeat) -> &str| {
        order.seats.iter().map(text).collect::<Vec<_>>().join(" ")
    };
    [
        order.id.to_string(),
        order.placed_at.to_string(),
        order.status.as_str().to_owned(),
        order.money.as_str().to_owned(),
        order.buyer_id.to_string(),
        harmless(joined(|seat| &seat.seat)),
        harmless(joined(|seat| &seat.category)),
        order.total.amount.to_string(),
        order.total.currency.to_string(),
        order.payment_id().to_string(),
    ]
}

/// Spreadsheets run what begins like a formula; names come from plans that anybody may have drawn.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

/// A line of an event's journal.
#[derive(Serialize, ToSchema)]
#[schema(as = JournalLine)]
pub(crate) struct LineView {
    id: OutboxId,
    at: UnixMs,
    action: Action,
    /// Null where a deadline came.
    #[schema(required)]
    user_id: Option<UserId>,
    seats: Vec<String>,
    #[schema(required)]
    order_id: Option<OrderId>,
    #[schema(required)]
    reason: Option<String>,
}

/// `GET admin/events/{id}/log`: the newest line first.
pub(crate) async fn log(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Answer<Json<List<LineView>>> {
    let event = app.catalogue.owned(&id, caller).await?;
    // Lines are ordered by their ids, which begin with the time.
    let line_id = |text: &str| text.parse().ok().map(OutboxId).filter(|id| id.0.get_version_num() == 7);
    let before = page.cursor(line_id)?;
    let limit = page.limit()? + 1;
    let plan = app.catalogue.plan(&event).await?;
    let entries = app.engines.ledger.journal(event.id, before, limit).await?;
    let line = |entry: Entry| LineView {
        id: entry.id,
        at: entry.at,
        action: entry.action,
        user_id: entry.by,
        seats: entry.seats.iter().map(|&seat| plan.layout.seat(seat).seat.clone()).collect(),
        order_id: entry.order_id,
        reason: entry.reason,
    };
    Ok(Json(list::page(entries, limit, |entry| entry.id, line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_begins_like_a_formula() {
        assert_eq!(harmless("=1+1".into()), "'=1+1");
        assert_eq!(harmless("A-1 A-2".into()), "A-1 A-2");
    }
}
