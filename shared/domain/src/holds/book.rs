//! The hold book: the pure state machine that says what every hold store must do.
//!
//! It never reads a clock: every command comes with the store's time in milliseconds.

use std::collections::BTreeMap;

use super::taken::TakenSeats;
use super::{Command, Gate, HeldSeat, LIFETIME_IN_TTLS, Mending, Outcome, Refusal, Settled, SettledSeat};
use crate::ids::{Ordinal, UserId};
use crate::seat::{Fence, Lease, SeatRecord};

/// The holds of one event.
#[derive(Debug, Clone, Default)]
pub struct HoldBook {
    gate: Option<Gate>,
    rebuilding: Option<u64>,
    counter: u64,
    /// Seats that are not available. A lease that has ended counts as available everywhere.
    taken: TakenSeats,
    /// The newest ledger version applied to each seat.
    versions: BTreeMap<Ordinal, u64>,
}

impl HoldBook {
    /// A book without a gate: it refuses everything until a rebuild ends.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does one command at the time `now_ms`.
    pub fn apply(&mut self, now_ms: u64, command: &Command) -> Outcome {
        self.try_apply(now_ms, command).unwrap_or_else(Outcome::Refused)
    }

    /// What is known of a seat at `now_ms`.
    pub fn record(&self, now_ms: u64, ordinal: Ordinal) -> SeatRecord {
        self.taken.get(ordinal).copied().unwrap_or_default().at(now_ms)
    }

    /// A buyer's seats at `now_ms`, in the order of ordinals.
    pub fn seats_of(&self, now_ms: u64, user: UserId) -> impl Iterator<Item = (Ordinal, SeatRecord)> {
        let now = self.taken.of(user).map(move |seat| (seat, self.record(now_ms, seat)));
        now.filter(|(_, record)| *record != SeatRecord::Available)
    }

    fn try_apply(&mut self, now_ms: u64, command: &Command) -> Result<Outcome, Refusal> {
        match command {
            Command::Hold { user, seats, ttl_ms, limit } => self.hold(now_ms, *user, seats, *ttl_ms, *limit),
            Command::Release { user, seats } => self.release(now_ms, *user, seats),
            Command::Extend { user, ttl_ms } => self.extend(now_ms, *user, *ttl_ms),
            Command::Prolong { seats, ttl_ms, .. } => self.prolong(now_ms, seats, *ttl_ms),
            Command::Expire { seats } => self.expire(now_ms, seats),
            Command::Claim { user, seats, ttl_ms } => self.claim(now_ms, *user, seats, *ttl_ms),
            Command::Unclaim { user, seats, hold_ttl_ms } => self.unclaim(now_ms, *user, seats, *hold_ttl_ms),
            Command::Settle { rebuild_epoch, seats } => self.settle(now_ms, *rebuild_epoch, seats),
            Command::Mend { seats } => self.mend(now_ms, seats),
            Command::Rebuild { epoch } => self.rebuild(*epoch),
            Command::SetGate(gate) => self.set_gate(*gate),
        }
    }

    fn hold(
        &mut self,
        now_ms: u64,
        user: UserId,
        seats: &[Ordinal],
        ttl_ms: u64,
        limit: u32,
    ) -> Result<Outcome, Refusal> {
        let gate = self.open_gate()?;
        let mut fresh = 0;
        let mut taken = Vec::new();
        for &seat in seats {
            match self.record(now_ms, seat) {
                SeatRecord::Available => fresh += 1,
                SeatRecord::Held(lease) if lease.owner == user => {}
                _ => taken.push(seat),
            }
        }
        if !taken.is_empty() {
            return Err(Refusal::Taken(taken));
        }
        let has = self.count_of(now_ms, user);
        if fresh > 0 && has + fresh > limit {
            return Err(Refusal::Limit { has });
        }
        if fresh > 0 {
            self.counter += 1;
        }
        let fence = Fence { epoch: gate.epoch, counter: self.counter };
        let lease = Lease { owner: user, fence, first_held_ms: now_ms, deadline_ms: now_ms + ttl_ms };
        let yours = seats.iter().map(|&seat| {
            let SeatRecord::Held(kept) = self.record(now_ms, seat) else {
                self.taken.insert(seat, SeatRecord::Held(lease));
                return held(seat, &lease);
            };
            held(seat, &kept)
        });
        Ok(Outcome::Yours(yours.collect()))
    }

