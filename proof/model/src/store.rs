//! The hold store: one function for each script in `shared/engines/src/holds/redis/scripts/`. Every script is one step.
//!
//! Time is not modelled: a lease may end at any moment, which is more than a clock that jumps can do.

use crate::ledger::{Row, RowState};
use crate::{Client, SEATS, Seats};

/// Epoch and counter in one number, so that it compares as the pair does. Zero: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fence(pub u8);

/// A new epoch starts so much above: more than a model grants in one.
const EPOCH: u8 = 32;

/// What the store knows of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Record {
    /// There is no key.
    #[default]
    Available,
    /// In a cart.
    Held(Client, Fence),
    /// In an order, or on the way into one.
    Claimed(Client, Fence),
    /// Paid for.
    Sold(Client),
}

impl Record {
    fn lease(self) -> Option<(Client, Fence)> {
        match self {
            Self::Held(owner, fence) | Self::Claimed(owner, fence) => Some((owner, fence)),
            Self::Available | Self::Sold(_) => None,
        }
    }

    /// Whose it is.
    pub fn owner(self) -> Option<Client> {
        match self {
            Self::Held(owner, _) | Self::Claimed(owner, _) | Self::Sold(owner) => Some(owner),
            Self::Available => None,
        }
    }
}

/// What is in Redis of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Store {
    /// `gate:{event}`: the fence epoch.
    pub gate: Option<u8>,
    /// `recovering:{event}`.
    pub recovering: Option<u8>,
    /// The epoch of the gate and `fence:{event}`.
    pub last_fence: Fence,
    /// `seat:{event}`.
    pub seats: [Record; SEATS],
    /// `versions:{event}`: the ledger's version that was applied last.
    pub versions: [u8; SEATS],
}

impl Store {
    /// `hold.lua`: all of the seats or none.
    pub fn hold(&mut self, client: Client, wish: Seats) -> bool {
        let may = |seat: usize| matches!(self.seats[seat], Record::Available) || self.is_held_by(seat, client);
        let fresh = wish.only(|seat| self.seats[seat] == Record::Available);
        if self.gate.is_none() || !wish.iter().all(may) || fresh == Seats::NONE {
            return false;
        }
        self.last_fence.0 += 1;
        for seat in fresh.iter() {
            self.seats[seat] = Record::Held(client, self.last_fence);
        }
        true
    }

    fn is_held_by(&self, seat: usize, client: Client) -> bool {
        matches!(self.seats[seat], Record::Held(owner, _) if owner == client)
    }

    /// `release.lua`: what the client holds is free.
    pub fn release(&mut self, client: Client) -> bool {
        self.gate.is_some() && self.end(|record| matches!(record, Record::Held(owner, _) if owner == client))
    }

    /// `expire.lua`, and the key's own TTL, which does not ask for a gate: the client's leases are over.
    pub fn expire(&mut self, client: Client) -> bool {
        self.end(|record| record.lease().is_some_and(|(owner, _)| owner == client))
    }

    fn end(&mut self, is_over: impl Fn(Record) -> bool) -> bool {
        let mut ended = false;
        for record in self.seats.iter_mut().filter(|record| is_over(**record)) {
            *record = Record::Available;
            ended = true;
        }
        ended
    }

    /// `claim.lua`: all of the leases, under the fences that were read, or none.
    pub fn claim(&mut self, client: Client, wish: Seats, fences: [Fence; SEATS]) -> bool {
        let same = |seat: usize| self.seats[seat].lease() == Some((client, fences[seat]));
        if self.gate.is_none() || !wish.iter().all(same) {
            return false;
        }
        for seat in wish.iter() {
            self.seats[seat] = Record::Claimed(client, fences[seat]);
        }
        true
    }

    /// `unclaim.lua`: claims that did not become an order are holds again.
    pub fn unclaim(&mut self, client: Client, seats: Seats, fences: [Fence; SEATS]) {
        for seat in seats.iter().filter(|_| self.gate.is_some()) {
            if self.seats[seat] == Record::Claimed(client, fences[seat]) {
                self.seats[seat] = Record::Held(client, fences[seat]);
            }
        }
    }

    /// `settle.lua`: the ledger's state, where its version is newer than the one that was applied last.
    pub fn settle(&mut self, rebuild: Option<u8>, seats: Seats, rows: &[Row; SEATS], any_version: bool) {
        let rebuilding = rebuild.is_some() && self.recovering == rebuild;
        if !rebuilding && self.gate.is_none() {
            return;
        }
        for seat in seats.iter() {
            let row = rows[seat];
            // `settled` leaves out seats that never had a durable state.
            if row.version > 0 && (any_version || self.versions[seat] < row.version) {
                self.versions[seat] = self.versions[seat].max(row.version);
                self.settle_seat(seat, row);
            }
        }
    }

    /// `settling.lua`. A claim that is newer than the one that ended is on its way to the ledger and stays.
    fn settle_seat(&mut self, seat: usize, row: Row) {
        let record = self.seats[seat];
        self.seats[seat] = match row.state {
            RowState::Available => match record {
                Record::Held(..) => record,
                Record::Claimed(_, fence) if fence > row.fence => record,
                _ => Record::Available,
            },
            RowState::Claimed(owner) => Record::Claimed(owner, row.fence),
            RowState::Sold(owner) => Record::Sold(owner),
        };
    }

    /// `rebuild.lua`: from here on every other script refuses.
    pub fn rebuild(&mut self, epoch: u8) -> bool {
        if self.gate >= Some(epoch) || self.recovering >= Some(epoch) {
            return false;
        }
        (self.gate, self.versions, self.recovering) = (None, [0; SEATS], Some(epoch));
        true
    }

    /// `set_gate.lua`, at the end of a rebuild. The counter starts again, in an epoch that is above all others.
    pub fn set_gate(&mut self, epoch: u8, is_new_epoch: bool) -> bool {
        if self.gate.is_some() || self.recovering != Some(epoch) {
            return false;
        }
        (self.gate, self.recovering) = (Some(epoch), None);
        self.last_fence.0 += if is_new_epoch { EPOCH } else { 0 };
        true
    }

    /// Whether nobody else has these seats (`checkout/advance.rs`, `are_free`).
    pub fn are_free(&self, client: Client, wish: Seats) -> bool {
        wish.iter().all(|seat| self.seats[seat].owner().is_none_or(|owner| owner == client))
    }
}
