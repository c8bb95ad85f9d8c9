//! The room's map: what is known of every seat, who holds what, and when it ends. Pure state, no I/O.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use frontrow_domain::ids::{Ordinal, UserId};
use frontrow_domain::seat::{SeatCounts, SeatMap, SeatRecord, SeatState};
use frontrow_engines::holds::SeatsRead;
use tokio::time::Instant;

use super::activity::SeatMove;

/// Somebody's holds in this event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cart {
    /// Seats, and when each hold ends by this server's monotonic clock.
    pub(crate) seats: Vec<(Ordinal, Instant)>,
    /// The seats that the latest recovery of the hold store took.
    pub(crate) lost: Vec<Ordinal>,
    /// How many recoveries have taken something, so that each loss is told once.
    pub(crate) losses: u64,
}

/// A seat that is not available.
#[derive(Debug, Clone, Copy)]
struct Taken {
    record: SeatRecord,
    /// When its lease ends; `None` for sold and blocked seats.
    until: Option<Instant>,
}

/// See the module.
#[derive(Clone)]
pub(super) struct LiveMap {
    map: SeatMap,
    counts: SeatCounts,
    taken: HashMap<Ordinal, Taken>,
    carts: HashMap<UserId, BTreeSet<Ordinal>>,
    deadlines: BTreeSet<(Instant, Ordinal)>,
    /// Seats whose deadline has come and that are still there, with that deadline.
    overdue: HashMap<Ordinal, Instant>,
}

/// What a reading changed.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// What everybody sees, in the order of ordinals.
    pub(super) states: Vec<(Ordinal, SeatState)>,
    /// Whose carts are different now.
    pub(super) carts: BTreeSet<UserId>,
    /// What the store has forgotten: holds that nobody gave back and that had not ended.
    pub(super) lost: BTreeMap<UserId, Vec<Ordinal>>,
    /// Every record that is another one now.
    pub(super) moves: Vec<SeatMove>,
}

impl LiveMap {
    pub(super) fn new(seats: u32) -> Self {
        Self {
            map: SeatMap::new(seats),
            counts: SeatCounts { available: seats, ..SeatCounts::default() },
            taken: HashMap::new(),
            carts: HashMap::new(),
            deadlines: BTreeSet::new(),
            overdue: HashMap::new(),
        }
    }

    pub(super) const fn map(&self) -> &SeatMap {
        &self.map
    }

    pub(super) const fn counts(&self) -> SeatCounts {
        self.counts
    }

    /// What was read of a seat last.
    pub(super) fn record(&self, seat: Ordinal) -> SeatRecord {
        self.taken.get(&seat).map_or(SeatRecord::Available, |taken| taken.record)
    }

    /// Takes over what was asked for at `asked_at` and is known `now`; `seats` are the ones that were asked for, in ascending
    /// order. `recovered`: the store was rebuilt since the last reading.
    pub(super) fn apply(
        &mut self,
        seats: &[Ordinal],
        read: &SeatsRead,
        recovered: bool,
        (asked_at, now): (Instant, Instant),
    ) -> Changed {
        let mut changed = Changed::default();
        for (&seat, &record) in seats.iter().zip(&read.records) {
            let before = self.record(seat);
            if before == record {
                continue;
            }
            let loser = self.loser(seat, &before, &record, recovered, now);
            if let Some(user) = loser {
                changed.lost.entry(user).or_default().push(seat);
            }
            changed.moves.push(SeatMove { seat, before, after: record, at_ms: read.at_ms, lost: loser.is_some() });
            self.replace(seat, before, record, read.at_ms, asked_at);
            changed.carts.extend([before, record].iter().filter_map(holder));
            let (old, new) = (before.state(), record.state());
            if self.map.set(seat, new) {
                *self.counts.of(old) -= 1;
                *self.counts.of(new) += 1;
                changed.states.push((seat, new));
            }
        }
        changed
    }

    /// Whose hold the store has forgotten, if it has: the seat is somebody else's or nobody's too early, and either the
    /// store was rebuilt or the new grant comes from a newer fence epoch.
    fn loser(
        &self,
        seat: Ordinal,
        before: &SeatRecord,
        record: &SeatRecord,
        recovered: bool,
        now: Instant,
    ) -> Option<UserId> {
        let SeatRecord::Held(old) = before else { return None };
        let early = self.taken.get(&seat).is_some_and(|taken| taken.until.is_some_and(|until| until > now));
        let newer = record.lease().is_some_and(|new| new.fence.epoch > old.fence.epoch);
        (early && record.owner() != Some(old.owner) && (recovered || newer)).then_some(old.owner)
    }

