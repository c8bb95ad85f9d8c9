//! A seat's purchase as a model that Stateright walks through in every order of events: two seats, three clients, and two
//! servers that may pause before any of their steps, or die.
//!
//! It is written from the code and names its steps as the code does; [`Action`] says for each where it is. It must never
//! know more than a server does: a step decides by what it has read, and writes later. Time is not modelled: a lease or a
//! deadline may end at any moment, and whoever waits may wait for ever.
//!
//! Where the code reads an order and asks the provider about it, that is one step and the write is another: the write is a
//! compare-and-set on all that was read, so an order that changes in between is the same as one that was read later.
//! A client places one order; whoever wants to see three orders of one client has to model more clients.
//!
//! Left out, because they change nothing of the above: prices (every seat costs one), cards that are declined, letters,
//! closed events, and calls that do not arrive (a server that pauses for ever does the same).

pub mod action;
pub mod broken;
pub mod ledger;
mod normal;
pub mod properties;
pub mod provider;
pub mod reach;
mod steps;
pub mod store;

use std::fmt::Debug;

use stateright::{Model, Property};

pub use action::Action;
pub use broken::Broken;
use ledger::{Ledger, Order, Row, SeatsChange};
use provider::Payment;
use store::{Fence, Store};

/// Seats of the event.
pub const SEATS: usize = 2;
/// Buyers.
pub const CLIENTS: usize = 3;
/// Servers. They have nothing that outlives a request, so it does not matter which of them does what.
pub const SERVERS: usize = 2;

/// A buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client(pub u8);

impl Client {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CLIENTS).filter_map(|index| u8::try_from(index).ok()).map(Self)
    }

    /// Where it is in arrays.
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// Some of the seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seats(pub u8);

impl Seats {
    /// Every seat.
    pub const ALL: Self = Self((1 << SEATS) - 1);

    /// None.
    pub const NONE: Self = Self(0);

    /// From the first to the last.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..SEATS).filter(move |seat| self.0 & (1 << seat) != 0)
    }

    /// Those of them for which it holds.
    #[must_use]
    pub fn only(self, holds: impl Fn(usize) -> bool) -> Self {
        Self(self.iter().filter(|&seat| holds(seat)).fold(0, |bits, seat| bits | (1 << seat)))
    }
}

/// What a server has in hand: what it has read so far, and so what it will write next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Nothing.
    Idle,
    /// `place.rs`: has read the cart, will claim in the hold store.
    Claim(Client, [Fence; SEATS]),
    /// `place.rs`, `claimed_in_store`: will claim in the ledger.
    WriteDown(Client, [Fence; SEATS]),
    /// `place.rs`, `give_up`: has read which of the seats are free in the ledger, will unclaim them.
    GiveUp(Client, Seats, [Fence; SEATS]),
    /// `gatekeeper.rs`, `settle`: has read these rows, will apply them.
    Settle(Seats, [Row; SEATS]),
    /// `pay.rs`: has noted the attempt, will charge.
    Charge(Client),
    /// `pay.rs`, `captured`: has heard that the money was taken, will sell.
    Captured(Client),
    /// `advance.rs`: has read the order and asked the provider, will write the order as it shall be.
    Change(Client, Order, Order, SeatsChange),
    /// `gatekeeper.rs`: has an epoch, will start a rebuild.
    Rebuild(u8),
    /// `gatekeeper.rs`: has read all rows, will apply them before there is a gate.
    Restore(u8, [Row; SEATS]),
    /// `gatekeeper.rs`: has restored, will set the gate.
    SetGate(u8),
}

/// How often what may happen does. Everything else may happen at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Left {
    /// Holds of each client.
    pub holds: [u8; CLIENTS],
    /// Times that Redis loses everything.
    pub emptied: u8,
    /// Orders that are given back.
    pub refunds: u8,
}

/// Everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// Redis.
    pub store: Store,
    /// MongoDB.
    pub ledger: Ledger,
    /// The provider, by clients.
    pub payments: [Payment; CLIENTS],
    /// Whether the provider has said that it captured, and nothing came of it; never, unless something is broken.
    pub forgotten: [bool; CLIENTS],
    /// What the servers do.
    pub tasks: [Task; SERVERS],
    /// What may still happen.
    pub left: Left,
}

impl Task {
    /// Whose request it is, or whose order.
    fn client(&self) -> Option<Client> {
        match self {
            Self::Claim(client, _)
            | Self::WriteDown(client, _)
            | Self::GiveUp(client, ..)
            | Self::Charge(client)
            | Self::Captured(client)
            | Self::Change(client, ..) => Some(*client),
            Self::Idle | Self::Settle(..) | Self::Rebuild(_) | Self::Restore(..) | Self::SetGate(_) => None,
        }
    }

    /// Of which rebuild it is a step.
    fn epoch(&self) -> Option<u8> {
        match self {
            Self::Rebuild(epoch) | Self::Restore(epoch, _) | Self::SetGate(epoch) => Some(*epoch),
            _ => None,
        }
    }
}

/// The model: who wants what, what may go wrong, and which guard is missing.
#[derive(Debug, Clone, Copy)]
pub struct Purchase {
    /// What each client wants, as a whole or not at all.
    pub wishes: [Seats; CLIENTS],
    /// What may happen.
    pub left: Left,
    /// Whether servers die, and are started again: as often as they like.
    pub crashes: bool,
    /// Whether the provider may not answer when an order is over.
    pub is_provider_unsure: bool,
    /// Rebuilds that are started, one after the other or at the same time.
    pub rebuilds: u8,
    /// What is missing.
    pub broken: Option<Broken>,
    /// Whether states that differ in nothing that matters are one. Off only to check that.
    pub forgets: bool,
}

impl Purchase {
    /// What a client wants.
    pub fn wish(&self, client: Client) -> Seats {
        self.wishes[client.index()]
    }

    /// Whether a guard is missing.
    pub fn lacks(&self, guard: Broken) -> bool {
        self.broken == Some(guard)
    }
}

impl Model for Purchase {
    type State = State;
    type Action = Action;

    /// An event that is on sale: its gate has been set.
    fn init_states(&self) -> Vec<State> {
        vec![State {
            store: Store { gate: Some(1), ..Store::default() },
            ledger: Ledger { epoch: 1, ..Ledger::default() },
            payments: [Payment::Open; CLIENTS],
            forgotten: [false; CLIENTS],
            tasks: [Task::Idle; SERVERS],
            left: self.left,
        }]
    }

    fn actions(&self, _state: &State, actions: &mut Vec<Action>) {
        actions.extend(Action::all());
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = *last;
        steps::take(self, &mut next, action)
            .then(|| if self.forgets { normal::normal(self, next) } else { normal::sorted(next) })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
