//! What is there when everything rests: the ledger and the hold store read directly, the provider's books, and what the
//! API shows of them. Data, and what follows from it; `books/` reads it. It must never change anything.

mod ledger;
mod provider;
pub(crate) mod shown;
mod store;

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

pub(crate) use self::ledger::Ledger;
pub(crate) use self::provider::{KEY as PROVIDER_KEY, Provider};
pub(crate) use self::store::Store;

/// An event of the run.
#[derive(Debug, Clone)]
pub(crate) struct Hall {
    pub(crate) id: String,
    /// Names by ordinal.
    pub(crate) seats: Vec<String>,
    /// Minor units, by ordinal.
    pub(crate) prices: Vec<i64>,
    pub(crate) limit: usize,
    pub(crate) hold_ttl_us: u64,
    pub(crate) payment_window_us: u64,
}

/// An order, as the ledger has it.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) event: usize,
    pub(crate) buyer: String,
    pub(crate) status: String,
    /// `open`, `void`, `captured`, `refund_due` or `refunded`.
    pub(crate) money: String,
    pub(crate) seats: Vec<OrderSeat>,
    pub(crate) total: i64,
    pub(crate) payment: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OrderSeat {
    pub(crate) ordinal: usize,
    pub(crate) seat: String,
    pub(crate) price: i64,
}

/// A seat, as the ledger has it.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) event: usize,
    pub(crate) ordinal: usize,
    /// `available`, `claimed`, `sold` or `blocked`.
    pub(crate) state: String,
    pub(crate) generation: i64,
    pub(crate) order: Option<String>,
    pub(crate) owner: Option<String>,
}

/// A ticket, as the ledger has it, or as its buyer sees it (then without a generation).
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) event: usize,
    pub(crate) buyer: String,
    pub(crate) ordinal: usize,
    pub(crate) generation: i64,
    pub(crate) seat: String,
    pub(crate) code: String,
    /// `valid`, `used` or `refunded`.
    pub(crate) state: String,
}

/// A payment, as the provider has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) amount_received: i64,
    pub(crate) amount_refunded: i64,
}

/// A seat key of the hold store.
#[derive(Debug, Clone)]
pub(crate) struct StoredSeat {
    pub(crate) event: usize,
    pub(crate) ordinal: usize,
    pub(crate) value: String,
}

/// The seats that the hold store counts for a buyer.
#[derive(Debug, Clone)]
pub(crate) struct StoredCart {
    pub(crate) event: usize,
    pub(crate) buyer: String,
    pub(crate) seats: Vec<usize>,
}

/// The map of a server.
#[derive(Debug, Clone)]
pub(crate) struct ShownMap {
    pub(crate) of: String,
    pub(crate) event: usize,
    pub(crate) states: Vec<u8>,
}

/// The map of a watcher, and since when it is right again.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) number: usize,
    pub(crate) event: usize,
    pub(crate) states: Vec<u8>,
    /// The first time after the heal at which the server's word and the map agreed.
    pub(crate) right_us: Option<u64>,
    /// Its connection was there before the heal already.
    pub(crate) lived_on: bool,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) orders: Vec<Order>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) outbox_waiting: u64,
    pub(crate) intents: Vec<Intent>,
    pub(crate) stored: Vec<StoredSeat>,
    pub(crate) carts: Vec<StoredCart>,
    /// As buyers see them.
    pub(crate) shown_tickets: Vec<Ticket>,
    /// As organizers see them: id and status.
    pub(crate) shown_orders: Vec<(String, String)>,
    pub(crate) maps: Vec<ShownMap>,
    pub(crate) watchers: Vec<Watched>,
    /// When the last fault was over and the healing began.
    pub(crate) broken_us: u64,
    /// When everything was healed: no link is broken, every process is ready.
    pub(crate) healed_us: u64,
    /// When nothing was due any more, or nobody waited longer.
    pub(crate) rested_us: u64,
    /// Everything came to rest in the time that is allowed.
    pub(crate) rests: bool,
    /// Names with texts.
    pub(crate) logs: Vec<(String, String)>,
    /// Deaths of processes that no nemesis caused.
    pub(crate) surprises: Vec<String>,
    /// What no log may have.
    pub(crate) secrets: Vec<String>,
}

impl Order {
    pub(crate) fn is_confirmed(&self) -> bool {
        self.status == "confirmed"
    }

    /// Its seats are claimed or sold.
    pub(crate) fn has_its_seats(&self) -> bool {
        self.is_confirmed() || self.status == "awaiting_payment"
    }

    /// Something is going to happen to it by itself.
    pub(crate) fn is_due(&self) -> bool {
        self.status == "awaiting_payment" || matches!(self.money.as_str(), "open" | "refund_due")
    }
}

impl Books {
    /// The map that everybody should have: that of the ledger, since nobody holds anything any more.
    pub(crate) fn truth(&self, event: usize, seats: usize) -> Vec<u8> {
        let mut truth = vec![0; seats];
        for seat in self.seats.iter().filter(|seat| seat.event == event) {
            if let Some(state) = truth.get_mut(seat.ordinal) {
                *state = match seat.state.as_str() {
                    "claimed" => 1,
                    "sold" => 2,
                    "blocked" => 3,
                    _ => 0,
                };
            }
        }
        truth
    }

    /// What is not settled yet, in words; `None` if everything rests.
    pub(crate) fn due(&self) -> Option<String> {
        let orders = self.orders.iter().filter(|order| order.is_due()).count();
        let payments = self.intents.iter().filter(|intent| intent.status == "processing").count();
        let is_lease = |seat: &&StoredSeat| !seat.value.starts_with('s') && seat.value != "b";
        let leases = self.stored.iter().filter(is_lease).count();
        let is_due = orders > 0 || payments > 0 || leases > 0 || self.outbox_waiting > 0;
        is_due.then(|| {
            format!("{orders} orders, {payments} payments, {leases} leases, {} rows of the outbox", self.outbox_waiting)
        })
    }
}

/// A log that is not there was never written to.
pub(crate) async fn read_log(path: &Path) -> Result<(String, String)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = match tokio::fs::read(path).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    Ok((name, text))
}
