//! A room's one task: reads what is suspected, frees what is due, compares with the store, sends beacons.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::holds::{Command, Outcome};
use frontrow_domain::ids::Ordinal;
use frontrow_engines::holds::{Changes, HoldStoreError, SeatsRead};
use frontrow_engines::mutant::{self, Mutant};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tracing::{debug, warn};

use super::room::Reading;
use super::{Room, Rooms};
use crate::http::problem::{Answer, Problem};
use crate::metrics;

/// How often the store's stream of changes is compared with what the hints said.
const CATCH_UP_EVERY: Duration = Duration::from_secs(1);
/// How long to leave the store alone after it did not answer.
const STALE_PAUSE: Duration = Duration::from_millis(250);
/// Redis counts in milliseconds: asking this much later, the deadline has surely come.
const DEADLINE_SLACK: Duration = Duration::from_millis(1);
/// Leases asked about in one call: as many as may end at the same moment without holding up the store.
const EXPIRE_BATCH: usize = 500;

/// Runs until the room is idle or the server stops.
///
/// Inputs, in the order in which they are looked at: the stop, the next reading of suspects, the next deadline, the
/// catch-up, the beacon. Waking up only makes the loop look at its state again.
pub(super) async fn run(rooms: Arc<Rooms>, room: Arc<Room>) {
    let watcher = Watcher { rooms: &rooms, room: &room };
    watcher.run().await;
    rooms.remove_room(&room);
    room.pulse.tell_metrics();
    metrics::room_closed();
    debug!(event.id = %room.event, "the room is closed");
}

/// Reads the store's position, then the whole map: what changes in between is seen twice, not missed.
pub(super) async fn read_everything(rooms: &Rooms, room: &Room) -> Answer<()> {
    // A store that has lost its memory would show every seat as free.
    let fence_epoch = match rooms.gatekeeper.ensure(room.event).await {
        Ok(gate) => Some(gate.epoch),
        Err(problem) if problem.code == ErrorCode::NotOnSale => None,
        Err(problem) => return Err(problem),
    };
    let version = rooms.holds.version(room.event).await?;
    {
        let mut state = room.lock();
        state.suspect_all = false;
        state.ask_for(Reading::Everything);
        state.suspects.clear();
        state.version = Some(version);
    }
    let every_seat: Vec<_> = room.plan.layout.ordinals().map(|(ordinal, _)| ordinal).collect();
    let read = async {
        let read = rooms.holds.read(room.event, &every_seat).await?;
        // It may have lost its memory since the gate was looked at.
        let gate = rooms.holds.gate(room.event).await?;
        Ok::<_, HoldStoreError>((read, fence_epoch.is_none_or(|epoch| gate.is_some_and(|gate| gate.epoch == epoch))))
    };
    match read.await {
        Ok((_, false)) => {
            room.lock().suspect_all = true;
            Err(Problem::new(ErrorCode::Recovering, "the seats are being restored"))
        }
        Ok((read, true)) => {
            room.take_over(&every_seat, &read, fence_epoch, rooms.now_ms());
            Ok(())
        }
        Err(error) => {
            room.lock().suspect_all = true;
            Err(Problem::from(error))
        }
    }
}

struct Watcher<'a> {
    rooms: &'a Rooms,
    room: &'a Room,
}