    fn replace(&mut self, seat: Ordinal, before: SeatRecord, record: SeatRecord, at_ms: u64, asked_at: Instant) {
        if let Some(Taken { until: Some(until), .. }) = self.taken.remove(&seat) {
            self.deadlines.remove(&(until, seat));
        }
        self.overdue.remove(&seat);
        if let Some(user) = holder(&before)
            && let Some(cart) = self.carts.get_mut(&user)
        {
            cart.remove(&seat);
            if cart.is_empty() {
                self.carts.remove(&user);
            }
        }
        if record == SeatRecord::Available {
            return;
        }
        // The store's clock said how much time is left; from here on the monotonic clock counts. It counts from the question:
        // from a slow answer on, every hold would be shown for longer than it lasts. Who asks too early is told so.
        let until =
            record.lease().map(|lease| asked_at + Duration::from_millis(lease.deadline_ms.saturating_sub(at_ms)));
        self.deadlines.extend(until.map(|until| (until, seat)));
        if let Some(user) = holder(&record) {
            self.carts.entry(user).or_default().insert(seat);
        }
        self.taken.insert(seat, Taken { record, until });
    }

    /// Those of the seats that somebody else has for sure; a lease at its end is left to the store to decide.
    pub(super) fn taken_by_others(&self, user: UserId, seats: &[Ordinal], now: Instant) -> Vec<Ordinal> {
        let others = |seat: &Ordinal| {
            self.taken
                .get(seat)
                .is_some_and(|taken| taken.record.owner() != Some(user) && taken.until.is_none_or(|until| until > now))
        };
        seats.iter().copied().filter(others).collect()
    }

    /// What a user holds. Claimed seats belong to an order, not to the cart.
    pub(super) fn held_by(&self, user: UserId) -> Vec<(Ordinal, Instant)> {
        let seats = self.carts.get(&user).into_iter().flatten();
        seats
            .filter_map(|&seat| self.taken.get(&seat).and_then(|taken| taken.until).map(|until| (seat, until)))
            .collect()
    }

    /// How many people hold seats.
    pub(super) fn holders(&self) -> usize {
        self.carts.len()
    }

    /// The deadlines that are to come; what is due already is not among them.
    pub(super) fn deadlines(&self) -> impl Iterator<Item = (Instant, Ordinal)> {
        self.deadlines.iter().copied()
    }

    /// The earliest deadline that has come and whose seat is still there.
    pub(super) fn most_overdue(&self) -> Option<Instant> {
        self.overdue.values().min().copied()
    }

    /// When the next lease ends.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|&(until, _)| until)
    }

    /// Takes out the deadlines that have come; each is asked about once, then again when [`Self::remind`] says so.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Ordinal> {
        let mut due = Vec::new();
        while let Some(&(until, seat)) = self.deadlines.first() {
            if until > now {
                break;
            }
            self.deadlines.pop_first();
            self.overdue.entry(seat).or_insert(until);
            due.push(seat);
        }
        due
    }

    /// The store says that this lease goes on until then, or could not be asked.
    pub(super) fn remind(&mut self, seat: Ordinal, at: Instant) {
        if let Some(taken) = self.taken.get_mut(&seat)
            && let Some(until) = taken.until.replace(at)
        {
            self.deadlines.remove(&(until, seat));
            self.deadlines.insert((at, seat));
        }
    }
}