    fn release(&mut self, now_ms: u64, user: UserId, seats: &[Ordinal]) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let foreign: Vec<_> =
            seats.iter().copied().filter(|&seat| self.held_by(now_ms, seat, user).is_none()).collect();
        if !foreign.is_empty() {
            return Err(Refusal::NotHeld(foreign));
        }
        for &seat in seats {
            self.taken.remove(seat);
        }
        Ok(Outcome::Freed { seats: seats.to_vec(), waiting: Vec::new() })
    }

    fn extend(&mut self, now_ms: u64, user: UserId, ttl_ms: u64) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let held = self.taken.of(user).filter(|&seat| self.held_by(now_ms, seat, user).is_some()).collect::<Vec<_>>();
        Ok(Outcome::Yours(self.give_time(&held, now_ms, ttl_ms)))
    }

    /// Back to the full TTL, never less than each has, never beyond the cap.
    fn give_time(&mut self, held_seats: &[Ordinal], now_ms: u64, ttl_ms: u64) -> Vec<HeldSeat> {
        let mut prolonged = Vec::with_capacity(held_seats.len());
        for &seat in held_seats {
            let Some(lease) = self.taken.hold_mut(seat) else { continue };
            let cap = lease.first_held_ms + LIFETIME_IN_TTLS * ttl_ms;
            lease.deadline_ms = lease.deadline_ms.max(cap.min(now_ms + ttl_ms));
            prolonged.push(held(seat, lease));
        }
        prolonged
    }

    fn prolong(&mut self, now_ms: u64, seats: &[Ordinal], ttl_ms: u64) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let is_held = |seat: &Ordinal| matches!(self.record(now_ms, *seat), SeatRecord::Held(_));
        let others: Vec<_> = seats.iter().copied().filter(|seat| !is_held(seat)).collect();
        if !others.is_empty() {
            return Err(Refusal::NotHeld(others));
        }
        Ok(Outcome::Yours(self.give_time(seats, now_ms, ttl_ms)))
    }

    fn expire(&mut self, now_ms: u64, seats: &[Ordinal]) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let (mut freed, mut waiting) = (Vec::new(), Vec::new());
        for &seat in seats {
            let Some(lease) = self.taken.get(seat).and_then(SeatRecord::lease).copied() else { continue };
            if lease.is_past(now_ms) {
                self.taken.remove(seat);
                freed.push(seat);
            } else {
                waiting.push((seat, lease.deadline_ms));
            }
        }
        Ok(Outcome::Freed { seats: freed, waiting })
    }

    fn claim(
        &mut self,
        now_ms: u64,
        user: UserId,
        seats: &[(Ordinal, Fence)],
        ttl_ms: u64,
    ) -> Result<Outcome, Refusal> {
        self.open_gate()?;
        let mine = |book: &Self, seat, fence| {
            book.record(now_ms, seat).lease().copied().filter(|lease| lease.owner == user && lease.fence == fence)
        };
        let lost: Vec<_> =
            seats.iter().filter(|&&(seat, fence)| mine(self, seat, fence).is_none()).map(|&(seat, _)| seat).collect();
        if !lost.is_empty() {
            return Err(Refusal::NotHeld(lost));
        }
        let mut yours = Vec::new();
        for &(seat, fence) in seats {
            let Some(mut lease) = mine(self, seat, fence) else { continue };
            lease.deadline_ms = now_ms + ttl_ms;
            self.taken.insert(seat, SeatRecord::Claimed(lease));
            yours.push(held(seat, &lease));
        }
        Ok(Outcome::Yours(yours))
    }

    fn unclaim(
        &mut self,
        now_ms: u64,
        user: UserId,
        seats: &[(Ordinal, Fence)],
        hold_ttl_ms: Option<u64>,
    ) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let (mut freed, mut waiting) = (Vec::new(), Vec::new());
        for &(seat, fence) in seats {
            let Some(&SeatRecord::Claimed(mut lease)) = self.taken.get(seat) else { continue };
            if lease.owner != user || lease.fence != fence {
                continue;
            }
            let cap = |ttl_ms: u64| (now_ms + ttl_ms).min(lease.first_held_ms + LIFETIME_IN_TTLS * ttl_ms);
            let has_ended = lease.is_past(now_ms);
            lease.deadline_ms = hold_ttl_ms.map_or(now_ms, cap);
            if has_ended || lease.is_past(now_ms) {
                self.taken.remove(seat);
                freed.push(seat);
            } else {
                self.taken.insert(seat, SeatRecord::Held(lease));
                waiting.push((seat, lease.deadline_ms));
            }
        }
        Ok(Outcome::Freed { seats: freed, waiting })
    }

    fn settle(&mut self, now_ms: u64, rebuild_epoch: Option<u64>, seats: &[SettledSeat]) -> Result<Outcome, Refusal> {
        let rebuilding = rebuild_epoch.is_some() && rebuild_epoch == self.rebuilding;
        if self.gate.is_none() && !rebuilding {
            return Err(Refusal::Recovering);
        }
        let mut applied = Vec::new();
        for settled in seats {
            if self.versions.get(&settled.ordinal).is_some_and(|&version| version >= settled.version) {
                continue;
            }
            self.versions.insert(settled.ordinal, settled.version);
            self.settle_one(now_ms, settled);
            applied.push(settled.ordinal);
        }
        Ok(Outcome::Applied(applied))
    }

    fn mend(&mut self, now_ms: u64, seats: &[Mending]) -> Result<Outcome, Refusal> {
        self.any_gate()?;
        let mut mended = Vec::new();
        for Mending { settled, seen } in seats {
            let newest = self.versions.get(&settled.ordinal).copied().unwrap_or(0);
            if newest <= settled.version && self.record(now_ms, settled.ordinal) == *seen {
                self.versions.insert(settled.ordinal, settled.version);
                self.settle_one(now_ms, settled);
                mended.push(settled.ordinal);
            }
        }
        Ok(Outcome::Applied(mended))
    }

    fn settle_one(&mut self, now_ms: u64, settled: &SettledSeat) {
        let record = match settled.state {
            Settled::Claimed(lease) => SeatRecord::Claimed(self.with_age(now_ms, settled.ordinal, lease)),
            Settled::Sold { owner } => SeatRecord::Sold { owner },
            Settled::Blocked => SeatRecord::Blocked,
            Settled::Available { last_fence } => {
                let stays = match self.record(now_ms, settled.ordinal) {
                    SeatRecord::Held(_) => true,
                    SeatRecord::Claimed(lease) => last_fence.is_none_or(|fence| lease.fence > fence),
                    SeatRecord::Available | SeatRecord::Sold { .. } | SeatRecord::Blocked => false,
                };
                if !stays {
                    self.taken.remove(settled.ordinal);
                }
                return;
            }
        };
        self.taken.insert(settled.ordinal, record);
    }

    /// The ledger does not know since when a seat was held; of the same grant this book does.
    fn with_age(&self, now_ms: u64, seat: Ordinal, lease: Lease) -> Lease {
        let record = self.record(now_ms, seat);
        let same = record.lease().filter(|known| known.owner == lease.owner && known.fence == lease.fence);
        let first_held_ms = same.map_or(lease.first_held_ms, |known| known.first_held_ms.min(lease.first_held_ms));
        Lease { first_held_ms, ..lease }
    }

    fn rebuild(&mut self, epoch: u64) -> Result<Outcome, Refusal> {
        let newest = self.gate.map(|gate| gate.epoch).max(self.rebuilding);
        if newest.is_some_and(|newest| newest >= epoch) {
            return Err(Refusal::Superseded);
        }
        self.gate = None;
        // Every durable seat is settled again, whatever was known of it.
        self.versions.clear();
        self.rebuilding = Some(epoch);
        Ok(Outcome::Done)
    }

    fn set_gate(&mut self, gate: Gate) -> Result<Outcome, Refusal> {
        match self.gate {
            Some(current) if current.epoch == gate.epoch && current.version <= gate.version => {}
            None if self.rebuilding == Some(gate.epoch) => self.rebuilding = None,
            Some(_) | None => return Err(Refusal::Superseded),
        }
        self.gate = Some(gate);
        Ok(Outcome::Done)
    }

    fn any_gate(&self) -> Result<Gate, Refusal> {
        self.gate.ok_or(Refusal::Recovering)
    }

    fn open_gate(&self) -> Result<Gate, Refusal> {
        self.any_gate().and_then(|gate| if gate.open { Ok(gate) } else { Err(Refusal::NotOnSale) })
    }

    fn held_by(&self, now_ms: u64, seat: Ordinal, user: UserId) -> Option<Lease> {
        match self.record(now_ms, seat) {
            SeatRecord::Held(lease) if lease.owner == user => Some(lease),
            _ => None,
        }
    }

    fn count_of(&self, now_ms: u64, user: UserId) -> u32 {
        u32::try_from(self.seats_of(now_ms, user).count()).unwrap_or(u32::MAX)
    }
}

const fn held(ordinal: Ordinal, lease: &Lease) -> HeldSeat {
    HeldSeat { ordinal, fence: lease.fence, deadline_ms: lease.deadline_ms }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
