//! The simulated ledger: one event, the durable state of its seats, tickets for sockets and logins that end. It never fails
//! and never waits: what a ledger does that is away is not this simulation's subject. Questions that nobody asks here are
//! refused.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use frontrow_domain::account::{Ban, Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::hex;
use frontrow_domain::holds::{Settled, SettledSeat};
use frontrow_domain::ids::{EventId, LoginId, Ordinal, OutboxId, TicketId, UserId};
use frontrow_domain::inventory::InventoryMessage;
use frontrow_domain::journal::Entry;
use frontrow_domain::order::{Order, OrderStatus};
use frontrow_domain::ticket::{CheckIn, Ticket};
use frontrow_engines::ledger::{
    Accounts, AnswerKey, AnswerToStore, Answers, Begin, Catalogue, ChangeRefusal, EventQuery, InventoryCategory,
    InventorySeat, InventorySection, Journal, Ledger, LedgerError, LogPosition, OneTimeToken, OrderChange, OrderQuery,
    OrdersRead, Outbox, OutboxFeed, OutboxLag, Placing, PlacingRefusal, PlanBytes, RefreshToken, Rotation, Sales,
    SalesFigures, SalesTotals, SocketLogin, StoredAnswer, TicketQuery, Tickets, TokenKind,
};
use sha2::{Digest as _, Sha256};

/// See the module.
pub(super) struct SimulatedLedger {
    plan: PlanBytes,
    state: Mutex<State>,
}

struct State {
    event: Event,
    seats: BTreeMap<Ordinal, SettledSeat>,
    tickets: HashMap<String, OneTimeToken>,
    ended: Vec<(LoginId, UnixMs)>,
}

impl SimulatedLedger {
    pub(super) fn new(event: Event, plan: PlanBytes) -> Self {
        let state = State { event, seats: BTreeMap::new(), tickets: HashMap::new(), ended: Vec::new() };
        Self { plan, state: Mutex::new(state) }
    }

    /// A ticket for a socket; the socket ends with the login.
    pub(super) fn ticket(&self, secret: &str, user_id: UserId, login: SocketLogin) {
        let hash = hex::lower(&Sha256::digest(secret.as_bytes()));
        let expires_at = UnixMs(i64::MAX);
        let ticket =
            OneTimeToken { kind: TokenKind::Socket, hash: hash.clone(), user_id, expires_at, login: Some(login) };
        self.lock().tickets.insert(hash, ticket);
    }

    /// Commits a seat's next state.
    pub(super) fn settle(&self, ordinal: Ordinal, state: Settled) {
        let seats = &mut self.lock().seats;
        let version = seats.get(&ordinal).map_or(1, |seat| seat.version + 1);
        seats.insert(ordinal, SettledSeat { ordinal, version, state });
    }

    pub(super) fn seat(&self, ordinal: Ordinal) -> Settled {
        self.lock().seats.get(&ordinal).map_or(Settled::Available { last_fence: None }, |seat| seat.state)
    }

    /// The sale is opened or closed.
    pub(super) fn set_status(&self, status: EventStatus) {
        let event = &mut self.lock().event;
        event.status = status;
        event.version += 1;
    }

