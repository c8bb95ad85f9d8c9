//! Holds: taking seats and giving them back, over HTTP and over sockets alike.

mod budget;
pub(crate) mod routes;

use std::collections::{BTreeMap, BTreeSet};
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

use budget::Open;
pub(crate) use budget::{Budgets, Buyer};

use crate::catalogue::{Catalogue, CompiledPlan};
use crate::gatekeeper::Gatekeeper;
use crate::http::problem::{Answer, Problem};
use crate::metrics;
use crate::rooms::{Rooms, Verdict};

/// Seats of one event that are asked for together when everybody's lapsed holds are counted.
const COUNTED_AT_ONCE: usize = 1_000;

/// How long to look for what became of a command. A buyer has waited for the store already.
const LOOK_UP_TIMEOUT: Duration = Duration::from_millis(150);

/// How often everything that somebody holds is tried to be given back.
const MAX_RELEASES: u32 = 5;

/// How often seats are chosen anew because somebody else was faster.
const MAX_CHOICES: u32 = 12;

/// Hold commands of people, over HTTP and over sockets alike.
pub(crate) struct HoldDesk {
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) budgets: Budgets,
}

/// Why the store could not say what became of holds.
#[derive(PartialEq, Eq)]
enum NoAnswer {
    /// It cannot be reached in time.
    Away,
    /// It has lost its memory of the event, and shows bought seats as free.
    Forgot,
}

impl HoldDesk {
    /// Holds seats by their names, all or none.
    pub(crate) async fn hold(&self, buyer: Buyer, event: EventId, seats: &[String]) -> Answer<Vec<HeldFor>> {
        let user = buyer.user;
        let event = self.catalogue.event(event).await?;
        let plan = self.catalogue.plan(&event).await?;
        let ordinals = ordinals(&plan.layout, seats)?;
        let event = self.on_sale(event).await?;
        self.check_budget(buyer).await?;
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
        self.count_granted(buyer, &event, &answer);
        yours(&plan, answer, event.max_seats_per_user)
    }

    /// Holds the best seats that are free: chosen on the live map, then held as any others; chosen again without those that
    /// somebody else took meanwhile.
    pub(crate) async fn hold_best(&self, buyer: Buyer, event: &Event, wish: &Wish<'_>) -> Answer<Vec<HeldFor>> {
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
            match self.hold(buyer, event.id, &names).await {
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
            Outcome::Freed { .. } => {
                self.budgets.released(user, event.id, &seats, self.rooms.now_ms());
                Ok(())
            }
            Outcome::Refused(refusal) => Err(refused(&plan.layout, &refusal, event.max_seats_per_user)),
            other => Err(Problem::internal(&format!("release answered {other:?}"))),
        }
    }

    /// Gives back whatever somebody holds in an event, and says whether everything is. What an order has claimed stays the order's.
    pub(crate) async fn release_all(&self, user: UserId, event: EventId) -> Result<bool, HoldStoreError> {
        // Released together or not at all: one that ends at the same moment keeps the others.
        for _ in 0..MAX_RELEASES {
            let theirs = self.holds.read_buyer(event, user).await?.seats;
            let held = theirs.into_iter().filter(|(_, record)| matches!(record, SeatRecord::Held(_)));
            let seats: Vec<_> = held.map(|(seat, _)| seat).collect();
            if seats.is_empty() {
                return Ok(true);
            }
            self.holds.apply(event, &Command::Release { user, seats: seats.clone() }).await?;
            self.suspect(event, &seats);
        }
        Ok(false)
    }

    /// Sets all holds of a buyer back to the full TTL.
    pub(crate) async fn extend(&self, buyer: Buyer, event: EventId) -> Answer<Vec<HeldFor>> {
        let user = buyer.user;
        let event = self.catalogue.event(event).await?;
        let plan = self.catalogue.plan(&event).await?;
        // What cannot be bought any more is not kept longer either.
        let event = self.on_sale(event).await?;
        self.check_budget(buyer).await?;
        let ttl_ms = u64::from(event.hold_ttl_s) * 1000;
        let answer = self.apply(event.id, &Command::Extend { user, ttl_ms }).await?;
        self.count_granted(buyer, &event, &answer);
        yours(&plan, answer, event.max_seats_per_user)
    }

