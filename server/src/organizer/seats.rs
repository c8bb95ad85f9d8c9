//! `admin/events/{id}/block`, `unblock` and `release`: every one with a reason, all or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::holds::{Command, Outcome};
use frontrow_domain::ids::{Ordinal, OutboxId, UserId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::seat::SeatRecord;
use frontrow_domain::text;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use crate::accounts::{Organizer, SignedIn};
use crate::app::App;
use crate::catalogue::CompiledPlan;
use crate::chance;
use crate::holds::ordinals;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

const MAX_REASON_CHARS: usize = 500;

#[derive(Deserialize, ToSchema)]
#[schema(as = SeatsAndReason)]
pub(crate) struct Wish {
    #[schema(min_items = 1, max_items = 100)]
    seats: Vec<String>,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// The seats that were changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedSeats {
    seats: Vec<String>,
}

/// What an organizer wants done, read and checked.
pub(super) struct Instruction {
    pub(super) event: Event,
    pub(super) plan: Arc<CompiledPlan>,
    pub(super) entry: Entry,
}

impl Instruction {
    /// Shows everybody what the ledger has done; or says which seats it did not do it to, and so to none.
    async fn show(self, app: &App, done: Result<(), Vec<Ordinal>>, why: &str) -> Answer<Json<ChangedSeats>> {
        if let Err(others) = done {
            let seats = names(&self.plan, &others);
            let detail = format!("{} {why}", seats.join(", "));
            return Err(Problem::new(ErrorCode::SeatTaken, detail).with("seats", seats));
        }
        app.checkout.show(self.event.id, &self.entry.seats).await;
        Ok(self.answer())
    }

    fn answer(&self) -> Json<ChangedSeats> {
        let entry = &self.entry;
        info!(event.id = %self.event.id, user.id = entry.by.map(tracing::field::display), seats.action = entry.action.as_str(), seats.count = entry.seats.len(), "an organizer changed seats");
        Json(ChangedSeats { seats: names(&self.plan, &entry.seats) })
    }
}

/// `POST admin/events/{id}/block`
pub(crate) async fn block(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<ChangedSeats>> {
    let wanted = read(&app, caller, &id, &body, Action::SeatsBlocked).await?;
    let blocked = app.engines.ledger.block(wanted.event.id, &wanted.entry).await?;
    wanted.show(&app, blocked, "is claimed, sold or blocked").await
}

/// `POST admin/events/{id}/unblock`
pub(crate) async fn unblock(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<ChangedSeats>> {
    let wanted = read(&app, caller, &id, &body, Action::SeatsUnblocked).await?;
    let unblocked = app.engines.ledger.unblock(wanted.event.id, &wanted.entry).await?;
    wanted.show(&app, unblocked, "is not blocked").await
}

/// `POST admin/events/{id}/release`: ends other people's holds. What an order has claimed is the order's.
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<ChangedSeats>> {
    let wanted = read(&app, caller, &id, &body, Action::HoldsReleased).await?;
    let Instruction { event, plan, entry } = &wanted;
    app.gatekeeper.ensure(event.id).await?;
    let read = app.engines.holds.read(event.id, &entry.seats).await?;
    let mut holders: BTreeMap<UserId, Vec<Ordinal>> = BTreeMap::new();
    let mut others = Vec::new();
    for (&seat, record) in entry.seats.iter().zip(&read.records) {
        match record {
            SeatRecord::Held(lease) => holders.entry(lease.owner).or_default().push(seat),
            _ => others.push(seat),
        }
    }
    if !others.is_empty() {
        return Err(not_held(plan, &others));
    }
    // Written down first: what is done is never without its line.
    app.engines.ledger.note(event.id, entry).await?;
    let mut gone = Vec::new();
    for (user, seats) in holders {
        let command = Command::Release { user, seats: seats.clone() };
        let outcome = app.engines.holds.apply(event.id, &command).await?.outcome;
        if !matches!(outcome, Outcome::Freed { .. }) {
            gone.extend(seats);
        }
    }
    if let Some(room) = app.rooms.live(event.id) {
        room.suspect(&entry.seats);
    }
    if gone.is_empty() { Ok(wanted.answer()) } else { Err(not_held(plan, &gone)) }
}

pub(super) async fn read(
    app: &App,
    caller: SignedIn,
    id: &str,
    body: &JsonBody,
    action: Action,
) -> Answer<Instruction> {
    let event = app.catalogue.owned(id, caller).await?;
    if matches!(event.status, EventStatus::Generating | EventStatus::Failed) {
        return Err(Problem::new(ErrorCode::IllegalStatus, "the event has no seats yet"));
    }
    let wish: Wish = body.read()?;
    let reason = text::line(&wish.reason, MAX_REASON_CHARS);
    let reason = reason.map_err(|bad| Problem::invalid("reason", &bad.to_string()))?.to_owned();
    let plan = app.catalogue.plan(&event).await?;
    let mut seats = ordinals(&plan.layout, &wish.seats)?;
    seats.sort_unstable();
    let (id, at) = (OutboxId(chance::id()), app.clock.now());
    let entry = Entry { id, at, by: Some(caller.id), action, seats, order_id: None, reason: Some(reason) };
    Ok(Instruction { event, plan, entry })
}

pub(super) fn not_held(plan: &CompiledPlan, seats: &[Ordinal]) -> Problem {
    let seats = names(plan, seats);
    Problem::new(ErrorCode::NotHeld, format!("{} is not held", seats.join(", "))).with("seats", seats)
}

fn names(plan: &CompiledPlan, seats: &[Ordinal]) -> Vec<String> {
    seats.iter().map(|&seat| plan.layout.seat(seat).seat.clone()).collect()
}
