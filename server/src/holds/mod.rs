//! Holds: taking seats and giving them back, over HTTP and over sockets alike.

pub(crate) mod routes;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::holds::{Command, HeldSeat, Outcome, Refusal};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::plan::{Layout, UnknownWish, Wish};
use frontrow_domain::protocol::{HeldFor, MAX_SEATS_PER_COMMAND};
use frontrow_domain::seat::SeatRecord;
use frontrow_engines::holds::{Answer as StoreAnswer, HoldStoreError, Holds, SeatsRead};
use serde_json::Value;
use tokio::time::timeout;

use crate::catalogue::{Catalogue, CompiledPlan};
use crate::gatekeeper::Gatekeeper;
use crate::http::problem::{Answer, Problem};
use crate::metrics;
use crate::rooms::{Rooms, Verdict};

/// How long to look for what became of a command. A buyer has waited for the store already.
const LOOK_UP_TIMEOUT: Duration = Duration::from_millis(150);

/// How often seats are chosen anew because somebody else was faster.
const MAX_CHOICES: u32 = 12;

/// Hold commands of people, over HTTP and over sockets alike.
pub(crate) struct HoldDesk {
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) rooms: Arc<Rooms>,
}

impl HoldDesk {
    /// Holds seats by their names, all or none.
    pub(crate) async fn hold(&self, user: UserId, event: EventId, seats: &[String]) -> Answer<Vec<HeldFor>> {
        let event = self.catalogue.event(event).await?;
        let plan = self.catalogue.plan(&event).await?;
        let ordinals = ordinals(&plan.layout, seats)?;
        let event = self.on_sale(event).await?;
        let room = self.rooms.live(event.id);
        // What this server's room knows to be taken needs no question to the store.
        let asking = match &room {
            Some(room) => match room.want(user, &ordinals).await {
                Verdict::Ask(asking) => Some(asking),
                Verdict::Taken(taken) => {
                    metrics::hold_refused_locally();
                    self.rooms.note_conflict(event.id, &taken);
                    return Err(refused(&plan.layout, &Refusal::Taken(taken), event.max_seats_per_user));
                }
            },
            None => None,
        };
        let ttl_ms = u64::from(event.hold_ttl_s) * 1000;
        let command = Command::Hold { user, seats: ordinals, ttl_ms, limit: event.max_seats_per_user };
        let answer = self.apply(event.id, &command).await?;
        match (&answer.outcome, &asking) {
            (Outcome::Yours(_), Some(asking)) => asking.granted_to(user, answer.at_ms),
            (_, Some(asking)) => asking.refused(),
            (_, None) => {}
        }
        if let Outcome::Refused(Refusal::Taken(taken)) = &answer.outcome {
            self.rooms.note_conflict(event.id, taken);
        }
        yours(&plan, answer, event.max_seats_per_user)
    }

    /// Holds the best seats that are free: chosen on the live map, then held as any others; chosen again without those that
    /// somebody else took meanwhile.
    pub(crate) async fn hold_best(&self, user: UserId, event: &Event, wish: &Wish<'_>) -> Answer<Vec<HeldFor>> {
        let plan = self.catalogue.plan(event).await?;
        wish.check(&plan.layout).map_err(|unknown| match unknown {
            UnknownWish::Category => Problem::invalid("category", "is not a category of the event"),
            UnknownWish::Section => Problem::invalid("section", "is not a section of the event"),
        })?;
        let room = self.rooms.open(event.id).await?;
        let mut avoid = BTreeSet::new();
        for _ in 0..MAX_CHOICES {
            let (_, _, map) = room.position();
            let chosen = plan.blocks.best(&plan.layout, &map, wish, &avoid).ok_or_else(|| {
                let detail = format!("there are no {} free seats like that", wish.quantity);
                Problem::new(ErrorCode::NotEnoughSeats, detail)
            })?;
            let names: Vec<_> = chosen.iter().map(|&seat| plan.layout.seat(seat).seat.clone()).collect();
            match self.hold(user, event.id, &names).await {
                Err(problem) if problem.code == ErrorCode::SeatTaken => {
                    let taken = problem.fields.get("seats").and_then(Value::as_array).into_iter().flatten();
                    avoid.extend(taken.filter_map(|name| plan.layout.ordinal(name.as_str()?)));
                }
                result => return result,
            }
        }
        Err(Problem::new(ErrorCode::NotEnoughSeats, "others were faster every time, try again"))
    }

