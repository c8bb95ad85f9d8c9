//! The reconciler: compares what ledger, hold store and room say of every seat, counts differences, repairs them.
//!
//! It looks at events that somebody watches. The three are read one after the other while seats change, so a difference
//! counts only if it is exactly the same a moment later; then it is repaired by compare-and-set.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use frontrow_domain::holds::{Command, Mending, Settled, SettledSeat};
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::SeatRecord;
use frontrow_engines::holds::{Holds, SeatsRead};
use frontrow_engines::ledger::Ledger;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{debug, warn};

use crate::http::problem::Answer;
use crate::metrics;
use crate::rooms::{Room, Rooms};

/// A change that is on its way has arrived everywhere by then.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// See the module.
pub(crate) struct Reconciler {
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) rooms: Arc<Rooms>,
}

/// How a seat differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// The store is not as the ledger says.
    Store(Mending),
    /// The room does not show what the store has. Whole records, so that two different holds of a busy seat are not
    /// taken for one difference that stays.
    Room { shown: SeatRecord, stored: SeatRecord },
}

/// The differences of one comparison; a seat may differ in both places.
type Differences = BTreeMap<(Ordinal, &'static str), Difference>;

impl Reconciler {
    /// Runs until it is dropped.
    pub(crate) async fn run(self, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        loop {
            ticks.tick().await;
            let started = Instant::now();
            for room in self.rooms.all() {
                if let Err(problem) = self.reconcile(&room).await {
                    debug!(event.id = %room.event, detail = problem.detail, "an event is compared later");
                }
            }
            metrics::reconciled(started.elapsed().as_secs_f64());
        }
    }

    async fn reconcile(&self, room: &Room) -> Answer<()> {
        let first = self.compare(room).await?;
        if first.is_empty() {
            room.pulse.compared(0);
            return Ok(());
        }
        sleep(LOOK_AGAIN_AFTER).await;
        let mut confirmed = self.compare(room).await?;
        confirmed.retain(|place, difference| first.get(place) == Some(difference));
        room.pulse.compared(confirmed.len());
        self.repair(room, &confirmed).await
    }

    async fn compare(&self, room: &Room) -> Answer<Differences> {
        let settled = self.ledger.settled(room.event, None).await?;
        let every_seat: Vec<_> = room.plan.layout.ordinals().map(|(ordinal, _)| ordinal).collect();
        let read = self.holds.read(room.event, &every_seat).await?;
        let shown = room.records(&every_seat);
        let mut differences = differences(&settled, &every_seat, &read);
        for ((&seat, &shown), &stored) in every_seat.iter().zip(&shown).zip(&read.records) {
            if shown.state() != stored.state() {
                differences.insert((seat, "room"), Difference::Room { shown, stored });
            }
        }
        Ok(differences)
    }

    async fn repair(&self, room: &Room, confirmed: &Differences) -> Answer<()> {
        let mending: Vec<Mending> = confirmed
            .values()
            .filter_map(|difference| match difference {
                Difference::Store(mending) => Some(*mending),
                Difference::Room { .. } => None,
            })
            .collect();
        let seats: Vec<Ordinal> = confirmed.keys().map(|&(seat, _)| seat).collect();
        if seats.is_empty() {
            return Ok(());
        }
        metrics::drift_found("store", mending.len());
        metrics::drift_found("room", confirmed.len() - mending.len());
        warn!(event.id = %room.event, drift.store = mending.len(), drift.room = confirmed.len() - mending.len(), "seats differed and are repaired");
        if !mending.is_empty() {
            self.holds.apply(room.event, &Command::Mend { seats: mending }).await?;
        }
        room.suspect(&seats);
        Ok(())
    }
}

/// Where the store is not as the ledger says. A seat that the ledger has no version of never had a durable state.
fn differences(settled: &[SettledSeat], seats: &[Ordinal], read: &SeatsRead) -> Differences {
    let durable: HashMap<Ordinal, &SettledSeat> = settled.iter().map(|seat| (seat.ordinal, seat)).collect();
    let differing = seats.iter().zip(&read.records).filter_map(|(&ordinal, &seen)| {
        let never = SettledSeat { ordinal, version: 0, state: Settled::Available { last_fence: None } };
        let settled = durable.get(&ordinal).map_or(never, |&&settled| settled);
        let differs = !agrees(&settled.state, &seen, read.at_ms);
        differs.then_some(((ordinal, "store"), Difference::Store(Mending { settled, seen })))
    });
    differing.collect()
}

/// A lease in the store is younger than the ledger's word that the seat is free: a hold, or a claim on its way.
fn agrees(settled: &Settled, seen: &SeatRecord, now_ms: u64) -> bool {
    match (settled, seen) {
        (Settled::Available { .. }, SeatRecord::Available | SeatRecord::Held(_) | SeatRecord::Claimed(_))
        | (Settled::Blocked, SeatRecord::Blocked) => true,
        (Settled::Sold { owner }, SeatRecord::Sold { owner: seen }) => owner == seen,
        (Settled::Claimed(lease), SeatRecord::Claimed(seen)) => lease.owner == seen.owner && lease.fence == seen.fence,
        // Whoever ends claims will end this one; the store has let it go already.
        (Settled::Claimed(lease), SeatRecord::Available) => lease.is_past(now_ms),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::ids::UserId;
    use frontrow_domain::seat::{Fence, Lease};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_on_its_way_is_no_difference() {
        let owner = UserId(Uuid::from_u128(0xada));
        let other = UserId(Uuid::from_u128(0xbe4));
        let lease = Lease { owner, fence: Fence { epoch: 1, counter: 2 }, first_held_ms: 0, deadline_ms: 5_000 };
        let free = Settled::Available { last_fence: None };
        for seen in [SeatRecord::Available, SeatRecord::Held(lease), SeatRecord::Claimed(lease)] {
            assert!(agrees(&free, &seen, 1_000), "{seen:?}");
        }
        assert!(!agrees(&free, &SeatRecord::Sold { owner }, 1_000));
        assert!(!agrees(&free, &SeatRecord::Blocked, 1_000));
        assert!(!agrees(&Settled::Sold { owner }, &SeatRecord::Available, 1_000));
        assert!(!agrees(&Settled::Sold { owner }, &SeatRecord::Sold { owner: other }, 1_000));
        assert!(!agrees(&Settled::Sold { owner }, &SeatRecord::Held(lease), 1_000));
        let longer = Lease { deadline_ms: 9_000, first_held_ms: 1, ..lease };
        assert!(agrees(&Settled::Claimed(lease), &SeatRecord::Claimed(longer), 1_000), "the store adds a grace");
        assert!(!agrees(&Settled::Claimed(lease), &SeatRecord::Available, 1_000));
        assert!(agrees(&Settled::Claimed(lease), &SeatRecord::Available, 5_000), "its time is over");
        assert!(!agrees(&Settled::Claimed(lease), &SeatRecord::Held(lease), 1_000));
    }
}
