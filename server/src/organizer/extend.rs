//! `admin/events/{id}/extend`: more time for other people's holds, with a reason, all or nothing. Never beyond what the
//! holders could have got themselves.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::Event;
use frontrow_domain::holds::{Command, HeldSeat, Outcome, Refusal};
use frontrow_domain::ids::Ordinal;
use frontrow_domain::journal::Action;
use frontrow_domain::protocol::HeldFor;
use frontrow_domain::seat::SeatRecord;
use tracing::info;

use super::seats::{Instruction, not_held, read};
use crate::accounts::Organizer;
use crate::app::App;
use crate::catalogue::CompiledPlan;
use crate::holds::routes::HeldSeats;
use crate::http::body::JsonBody;
use crate::http::problem::{Answer, Problem};

/// `POST admin/events/{id}/extend`: the full TTL again from now, up to three of them after each seat was first held. What an
/// order has claimed is the order's.
pub(crate) async fn extend(
    State(app): State<Arc<App>>,
    Organizer(caller): Organizer,
    Path(id): Path<String>,
    body: JsonBody,
) -> Answer<Json<HeldSeats>> {
    let Instruction { event, plan, entry } = read(&app, caller, &id, &body, Action::HoldsExtended).await?;
    app.gatekeeper.ensure(event.id).await?;
    check_held(&app, &event, &plan, &entry.seats).await?;
    // Written down first: what is done is never without its line.
    app.engines.ledger.note(event.id, &entry).await?;
    let ttl_ms = u64::from(event.hold_ttl_s) * 1000;
    let command = Command::Prolong { by: caller.id, seats: entry.seats.clone(), ttl_ms };
    let answer = app.engines.holds.apply(event.id, &command).await?;
    if let Some(room) = app.rooms.live(event.id) {
        room.suspect(&entry.seats);
    }
    let held = |seat: &HeldSeat| HeldFor {
        seat: plan.layout.seat(seat.ordinal).seat.clone(),
        expires_in_ms: seat.deadline_ms.saturating_sub(answer.at_ms),
    };
    match answer.outcome {
        Outcome::Yours(seats) => {
            info!(event.id = %event.id, user.id = %caller.id, seats.count = seats.len(), "an organizer extended holds");
            Ok(Json(HeldSeats { seats: seats.iter().map(held).collect() }))
        }
        Outcome::Refused(Refusal::NotHeld(others)) => Err(not_held(&plan, &others)),
        Outcome::Refused(refusal) => Err(Problem::new(ErrorCode::Recovering, refusal.to_string())),
        other => Err(Problem::internal(&format!("extending holds answered {other:?}"))),
    }
}

/// The store decides; looking first only keeps lines about nothing out of the journal.
async fn check_held(app: &App, event: &Event, plan: &CompiledPlan, seats: &[Ordinal]) -> Answer<()> {
    let read = app.engines.holds.read(event.id, seats).await?;
    let is_other = |record: &SeatRecord| !matches!(record, SeatRecord::Held(_));
    let others: Vec<_> =
        seats.iter().zip(&read.records).filter(|(_, record)| is_other(record)).map(|(&seat, _)| seat).collect();
    if others.is_empty() { Ok(()) } else { Err(not_held(plan, &others)) }
}