    /// Gives seats back by their names, all or none.
    pub(crate) async fn release(&self, user: UserId, event: EventId, seats: &[String]) -> Answer<()> {
        let event = self.catalogue.event(event).await?;
        let plan = self.catalogue.plan(&event).await?;
        let seats = ordinals(&plan.layout, seats)?;
        let answer = self.apply(event.id, &Command::Release { user, seats: seats.clone() }).await?;
        // Whoever hears of the release and wants the seat at once must not be refused by a room that has not.
        self.suspect(event.id, &seats);
        match answer.outcome {
            Outcome::Freed { .. } => Ok(()),
            Outcome::Refused(refusal) => Err(refused(&plan.layout, &refusal, event.max_seats_per_user)),
            other => Err(Problem::internal(&format!("release answered {other:?}"))),
        }
    }

    /// Sets all holds of a buyer back to the full TTL.
    pub(crate) async fn extend(&self, user: UserId, event: EventId) -> Answer<Vec<HeldFor>> {
        let event = self.catalogue.event(event).await?;
        let plan = self.catalogue.plan(&event).await?;
        // What cannot be bought any more is not kept longer either.
        let event = self.on_sale(event).await?;
        let ttl_ms = u64::from(event.hold_ttl_s) * 1000;
        let answer = self.apply(event.id, &Command::Extend { user, ttl_ms }).await?;
        yours(&plan, answer, event.max_seats_per_user)
    }

    /// The event, if it is on sale: a cached one that is not may have come on sale a moment ago.
    async fn on_sale(&self, event: Arc<Event>) -> Answer<Arc<Event>> {
        let event = if event.status == EventStatus::OnSale { event } else { self.catalogue.reload(event.id).await? };
        if event.status == EventStatus::OnSale { Ok(event) } else { Err(not_on_sale()) }
    }

    /// This server knows of the change before any hint tells it.
    fn suspect(&self, event: EventId, seats: &[Ordinal]) {
        if let Some(room) = self.rooms.live(event) {
            room.suspect(seats);
        }
    }

    /// Nobody knows what became of a command without an answer. The seats do: what they show was done is answered as
    /// done, everything else may be asked for again.
    async fn look_up(&self, event: EventId, command: &Command, error: HoldStoreError) -> Answer<StoreAnswer> {
        let (Command::Hold { seats, .. } | Command::Release { seats, .. }) = command else { return Err(error.into()) };
        let Ok(Ok(read)) = timeout(LOOK_UP_TIMEOUT, self.holds.read(event, seats)).await else {
            return Err(error.into());
        };
        let Some(outcome) = looks_done(command, seats, &read) else { return Err(error.into()) };
        metrics::hold_looked_up();
        Ok(StoreAnswer { at_ms: read.at_ms, outcome })
    }

    /// One command; if the store has lost the event, it is rebuilt and the command tried once more.
    async fn apply(&self, event: EventId, command: &Command) -> Answer<StoreAnswer> {
        let answer = match self.holds.apply(event, command).await {
            Ok(answer) => answer,
            Err(error) => self.look_up(event, command, error).await?,
        };
        metrics::hold_command(command, &answer.outcome);
        if answer.outcome != Outcome::Refused(Refusal::Recovering) {
            return Ok(answer);
        }
        self.gatekeeper.ensure(event).await?;
        Ok(self.holds.apply(event, command).await?)
    }
}

