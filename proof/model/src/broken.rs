//! Guards that can be taken out of the model. A checker that finds nothing without them would find nothing at all.

/// Which guard is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broken {
    /// The ledger's claim does not look at the seat's fence (`ledger/mongo/seats.rs`, `claim_seats`).
    NoFence,
    /// The ledger's claim does not look at the seat's state (the same).
    NoStateFilter,
    /// The ledger's claim takes what it can get of a group (`ledger/mongo/sales.rs`, `place_within`).
    SeatBySeat,
    /// A change of an order does not look at its version (`ledger/mongo/orders.rs`, `replace_order`).
    NoVersion,
    /// The card is charged for seats that are claimed in the hold store only (`checkout/place.rs`).
    ClaimAfterMoney,
    /// A charge is not written down before it is made (`checkout/pay.rs`, `note_attempt`).
    NoNoteOfAttempt,
    /// An order that has ended is not looked at again while its money is open (`checkout/advance.rs`, `after_cancelling`).
    NoSecondLook,
    /// A notice that could not be asked about leaves an order as it was (`checkout/advance.rs`, `step_ended`).
    NoticeForgotten,
    /// Two refunds of one payment are two (`checkout/advance.rs`, `pay_back`).
    RefundWithoutKey,
    /// An order says that its money was given back before the provider is asked to (`checkout/advance.rs`, `pay_back`; the
    /// mutant `refunded_before_asking`).
    RefundedBeforeAsking,
    /// The hold store takes the ledger's word although it knows a newer one (`scripts/settle.lua`).
    SettleAnyVersion,
    /// A rebuild goes on with the fence epoch that was lost (`gatekeeper.rs`, `ensure`).
    SameEpoch,
    /// Nobody supersedes a rebuild whose server has died (`gatekeeper.rs`, `ensure`).
    NoSupersession,
}
