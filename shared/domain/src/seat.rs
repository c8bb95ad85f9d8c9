//! A seat's state as everybody sees it, and the packed map of a whole hall.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::holds::CLAIM_GRACE_MS;
use crate::ids::{Ordinal, UserId};

/// What a stranger sees: two bits a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[repr(u8)]
pub enum SeatState {
    /// Free to hold.
    Available = 0,
    /// Somebody's for some minutes: held, or claimed by an order that waits for its payment.
    Held = 1,
    /// Somebody's for good.
    Sold = 2,
    /// Taken out of sale by the organizer.
    Blocked = 3,
}

impl SeatState {
    /// The state of these two bits; higher bits are ignored.
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::Available,
            1 => Self::Held,
            2 => Self::Sold,
            _ => Self::Blocked,
        }
    }
}

/// The order in which exclusive grants were made: first by the ledger's epoch, then by the hold store's counter.
///
/// A hold store that lost its memory gets a higher epoch from the ledger, so it can never hand out an old fence again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fence {
    /// From the ledger.
    pub epoch: u64,
    /// From the hold store, one higher for every granted command.
    pub counter: u64,
}

/// A hold or a claim: whose, since when, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose it is.
    pub owner: UserId,
    /// When it was granted, in the order of grants.
    pub fence: Fence,
    /// When the seat was first held by this owner, by the hold store's clock. Extension is capped by it.
    pub first_held_ms: u64,
    /// When it ends, by the hold store's clock.
    pub deadline_ms: u64,
}

impl Lease {
    /// For how long the seat has been held at `now_ms`; `None` of a claim that came from the ledger alone, which keeps no
    /// time of the hold.
    pub fn held_for_ms(&self, now_ms: u64) -> Option<u64> {
        (self.first_held_ms < self.deadline_ms).then(|| now_ms.saturating_sub(self.first_held_ms))
    }

    /// Whether the lease has ended at `now_ms`. The deadline itself is already too late.
    pub const fn is_past(&self, now_ms: u64) -> bool {
        self.deadline_ms <= now_ms
    }
}

/// What the hold store knows of one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeatRecord {
    /// Nobody's.
    #[default]
    Available,
    /// In somebody's cart.
    Held(Lease),
    /// In an order that is being paid; the ledger has the lock.
    Claimed(Lease),
    /// Paid for.
    Sold {
        /// The buyer.
        owner: UserId,
    },
    /// Out of sale.
    Blocked,
}

impl SeatRecord {
    /// What a stranger sees of it.
    pub const fn state(&self) -> SeatState {
        match self {
            Self::Available => SeatState::Available,
            Self::Held(_) | Self::Claimed(_) => SeatState::Held,
            Self::Sold { .. } => SeatState::Sold,
            Self::Blocked => SeatState::Blocked,
        }
    }

    /// The hold or claim on it, if it is one.
    pub const fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Held(lease) | Self::Claimed(lease) => Some(lease),
            Self::Available | Self::Sold { .. } | Self::Blocked => None,
        }
    }

    /// When its owner's time is over, by the hold store's clock. A claim lasts longer in the store than its order may take
    /// to be paid.
    pub fn ends_at_ms(&self) -> Option<u64> {
        match self {
            Self::Held(lease) => Some(lease.deadline_ms),
            Self::Claimed(lease) => Some(lease.deadline_ms.saturating_sub(CLAIM_GRACE_MS)),
            Self::Available | Self::Sold { .. } | Self::Blocked => None,
        }
    }

    /// Whose it is, if anybody's.
    pub const fn owner(&self) -> Option<UserId> {
        match self {
            Self::Held(lease) | Self::Claimed(lease) => Some(lease.owner),
            Self::Sold { owner } => Some(*owner),
            Self::Available | Self::Blocked => None,
        }
    }

    /// The same record with a lease that has ended read as "available".
    #[must_use]
    pub fn at(self, now_ms: u64) -> Self {
        match self.lease() {
            Some(lease) if lease.is_past(now_ms) => Self::Available,
            _ => self,
        }
    }
}

