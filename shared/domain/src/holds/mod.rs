//! Holds: the commands that change who has a seat for the next minutes, and what they answer.
//!
//! The [`HoldBook`] is the specification of these commands. Every hold store answers the same [`Command`] with the
//! same [`Outcome`]; property tests drive both and compare.

mod book;
mod taken;

pub use book::HoldBook;

use crate::ids::{Ordinal, UserId};
use crate::seat::{Fence, Lease, SeatRecord};

/// Extension never reaches further than this many TTLs after a seat was first held.
pub const LIFETIME_IN_TTLS: u64 = 3;

/// A claim lasts this much longer in a hold store than its order may take to be paid, so that clocks that differ a little
/// never free a seat that is being paid for.
pub const CLAIM_GRACE_MS: u64 = 30_000;

/// One atomic step. It happens as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Takes seats into a cart. Needs an open gate. Seats that are already held by `user` stay as they are.
    Hold {
        /// For whom.
        user: UserId,
        /// Which seats, without repetition.
        seats: Vec<Ordinal>,
        /// For how long.
        ttl_ms: u64,
        /// How many seats this buyer may have in all: held, claimed and sold.
        limit: u32,
    },
    /// Gives held seats back. All of them must be held by `user`.
    Release {
        /// By whom.
        user: UserId,
        /// Which seats, without repetition.
        seats: Vec<Ordinal>,
    },
    /// Sets every seat that `user` holds back to the full TTL, up to [`LIFETIME_IN_TTLS`] after it was first held.
    Extend {
        /// Whose holds.
        user: UserId,
        /// The full TTL.
        ttl_ms: u64,
    },
    /// Sets held seats back to the full TTL, whoever holds them, up to [`LIFETIME_IN_TTLS`] after each was first held. All
    /// of them must be held.
    Prolong {
        /// By whom.
        by: UserId,
        /// Which seats, without repetition.
        seats: Vec<Ordinal>,
        /// The full TTL.
        ttl_ms: u64,
    },
    /// Frees those of the seats whose hold or claim has ended.
    Expire {
        /// Which seats are thought to be due.
        seats: Vec<Ordinal>,
    },
    /// Turns held seats into claimed ones. Needs an open gate. Repeating it with the same fences succeeds.
    Claim {
        /// By whom.
        user: UserId,
        /// Which seats, with the fence under which each was held.
        seats: Vec<(Ordinal, Fence)>,
        /// For how long: the time to pay plus a grace.
        ttl_ms: u64,
    },
    /// Ends claims that did not become an order: the seats are free again, or held again.
    Unclaim {
        /// By whom.
        user: UserId,
        /// Which seats, with their fences. Others are left alone.
        seats: Vec<(Ordinal, Fence)>,
        /// Back into the cart, for this long at most and up to [`LIFETIME_IN_TTLS`] of it after each was first held.
        hold_ttl_ms: Option<u64>,
    },
    /// Applies the ledger's state to seats, each only if its version is newer than the last one applied.
    Settle {
        /// Allows a rebuild of this epoch to settle before the gate exists.
        rebuild_epoch: Option<u64>,
        /// What the ledger says.
        seats: Vec<SettledSeat>,
    },
    /// Repairs seats that differ from the ledger although the ledger's version was applied: each only if it is still as
    /// it was seen, and the version is not older than the one applied last.
    Mend {
        /// What the ledger says, and what was seen in the store instead.
        seats: Vec<Mending>,
    },
    /// Starts a rebuild: removes an older gate, so that every command is refused until [`Command::SetGate`].
    Rebuild {
        /// The epoch that the ledger gave to this rebuild.
        epoch: u64,
    },
    /// Opens or closes the gate: at the end of a rebuild of the same epoch, or later, when the event's version rose.
    SetGate(Gate),
}