    pub(super) fn status(&self) -> EventStatus {
        self.lock().event.status
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port of which the simulation needs a part.
macro_rules! port {
    (
        impl $port:ident { $($used:tt)* }
        unused { $(fn $name:ident($($argument:tt)*) -> $answer:ty;)* }
    ) => {
        #[async_trait]
        impl $port for SimulatedLedger {
            $($used)*

            $(async fn $name(&self, $($argument)*) -> Result<$answer, LedgerError> {
                Err(LedgerError::Corrupt(concat!(stringify!($name), " is no part of the simulation").into()))
            })*
        }
    };
}

port! {
    impl Accounts {
        async fn end_login(&self, id: LoginId, now: UnixMs) -> Result<(), LedgerError> {
            self.lock().ended.push((id, now));
            Ok(())
        }

        async fn logins_ended(&self, since: UnixMs) -> Result<Vec<LoginId>, LedgerError> {
            Ok(self.lock().ended.iter().filter(|&&(_, at)| at >= since).map(|&(id, _)| id).collect())
        }

        async fn take_token(
            &self,
            kind: TokenKind,
            hash: &str,
            now: UnixMs,
        ) -> Result<Option<OneTimeToken>, LedgerError> {
            let taken = self.lock().tickets.remove(hash);
            Ok(taken.filter(|ticket| ticket.kind == kind && ticket.expires_at > now))
        }
    }
    unused {
        fn create_user(_: &User) -> bool;
        fn user(_: UserId) -> Option<User>;
        fn users(_: &[UserId]) -> Vec<User>;
        fn user_by_email(_: &str) -> Option<User>;
        fn find_users(_: &str, _: &str, _: u32) -> Vec<User>;
        fn set_role(_: UserId, _: Role) -> Option<User>;
        fn set_ban(_: UserId, _: Option<&Ban>) -> Option<User>;
        fn set_password(_: UserId, _: &str) -> bool;
        fn verify_email(_: UserId) -> Option<User>;
        fn assign_scanner(_: UserId, _: EventId) -> ();
        fn scanner_events(_: UserId) -> Vec<EventId>;
        fn start_login(_: &RefreshToken, _: UnixMs) -> ();
        fn refresh_token(_: &str, _: UnixMs) -> Option<RefreshToken>;
        fn rotate(_: &str, _: &RefreshToken, _: UnixMs, _: i64) -> Rotation;
        fn end_logins(_: UserId, _: UnixMs) -> ();
        fn save_token(_: &OneTimeToken) -> ();
    }
}

port! {
    impl Catalogue {
        async fn event(&self, _: EventId) -> Result<Option<Event>, LedgerError> {
            Ok(Some(self.lock().event.clone()))
        }

        async fn plan(&self, _: &str) -> Result<Option<PlanBytes>, LedgerError> {
            Ok(Some(self.plan.clone()))
        }

        async fn advance_fence_epoch(&self, _: EventId, expected: u64) -> Result<Option<u64>, LedgerError> {
            let event = &mut self.lock().event;
            let is_first = event.fence_epoch == expected;
            event.fence_epoch += u64::from(is_first);
            Ok(is_first.then_some(event.fence_epoch))
        }
    }
    unused {
        fn create_event(
            _: &Event, _: &PlanBytes, _: OutboxId, _: Option<(&AnswerKey, &StoredAnswer)>
        ) -> ();
        fn events(_: &EventQuery) -> Vec<Event>;
        fn save_event(_: &Event, _: &Entry) -> bool;
        fn write_inventory_heads(_: EventId, _: &[InventoryCategory], _: &[InventorySection]) -> ();
        fn write_inventory_seats(_: EventId, _: u32, _: &[InventorySeat]) -> ();
        fn finish_generation(_: EventId, _: OutboxId, _: UnixMs) -> bool;
        fn fail_generation(_: EventId, _: &str, _: OutboxId, _: UnixMs) -> bool;
        fn retry_generation(_: EventId, _: OutboxId, _: UnixMs) -> bool;
        fn categories(_: EventId) -> Vec<InventoryCategory>;
        fn sections(_: EventId) -> Vec<InventorySection>;
        fn count_seats(_: EventId) -> u64;
    }
}

port! {
    impl Sales {
        /// There are no orders.
        async fn make_due(&self, _: EventId, _: OrderStatus) -> Result<u64, LedgerError> {
            Ok(0)
        }

        async fn settled(&self, _: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError> {
            let state = self.lock();
            Ok(match seats {
                Some(seats) => seats.iter().filter_map(|seat| state.seats.get(seat).copied()).collect(),
                None => state.seats.values().copied().collect(),
            })
        }
    }
    unused {
        fn place_order(_: &Placing, _: AnswerToStore<'_>, _: &Entry) -> Result<Order, PlacingRefusal>;
        fn change_order(_: &OrderChange, _: AnswerToStore<'_>) -> Result<(), ChangeRefusal>;
        fn orders(_: &OrderQuery) -> OrdersRead;
        fn due_orders(_: u32, _: u64) -> OrdersRead;
        fn sales_totals(_: EventId) -> SalesTotals;
        fn sales_figures(_: EventId) -> SalesFigures;
        fn block(_: EventId, _: &Entry) -> Result<(), Vec<Ordinal>>;
        fn unblock(_: EventId, _: &Entry) -> Result<(), Vec<Ordinal>>;
    }
}

port! {
    impl Outbox {
        async fn log_position(&self, _: &str) -> Result<LogPosition, LedgerError> {
            Ok(LogPosition::new())
        }

        async fn save_log_position(&self, _: &str, _: &LogPosition) -> Result<(), LedgerError> {
            Ok(())
        }
    }
    unused {
        fn lease(_: u32, _: u64, _: u64) -> Vec<InventoryMessage>;
        fn mark_published(_: &[OutboxId]) -> ();
        fn follow(_: &str) -> Box<dyn OutboxFeed>;
        fn lag() -> OutboxLag;
        fn prune(_: u64) -> u64;
    }
}

port! {
    impl Tickets {}
    unused {
        fn tickets(_: &TicketQuery) -> Vec<Ticket>;
        fn check_in(_: TicketId, _: UserId, _: UnixMs) -> Option<CheckIn>;
    }
}

port! {
    impl Journal {}
    unused {
        fn note(_: EventId, _: &Entry) -> ();
        fn journal(_: EventId, _: Option<OutboxId>, _: u32) -> Vec<Entry>;
    }
}

port! {
    impl Answers {}
    unused {
        fn begin(_: &AnswerKey, _: UnixMs, _: i64) -> Begin;
        fn finish(_: &AnswerKey, _: &StoredAnswer) -> ();
        fn forget(_: &AnswerKey) -> ();
    }
}

port! {
    impl Ledger {}
    unused {
        fn check() -> ();
    }
}