/// Seats by state, as shown on an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SeatCounts {
    /// Free to hold.
    pub available: u32,
    /// Held or claimed.
    pub held: u32,
    /// Sold.
    pub sold: u32,
    /// Out of sale.
    pub blocked: u32,
}

impl SeatCounts {
    /// The counter of this state.
    pub fn of(&mut self, state: SeatState) -> &mut u32 {
        match state {
            SeatState::Available => &mut self.available,
            SeatState::Held => &mut self.held,
            SeatState::Sold => &mut self.sold,
            SeatState::Blocked => &mut self.blocked,
        }
    }
}

/// The states of a whole hall: two bits a seat, seat 0 in the low bits of byte 0, padding bits zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatMap {
    seats: u32,
    packed: Vec<u8>,
}

impl SeatMap {
    /// A hall of `seats` free seats.
    pub fn new(seats: u32) -> Self {
        Self { seats, packed: vec![0; seats.div_ceil(4) as usize] }
    }

    /// How many seats the hall has.
    pub const fn seats(&self) -> u32 {
        self.seats
    }

    /// The state of one seat. Panics past the last seat.
    pub fn get(&self, ordinal: Ordinal) -> SeatState {
        assert!(ordinal.0 < self.seats, "seat {ordinal} of {}", self.seats);
        SeatState::from_bits(self.packed[ordinal.index() / 4] >> (ordinal.0 % 4 * 2))
    }

    /// Sets one seat and says whether that changed anything. Panics past the last seat.
    pub fn set(&mut self, ordinal: Ordinal, state: SeatState) -> bool {
        if self.get(ordinal) == state {
            return false;
        }
        let shift = ordinal.0 % 4 * 2;
        let byte = &mut self.packed[ordinal.index() / 4];
        *byte = *byte & !(0b11 << shift) | ((state as u8) << shift);
        true
    }

    /// The packed bytes, as the binary snapshot carries them.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// The packed bytes in base64, as the JSON snapshot carries them.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.packed)
    }

    /// CRC-32 (IEEE) of the packed bytes: what a beacon compares.
    pub fn hash(&self) -> u32 {
        crc32fast::hash(&self.packed)
    }

    /// How many seats are in which state.
    pub fn counts(&self) -> SeatCounts {
        let mut counts = SeatCounts::default();
        for ordinal in 0..self.seats {
            *counts.of(self.get(Ordinal(ordinal))) += 1;
        }
        counts
    }
}

/// The hash as the JSON frames write it: eight lower-case hex digits.
pub fn hash_hex(hash: u32) -> String {
    format!("{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seat_zero_sits_in_the_low_bits_of_byte_zero() {
        let mut map = SeatMap::new(5);
        assert!(map.set(Ordinal(0), SeatState::Held));
        assert!(map.set(Ordinal(3), SeatState::Blocked));
        assert!(map.set(Ordinal(4), SeatState::Sold));
        assert_eq!(map.packed(), [0b1100_0001, 0b0000_0010]);
        assert!(!map.set(Ordinal(4), SeatState::Sold), "nothing changed");
        assert_eq!(map.counts(), SeatCounts { available: 2, held: 1, sold: 1, blocked: 1 });
    }

    #[test]
    fn the_hash_is_the_well_known_crc_32() {
        // "123456789" is the check value of CRC-32/ISO-HDLC; a map is hashed the same way.
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
        assert_eq!(hash_hex(SeatMap::new(1).hash()), "d202ef8d");
    }

    #[test]
    fn a_lease_ends_at_its_deadline_not_after_it() {
        let lease = Lease {
            owner: UserId(uuid::Uuid::nil()),
            fence: Fence { epoch: 1, counter: 1 },
            first_held_ms: 0,
            deadline_ms: 10,
        };
        assert_eq!(SeatRecord::Held(lease).at(9).state(), SeatState::Held);
        assert_eq!(SeatRecord::Held(lease).at(10).state(), SeatState::Available);
    }
}