impl Watcher<'_> {
    async fn run(&self) {
        let settings = &self.rooms.settings;
        let mut catch_up = interval(CATCH_UP_EVERY);
        let mut beacon = interval(Duration::from_millis(settings.beacon_ms));
        for ticks in [&mut catch_up, &mut beacon] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.reset();
        }
        let tick = Duration::from_millis(settings.tick_ms);
        let linger = Duration::from_millis(settings.linger_ms);
        // The first change after a quiet time goes out at once, the next ones a tick later.
        let mut may_read_at = Instant::now();
        loop {
            let (suspicious, deadline) = self.outlook();
            tokio::select! {
                biased;
                () = self.rooms.stop.cancelled() => return,
                () = self.may_read(may_read_at), if suspicious => {
                    may_read_at = Instant::now() + if self.read_suspects().await { tick } else { STALE_PAUSE };
                }
                () = sleep_until(deadline.unwrap_or(may_read_at)), if deadline.is_some() => self.expire().await,
                _ = catch_up.tick() => {
                    self.catch_up().await;
                    self.room.sample(self.rooms.now_ms());
                    let idle_since = Instant::now().checked_sub(linger);
                    if idle_since.is_some_and(|since| self.room.close_if_idle(since)) {
                        return;
                    }
                }
                _ = beacon.tick() => self.room.publish_beacon(),
                () = self.room.woken.notified() => {}
            }
        }
    }

    /// Not before `at`, and not before everybody was offered what was read last: what changes meanwhile goes out together.
    async fn may_read(&self, at: Instant) {
        sleep_until(at).await;
        self.room.fanout.idle().await;
    }

    fn outlook(&self) -> (bool, Option<Instant>) {
        let state = self.room.lock();
        let suspicious = state.suspect_all || !state.suspects.is_empty();
        let deadline = state.live.next_deadline().filter(|_| !mutant::is(Mutant::ExpiryByTtlOnly));
        (suspicious, deadline.map(|deadline| deadline + DEADLINE_SLACK))
    }

    /// Reads what may have changed; what could not be read stays suspected. Says whether the store answered.
    async fn read_suspects(&self) -> bool {
        if self.room.lock().suspect_all {
            return match read_everything(self.rooms, self.room).await {
                Ok(()) => true,
                Err(problem) => self.lost(&problem.detail),
            };
        }
        let suspects: Vec<Ordinal> = {
            let mut state = self.room.lock();
            let suspects = std::mem::take(&mut state.suspects);
            state.ask_for(Reading::Seats(suspects.clone()));
            suspects.into_iter().collect()
        };
        match self.read_of_this_epoch(&suspects).await {
            Ok(Some(read)) => {
                self.room.take_over(&suspects, &read, None, self.rooms.now_ms());
                true
            }
            Ok(None) => {
                self.room.suspect_everything();
                true
            }
            Err(error) => {
                self.room.lock().suspects.extend(suspects);
                self.lost(&error)
            }
        }
    }

    /// The seats, unless the store has lost its memory since everything was read: it would show sold seats as free until it
    /// is rebuilt. The gate is looked at afterwards, because a store that forgets has none, and a rebuild gives it a new
    /// epoch.
    async fn read_of_this_epoch(&self, seats: &[Ordinal]) -> Result<Option<SeatsRead>, HoldStoreError> {
        let read = self.rooms.holds.read(self.room.event, seats).await?;
        let gate = self.rooms.holds.gate(self.room.event).await?;
        let known = self.room.lock().fence_epoch;
        Ok(gate.is_some_and(|gate| gate.epoch == known).then_some(read))
    }

    /// Frees the leases that have ended. The store's clock decides; what goes on is asked about again.
    async fn expire(&self) {
        let due = self.room.lock().live.take_due(Instant::now());
        for seats in due.chunks(EXPIRE_BATCH) {
            let command = Command::Expire { seats: seats.to_vec() };
            let asked_at = Instant::now();
            match self.rooms.holds.apply(self.room.event, &command).await {
                Ok(answer) => {
                    if let Outcome::Freed { seats: freed, waiting } = answer.outcome {
                        metrics::holds_expired(freed.len());
                        let mut state = self.room.lock();
                        for (seat, deadline_ms) in waiting {
                            let rest = Duration::from_millis(deadline_ms.saturating_sub(answer.at_ms));
                            state.live.remind(seat, asked_at + rest);
                        }
                    }
                    // Freed by us or by somebody else, or not there any more: the value will tell.
                    self.room.suspect(seats);
                }
                Err(error) => {
                    self.lost(&error);
                    let later = Instant::now() + STALE_PAUSE;
                    let mut state = self.room.lock();
                    for &seat in seats {
                        state.live.remind(seat, later);
                    }
                }
            }
        }
    }

    /// Finds what no hint told: the store's stream has every change.
    async fn catch_up(&self) {
        let known = self.room.lock().version.clone();
        let Some(version) = known.filter(|_| !mutant::is(Mutant::HintsOnly)) else { return };
        match self.rooms.holds.changes_since(self.room.event, &version).await {
            Ok(Changes::Seats(seats, newest)) => {
                let mut state = self.room.lock();
                state.version = Some(newest);
                state.stale = state.suspect_all;
                state.suspects.extend(seats);
            }
            Ok(Changes::Unknown) => self.room.suspect_everything(),
            Err(error) => {
                self.lost(&error);
            }
        }
    }

    /// Notes that the store does not answer; `false`, so that it reads as the answer to "did it work".
    fn lost(&self, error: &dyn std::fmt::Display) -> bool {
        let mut state = self.room.lock();
        if !state.stale {
            warn!(event.id = %self.room.event, %error, "the room is stale");
        }
        state.stale = true;
        false
    }
}
