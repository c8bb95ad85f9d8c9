//! What may happen next, named as the code names it.

use crate::{Client, SERVERS};

/// One step. Where a server takes it, the number says which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A client holds what it wants. `scripts/hold.lua`; `server/src/holds/mod.rs`.
    Hold(Client),
    /// A client gives its holds back. `scripts/release.lua`.
    Release(Client),
    /// A client's leases end. `scripts/expire.lua`, and the keys' own TTL.
    Expire(Client),
    /// Reads the cart of a client that orders. `checkout/place.rs` (`place`), `checkout/cart.rs` (`unclaimed`).
    ReadCart(Client),
    /// Claims in the hold store. `checkout/place.rs` (`claim`), `scripts/claim.lua`.
    ClaimInStore(usize),
    /// Claims in the ledger. `checkout/place.rs` (`write_down`), `ledger/sales.rs` (`place_order`).
    ClaimInLedger(usize),
    /// What the ledger refused is held again. `checkout/place.rs` (`give_up`), `scripts/unclaim.lua`.
    Unclaim(usize),
    /// Applies rows that were read some time ago. `gatekeeper.rs` (`settle`), `scripts/settle.lua`.
    Settle(usize),
    /// News of a change are followed. `rooms/news.rs` (`act`), `gatekeeper.rs` (`settle`).
    News,
    /// Writes down that a card is going to be charged. `checkout/pay.rs` (`note_attempt`).
    NoteAttempt(Client),
    /// Charges, and hears that the money was taken. `checkout/pay.rs` (`pay`).
    Charge(usize),
    /// Charges, and does not hear what became of it. `checkout/pay.rs` (`pay`, `PaymentError::Unknown`).
    ChargeUnheard(usize),
    /// Charges a card that takes its time. `checkout/pay.rs` (`pay`, `Charged::Processing`).
    ChargeSlow(usize),
    /// The provider captures what took its time. `mockpay/capture.rs`.
    CaptureLate(Client),
    /// Sells what was paid. `checkout/pay.rs` (`captured`), `ledger/sales.rs` (`change_order`, `Sell`).
    Sell(usize),
    /// Reads an order that is due, in time, and asks the provider. `checkout/resolver.rs`, `checkout/advance.rs` (`step`).
    Look(Client),
    /// The same after the deadline; what is cancelled there cannot be captured any more. `checkout/advance.rs` (`end`).
    LookLate(Client),
    /// The same, and the bank has the wish already. `checkout/advance.rs` (`end`), `mockpay/charge.rs` (`Card::Late`).
    LookTooLate(Client),
    /// The same, and the provider does not answer. `checkout/advance.rs` (`end`, `TRY_LATER`).
    LookUnanswered(Client),
    /// Hears a notice of the provider, which makes it look. `checkout/pay.rs` (`hear`).
    Hear(Client),
    /// The same, and the provider does not answer when it is asked what that means. `checkout/advance.rs` (`step_ended`).
    HearUnanswered(Client),
    /// A client gives up its order. `checkout/refund.rs` (`cancel`).
    Cancel(Client),
    /// Writes what was decided. `checkout/mod.rs` (`try_change`), `ledger/sales.rs` (`change_order`).
    TryChange(usize),
    /// Gives an order back; the money follows. `checkout/refund.rs` (`refund`).
    Refund(Client),
    /// Redis loses everything.
    Empty,
    /// Gets a new fence epoch for a store without a gate. `gatekeeper.rs` (`ensure`).
    AdvanceFenceEpoch,
    /// Starts a rebuild. `gatekeeper.rs` (`rebuild`), `scripts/rebuild.lua`.
    Rebuild(usize),
    /// Restores durable seats. `gatekeeper.rs` (`settle_newer`), `scripts/settle.lua`.
    Restore(usize),
    /// Sets the gate. `gatekeeper.rs` (`rebuild`), `scripts/set_gate.lua`.
    SetGate(usize),
    /// A server dies with what it has in hand, and is started again.
    Crash(usize),
}

impl Action {
    /// Every action; most of them are not possible in most states.
    pub fn all() -> impl Iterator<Item = Self> {
        let clients = Client::all().flat_map(|client| Self::OF_CLIENTS.map(|action| action(client)));
        let servers = (0..SERVERS).flat_map(|server| Self::OF_SERVERS.map(|action| action(server)));
        clients.chain(servers).chain([Self::News, Self::Empty, Self::AdvanceFenceEpoch])
    }

    const OF_CLIENTS: [fn(Client) -> Self; 14] = [
        Self::Hold,
        Self::Release,
        Self::Expire,
        Self::ReadCart,
        Self::NoteAttempt,
        Self::CaptureLate,
        Self::Look,
        Self::LookLate,
        Self::LookTooLate,
        Self::LookUnanswered,
        Self::Hear,
        Self::HearUnanswered,
        Self::Cancel,
        Self::Refund,
    ];

    const OF_SERVERS: [fn(usize) -> Self; 13] = [
        Self::ClaimInStore,
        Self::ClaimInLedger,
        Self::Unclaim,
        Self::Settle,
        Self::Charge,
        Self::ChargeUnheard,
        Self::ChargeSlow,
        Self::Sell,
        Self::TryChange,
        Self::Rebuild,
        Self::Restore,
        Self::SetGate,
        Self::Crash,
    ];
}