    /// Whether a buyer may hold seats now, after what lapsed since they were here last was counted.
    async fn check_budget(&self, buyer: Buyer) -> Answer<()> {
        let now_ms = self.rooms.now_ms();
        self.count_lapsed(buyer, now_ms).await;
        let Some(pause) = self.budgets.pause(buyer, now_ms) else { return Ok(()) };
        let detail = "seats were kept for long and not bought, wait before you take others";
        let wait_s = pause.as_secs() + 1;
        Err(Problem::new(ErrorCode::HoldBudget, detail).with("retry_after_ms", wait_s * 1000).retry_after(wait_s))
    }

    /// Counts the holds of a buyer whose time is over, except those that were bought. A store that does not answer speaks for them.
    async fn count_lapsed(&self, buyer: Buyer, now_ms: u64) {
        let mut by_event: BTreeMap<EventId, Vec<Open>> = BTreeMap::new();
        for open in self.budgets.take_lapsed(buyer.user, now_ms) {
            by_event.entry(open.event).or_default().push(open);
        }
        for (event, lapsed) in by_event {
            self.count(event, &lapsed, now_ms).await.ok();
        }
    }

    /// The same for everybody: who never comes back counts for their address all the same.
    pub(crate) async fn count_everybodys_lapsed(&self) {
        let now_ms = self.rooms.now_ms();
        let mut by_event: BTreeMap<EventId, Vec<Open>> = BTreeMap::new();
        for open in self.budgets.take_all_lapsed(now_ms) {
            by_event.entry(open.event).or_default().push(open);
        }
        let mut is_away = false;
        for (event, lapsed) in by_event {
            for some in lapsed.chunks(COUNTED_AT_ONCE) {
                let counted = if is_away { Err(NoAnswer::Away) } else { self.count(event, some, now_ms).await };
                let Err(why) = counted else { continue };
                // An event that is forgotten stands in nobody else's way.
                is_away |= why == NoAnswer::Away;
                for open in some {
                    self.budgets.goes_on(*open, open.until_ms);
                }
            }
        }
    }

    /// Asks the store what became of holds of one event.
    async fn count(&self, event: EventId, lapsed: &[Open], now_ms: u64) -> Result<(), NoAnswer> {
        let seats: Vec<_> = lapsed.iter().map(|open| open.seat).collect();
        let read =
            async { Ok::<_, HoldStoreError>((self.holds.read(event, &seats).await?, self.holds.gate(event).await?)) };
        let Ok(Ok((read, gate))) = timeout(LOOK_UP_TIMEOUT, read).await else { return Err(NoAnswer::Away) };
        if gate.is_none() {
            return Err(NoAnswer::Forgot);
        }
        for (open, record) in lapsed.iter().zip(&read.records) {
            match record {
                SeatRecord::Sold { owner } if *owner == open.user => {}
                SeatRecord::Held(lease) | SeatRecord::Claimed(lease) if lease.owner == open.user => {
                    let left_ms = lease.deadline_ms.saturating_sub(read.at_ms);
                    self.budgets.goes_on(*open, now_ms + left_ms);
                }
                SeatRecord::Available
                | SeatRecord::Blocked
                | SeatRecord::Held(_)
                | SeatRecord::Claimed(_)
                | SeatRecord::Sold { .. } => self.budgets.charge(open, now_ms),
            }
        }
        Ok(())
    }

    fn count_granted(&self, buyer: Buyer, event: &Event, answer: &StoreAnswer) {
        let Outcome::Yours(seats) = &answer.outcome else { return };
        let cart_ms = u64::from(event.max_seats_per_user) * u64::from(event.hold_ttl_s) * 1000;
        let granted = seats.iter().map(|seat| (seat.ordinal, seat.deadline_ms.saturating_sub(answer.at_ms)));
        self.budgets.granted(buyer, event.id, granted, cart_ms, self.rooms.now_ms());
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