impl Command {
    /// Its verb, as in scripts, histories and metrics.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Extend { .. } => "extend",
            Self::Prolong { .. } => "prolong",
            Self::Expire { .. } => "expire",
            Self::Claim { .. } => "claim",
            Self::Unclaim { .. } => "unclaim",
            Self::Settle { .. } => "settle",
            Self::Mend { .. } => "mend",
            Self::Rebuild { .. } => "rebuild",
            Self::SetGate(_) => "set_gate",
        }
    }

    /// Whose command it is, if it is a person's.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Hold { user, .. }
            | Self::Release { user, .. }
            | Self::Extend { user, .. }
            | Self::Claim { user, .. }
            | Self::Unclaim { user, .. } => Some(*user),
            Self::Prolong { by, .. } => Some(*by),
            Self::Expire { .. } | Self::Settle { .. } | Self::Mend { .. } | Self::Rebuild { .. } | Self::SetGate(_) => {
                None
            }
        }
    }
}

/// Whether an event's seats can be held, and under which fence epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Goes into every fence.
    pub epoch: u64,
    /// The version of the event record this follows, so that a late writer cannot reopen a closed sale.
    pub version: u64,
    /// Whether seats can be held and claimed.
    pub open: bool,
}

/// What the ledger says about one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledSeat {
    /// Which seat.
    pub ordinal: Ordinal,
    /// The seat's version in the ledger.
    pub version: u64,
    /// Its state.
    pub state: Settled,
}

/// A seat that shall follow the ledger again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mending {
    /// What the ledger says.
    pub settled: SettledSeat,
    /// What the store had instead when it was compared.
    pub seen: SeatRecord,
}

/// A seat's durable state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Free. A claim with a fence up to `last_fence` is over; a newer claim is on its way to the ledger and stays.
    Available {
        /// The fence of the claim that ended, if there was one.
        last_fence: Option<Fence>,
    },
    /// Claimed by an order.
    Claimed(Lease),
    /// Sold.
    Sold {
        /// The buyer.
        owner: UserId,
    },
    /// Out of sale.
    Blocked,
}

/// A seat in somebody's cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldSeat {
    /// Which seat.
    pub ordinal: Ordinal,
    /// Under which fence it was granted.
    pub fence: Fence,
    /// When it ends, by the store's clock.
    pub deadline_ms: u64,
}

/// One command that changed seats, as the store remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastChange {
    /// When, by the store's clock.
    pub at_ms: u64,
    /// The command's verb.
    pub verb: String,
    /// Whose command it was; `None` for the end of a lease and for what followed the ledger.
    pub by: Option<UserId>,
    /// Which seats.
    pub seats: Vec<Ordinal>,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `Hold`, `Extend` and `Claim`: these seats are now the caller's. `Prolong`: these are their holders', for longer.
    Yours(Vec<HeldSeat>),
    /// `Release`, `Unclaim` and `Expire`: these seats are free now.
    Freed {
        /// Which seats.
        seats: Vec<Ordinal>,
        /// `Expire` and `Unclaim`: seats whose lease goes on, with its deadline.
        waiting: Vec<(Ordinal, u64)>,
    },
    /// `Settle` and `Mend`: these seats were not as the ledger says and follow it now.
    Applied(Vec<Ordinal>),
    /// `Rebuild` and `SetGate`: done.
    Done,
    /// Nothing happened.
    Refused(Refusal),
}

/// Why nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The gate is missing: the store lost its memory and is being rebuilt.
    #[error("the hold store is being rebuilt")]
    Recovering,
    /// The gate is closed.
    #[error("the event is not on sale")]
    NotOnSale,
    /// Somebody else has these seats.
    #[error("{} of the seats are taken", .0.len())]
    Taken(Vec<Ordinal>),
    /// The buyer would have more than the limit.
    #[error("the buyer has {has} seats already")]
    Limit {
        /// Held, claimed and sold before the command.
        has: u32,
    },
    /// These seats are not held (or claimed) by the caller under the fence given.
    #[error("{} of the seats are not held", .0.len())]
    NotHeld(Vec<Ordinal>),
    /// A newer epoch or event version got there first.
    #[error("a newer epoch or version is in place")]
    Superseded,
}
