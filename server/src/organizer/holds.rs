//! `admin/events/{id}/holds`: who has what in the cart now, and what happened to holds lately.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::holds::PastChange;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, UserId};
use frontrow_domain::order::OrderStatus;
use frontrow_domain::protocol::Holder;
use frontrow_domain::seat::SeatRecord;
use frontrow_engines::ledger::OrderQuery;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Organizer;
use crate::app::App;
use crate::catalogue::CompiledPlan;
use crate::http::list::{self, List};
use crate::http::problem::Answer;

const DEFAULT_LINES: usize = 100;
const MAX_LINES: usize = 1_000;

/// A seat that is in somebody's cart or order.
#[derive(Serialize, ToSchema)]
#[schema(as = LiveHold)]
pub(crate) struct LiveHoldView {
    seat: String,
    /// Section id.
    section: String,
    state: LeaseState,
    user_id: UserId,
    /// Null if there is no such account.
    #[schema(required)]
    holder: Option<Holder>,
    /// By the store's clock; null for a claim that a rebuild took from the ledger, which does not know it.
    #[schema(required)]
    held_for_ms: Option<u64>,
    /// By the store's clock. Of a claim: until its order has to be paid.
    expires_in_ms: u64,
    /// Of a claimed seat; null until the ledger has the order.
    #[schema(required)]
    order_id: Option<OrderId>,
    /// Whether a hold was given more time, by its holder or by an organizer.
    extended: bool,
}

/// In the cart, or in an order that waits for its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LeaseState {
    Held,
    Claimed,
}

/// A command that changed seats.
#[derive(Serialize, ToSchema)]
#[schema(as = PastCommand)]
pub(crate) struct PastCommandView {
    at: UnixMs,
    /// `hold`, `release`, `extend`, `expire`, `claim`, ...
    verb: String,
    /// Null if nobody asked for it.
    #[schema(required)]
    user_id: Option<UserId>,
    seats: Vec<String>,
}

/// `GET admin/events/{id}/holds`: the store's word, held and claimed seats, the oldest first.
pub(crate) async fn holds(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
) -> Answer<Json<List<LiveHoldView>>> {
    let event = app.catalogue.owned(&id, caller).await?;
    let plan = app.catalogue.plan(&event).await?;
    app.gatekeeper.ensure(event.id).await?;
    let every_seat: Vec<_> = plan.layout.ordinals().map(|(ordinal, _)| ordinal).collect();
    let read = app.engines.holds.read(event.id, &every_seat).await?;
    let mut leases: Vec<_> = every_seat
        .into_iter()
        .zip(read.records)
        .filter_map(|(seat, record)| match record {
            SeatRecord::Held(lease) => Some((seat, LeaseState::Held, lease, record.ends_at_ms()?)),
            SeatRecord::Claimed(lease) => Some((seat, LeaseState::Claimed, lease, record.ends_at_ms()?)),
            SeatRecord::Available | SeatRecord::Sold { .. } | SeatRecord::Blocked => None,
        })
        .collect();
    leases.sort_by_key(|(seat, _, lease, _)| (lease.first_held_ms, *seat));
    let people: BTreeSet<UserId> = leases.iter().map(|(_, _, lease, _)| lease.owner).collect();
    let people = app.dashboards.people.find(app.engines.ledger.as_ref(), &people).await?;
    let claimed = leases.iter().filter(|(_, state, ..)| *state == LeaseState::Claimed).count();
    let orders = open_orders(&app, event.id, claimed).await?;
    let ttl_ms = u64::from(event.hold_ttl_s) * 1000;
    let items = leases.into_iter().map(|(seat, state, lease, ends_at_ms)| LiveHoldView {
        seat: name(&plan, seat),
        section: plan.layout.section_of(plan.layout.seat(seat)).id.clone(),
        state,
        user_id: lease.owner,
        holder: people.get(&lease.owner).cloned(),
        held_for_ms: lease.held_for_ms(read.at_ms),
        expires_in_ms: ends_at_ms.saturating_sub(read.at_ms),
        order_id: orders.get(&seat).filter(|(buyer, _)| *buyer == lease.owner).map(|&(_, order)| order),
        extended: state == LeaseState::Held && lease.deadline_ms > lease.first_held_ms + ttl_ms,
    });
    Ok(Json(List::whole(items)))
}

/// The orders that wait for their payment, by their seats. There are no more of them than claimed seats.
async fn open_orders(app: &App, event: EventId, claimed: usize) -> Answer<HashMap<Ordinal, (UserId, OrderId)>> {
    if claimed == 0 {
        return Ok(HashMap::new());
    }
    let limit = u32::try_from(claimed).unwrap_or(u32::MAX);
    let status = Some(OrderStatus::AwaitingPayment);
    let query = OrderQuery { event: Some(event), status, limit, ..OrderQuery::default() };
    let orders = app.engines.ledger.orders(&query).await?.orders;
    let seats =
        orders.iter().flat_map(|order| order.seats.iter().map(move |seat| (seat.ordinal, (order.buyer_id, order.id))));
    Ok(seats.collect())
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
) -> Answer<Json<List<PastCommandView>>> {
    let event = app.catalogue.owned(&id, caller).await?;
    let limit = match lines.limit.as_deref().map(str::parse) {
        None => DEFAULT_LINES,
        Some(Ok(limit)) if (1..=MAX_LINES).contains(&limit) => limit,
        Some(_) => return Err(list::bad("limit", "1 to 1000")),
    };
    let plan = app.catalogue.plan(&event).await?;
    let past = app.engines.holds.history(event.id, limit).await?;
    let line = |change: PastChange| PastCommandView {
        at: UnixMs(i64::try_from(change.at_ms).unwrap_or(i64::MAX)),
        verb: change.verb,
        user_id: change.by,
        seats: change.seats.iter().map(|&seat| name(&plan, seat)).collect(),
    };
    Ok(Json(List::whole(past.into_iter().map(line))))
}

fn name(plan: &CompiledPlan, seat: Ordinal) -> String {
    plan.layout.seat(seat).seat.clone()
}