/// What the command must have done, if the seats are as it would have left them.
fn looks_done(command: &Command, seats: &[Ordinal], read: &SeatsRead) -> Option<Outcome> {
    let held_by = |user: UserId, record: &SeatRecord| match record {
        SeatRecord::Held(lease) if lease.owner == user => Some(*lease),
        _ => None,
    };
    match command {
        Command::Hold { user, .. } => {
            let mine = |(&ordinal, record)| {
                let lease = held_by(*user, record)?;
                Some(HeldSeat { ordinal, fence: lease.fence, deadline_ms: lease.deadline_ms })
            };
            seats.iter().zip(&read.records).map(mine).collect::<Option<_>>().map(Outcome::Yours)
        }
        Command::Release { user, .. } => {
            let gone = read.records.iter().all(|record| held_by(*user, record).is_none());
            gone.then(|| Outcome::Freed { seats: seats.to_vec(), waiting: Vec::new() })
        }
        _ => None,
    }
}

/// The ordinals of seats named by a client, each once.
pub(crate) fn ordinals(layout: &Layout, seats: &[String]) -> Answer<Vec<Ordinal>> {
    if seats.is_empty() || seats.len() > MAX_SEATS_PER_COMMAND {
        return Err(Problem::invalid("seats", "must name 1 to 100 seats"));
    }
    let unknown: Vec<_> = seats.iter().filter(|seat| layout.ordinal(seat).is_none()).collect();
    if !unknown.is_empty() {
        let detail = format!("the event has no seat {}", unknown[0]);
        return Err(Problem::new(ErrorCode::UnknownSeat, detail).with("seats", unknown));
    }
    let mut ordinals = Vec::with_capacity(seats.len());
    for ordinal in seats.iter().filter_map(|seat| layout.ordinal(seat)) {
        if !ordinals.contains(&ordinal) {
            ordinals.push(ordinal);
        }
    }
    Ok(ordinals)
}

fn yours(plan: &CompiledPlan, answer: StoreAnswer, limit: u32) -> Answer<Vec<HeldFor>> {
    let held = |seat: &HeldSeat| HeldFor {
        seat: plan.layout.seat(seat.ordinal).seat.clone(),
        expires_in_ms: seat.deadline_ms.saturating_sub(answer.at_ms),
    };
    match answer.outcome {
        Outcome::Yours(seats) => Ok(seats.iter().map(held).collect()),
        Outcome::Refused(refusal) => Err(refused(&plan.layout, &refusal, limit)),
        other => Err(Problem::internal(&format!("a hold command answered {other:?}"))),
    }
}

fn not_on_sale() -> Problem {
    Problem::new(ErrorCode::NotOnSale, "seats of this event cannot be held now")
}

/// A refusal in the words of the API, with the seats' names.
fn refused(layout: &Layout, refusal: &Refusal, limit: u32) -> Problem {
    let names = |seats: &[Ordinal]| seats.iter().map(|&seat| layout.seat(seat).seat.clone()).collect::<Vec<_>>();
    match refusal {
        Refusal::Recovering | Refusal::Superseded => {
            Problem::new(ErrorCode::Recovering, "the seats are being restored")
        }
        Refusal::NotOnSale => not_on_sale(),
        Refusal::Taken(seats) => {
            let seats = names(seats);
            Problem::new(ErrorCode::SeatTaken, format!("{} is taken", seats.join(", "))).with("seats", seats)
        }
        Refusal::Limit { has } => {
            let detail = format!("you have {has} seats of this event; the limit is {limit}");
            Problem::new(ErrorCode::SeatLimit, detail).with("limit", limit)
        }
        Refusal::NotHeld(seats) => {
            let seats = names(seats);
            Problem::new(ErrorCode::NotHeld, format!("{} is not held by you", seats.join(", "))).with("seats", seats)
        }
    }
}