const fn holder(record: &SeatRecord) -> Option<UserId> {
    match record {
        SeatRecord::Held(lease) => Some(lease.owner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::seat::{Fence, Lease};
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::from_u128(0xada));
    const BEN: UserId = UserId(Uuid::from_u128(0xbe4));

    fn held(owner: UserId, deadline_ms: u64) -> SeatRecord {
        SeatRecord::Held(Lease { owner, fence: Fence { epoch: 1, counter: 1 }, first_held_ms: 0, deadline_ms })
    }

    fn read(map: &mut LiveMap, seat: u32, record: SeatRecord, now: Instant) -> Changed {
        map.apply(&[Ordinal(seat)], &SeatsRead { at_ms: 1000, records: vec![record] }, false, (now, now))
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_changes_map_counts_cart_and_deadline_and_goes_without_a_trace() {
        let (mut map, now) = (LiveMap::new(4), Instant::now());
        let changed = read(&mut map, 2, held(ADA, 1500), now);
        assert_eq!(changed.states, [(Ordinal(2), SeatState::Held)]);
        assert_eq!(changed.carts, [ADA].into());
        let end = now + Duration::from_millis(500);
        assert_eq!(map.held_by(ADA), [(Ordinal(2), end)]);
        assert_eq!(map.next_deadline(), Some(end));
        assert_eq!(map.counts(), SeatCounts { available: 3, held: 1, ..SeatCounts::default() });
        assert!(read(&mut map, 2, held(ADA, 1500), now).states.is_empty(), "read twice, changed once");

        read(&mut map, 2, SeatRecord::Available, now);
        assert_eq!((map.held_by(ADA), map.next_deadline()), (vec![], None));
        assert_eq!(map.counts(), map.map().counts());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_makes_no_hold_last_longer() {
        let (mut map, asked_at) = (LiveMap::new(4), Instant::now());
        let times = (asked_at, asked_at + Duration::from_millis(400));
        map.apply(&[Ordinal(2)], &read_one(held(ADA, 1500)), false, times);
        assert_eq!(map.next_deadline(), Some(asked_at + Duration::from_millis(500)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_extension_moves_the_deadline_without_a_delta() {
        let (mut map, now) = (LiveMap::new(4), Instant::now());
        read(&mut map, 2, held(ADA, 1500), now);
        let changed = read(&mut map, 2, held(ADA, 3000), now);
        assert!(changed.states.is_empty());
        assert_eq!(changed.carts, [ADA].into());
        assert_eq!(map.next_deadline(), Some(now + Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn only_strangers_are_refused_locally_and_only_before_the_deadline() {
        let (mut map, now) = (LiveMap::new(4), Instant::now());
        read(&mut map, 1, held(ADA, 1500), now);
        read(&mut map, 3, SeatRecord::Blocked, now);
        let asked = [Ordinal(0), Ordinal(1), Ordinal(3)];
        assert_eq!(map.taken_by_others(BEN, &asked, now), [Ordinal(1), Ordinal(3)]);
        assert_eq!(map.taken_by_others(ADA, &asked, now), [Ordinal(3)]);
        assert_eq!(map.taken_by_others(BEN, &asked, now + Duration::from_secs(1)), [Ordinal(3)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_due_deadline_is_taken_once_and_can_be_set_again() {
        let (mut map, now) = (LiveMap::new(4), Instant::now());
        read(&mut map, 1, held(ADA, 1500), now);
        let end = now + Duration::from_millis(500);
        assert_eq!(map.take_due(now), []);
        assert_eq!(map.take_due(end), [Ordinal(1)]);
        assert_eq!(map.take_due(end), []);
        map.remind(Ordinal(1), end + Duration::from_millis(1));
        assert_eq!(map.next_deadline(), Some(end + Duration::from_millis(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_a_recovery_took_is_lost() {
        let (mut map, now) = (LiveMap::new(4), Instant::now());
        let read_all = |records: [SeatRecord; 3]| SeatsRead { at_ms: 1000, records: records.to_vec() };
        let seats = [Ordinal(0), Ordinal(1), Ordinal(2)];
        map.apply(&seats, &read_all([held(ADA, 1500), held(ADA, 1500), held(BEN, 1500)]), false, (now, now));
        let released =
            map.apply(&seats, &read_all([SeatRecord::Available, held(ADA, 1500), held(BEN, 1500)]), false, (now, now));
        assert!(released.lost.is_empty());
        let taken = read_all([SeatRecord::Available, SeatRecord::Available, SeatRecord::Sold { owner: BEN }]);
        let recovered = map.clone().apply(&seats, &taken, true, (now, now));
        assert_eq!(recovered.lost, [(ADA, vec![Ordinal(1)])].into(), "Ben has bought his");
        let late = map.clone().apply(&seats, &taken, true, (now, now + Duration::from_secs(1)));
        assert!(late.lost.is_empty(), "they had ended");
        let SeatRecord::Held(mut lease) = held(BEN, 1500) else { unreachable!() };
        lease.fence.epoch = 2;
        let grabbed = map.apply(&[Ordinal(1)], &read_one(SeatRecord::Held(lease)), false, (now, now));
        assert_eq!(grabbed.lost, [(ADA, vec![Ordinal(1)])].into(), "a newer epoch gave it away");
    }

    fn read_one(record: SeatRecord) -> SeatsRead {
        SeatsRead { at_ms: 1000, records: vec![record] }
    }
}
