//! The seats of an event that are not available, by seat and by owner. What it costs to ask for a buyer's seats does not
//! depend on how many others have some.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::ids::{Ordinal, UserId};
use crate::seat::{Lease, SeatRecord};

/// Records as they were written: a lease that has ended is still here.
#[derive(Debug, Clone, Default)]
pub(super) struct TakenSeats {
    records: BTreeMap<Ordinal, SeatRecord>,
    by_owner: HashMap<UserId, BTreeSet<Ordinal>>,
}

impl TakenSeats {
    pub(super) fn get(&self, seat: Ordinal) -> Option<&SeatRecord> {
        self.records.get(&seat)
    }

    /// The lease of a hold, to be given another deadline. Its owner stays.
    pub(super) fn hold_mut(&mut self, seat: Ordinal) -> Option<&mut Lease> {
        match self.records.get_mut(&seat) {
            Some(SeatRecord::Held(lease)) => Some(lease),
            _ => None,
        }
    }

    /// The seats of an owner, in order.
    pub(super) fn of(&self, owner: UserId) -> impl Iterator<Item = Ordinal> {
        self.by_owner.get(&owner).into_iter().flatten().copied()
    }

    pub(super) fn insert(&mut self, seat: Ordinal, record: SeatRecord) {
        let before = self.records.insert(seat, record);
        self.disown(seat, before);
        if let Some(owner) = record.owner() {
            self.by_owner.entry(owner).or_default().insert(seat);
        }
    }

    pub(super) fn remove(&mut self, seat: Ordinal) {
        let before = self.records.remove(&seat);
        self.disown(seat, before);
    }

    fn disown(&mut self, seat: Ordinal, record: Option<SeatRecord>) {
        let Some(owner) = record.and_then(|record| record.owner()) else { return };
        if let Some(seats) = self.by_owner.get_mut(&owner) {
            seats.remove(&seat);
            if seats.is_empty() {
                self.by_owner.remove(&owner);
            }
        }
    }
}
