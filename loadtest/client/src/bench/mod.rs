//! Measuring one thing at a time against one server. Every subject writes its own rows; must never hold a subject's work itself.

mod checkout;
mod event;
mod expiry;
mod fanout;
mod generation;
mod herd;
mod holds;
mod layer;
mod overload;
mod peak;
mod redis;
mod socket;
mod stage;

use anyhow::Result;

/// What is measured.
#[derive(clap::Subcommand)]
pub(crate) enum Subject {
    /// Orders a second from hold to ticket, how long a claim takes, and check-ins a second.
    Checkout(checkout::Args),
    /// Only creates an event on sale and prints its id, for measurements that want a server without a past.
    Event(event::Args),
    /// What a change costs the server until it has reached every socket, beside servers that do nothing else.
    Fanout(fanout::Args),
    /// Seats a second put into carts over sockets, beside `redis-benchmark`.
    Holds(holds::Args),
    /// The hold layer alone on a Redis of its own, beside `redis-benchmark`.
    Layer(layer::Args),
    /// Many buyers want one seat at once.
    Herd(herd::Args),
    /// How long after its deadline a seat is free on every screen.
    Expiry(expiry::Args),
    /// Ten times as many purchases as the server can do, and what becomes of them.
    Overload(overload::Args),
    /// From the upload of a very large plan to an event on sale.
    Generation(generation::Args),
}

pub(crate) async fn run(subject: Subject) -> Result<()> {
    match subject {
        Subject::Checkout(args) => checkout::run(args).await,
        Subject::Event(args) => event::run(args).await,
        Subject::Fanout(args) => fanout::run(args).await,
        Subject::Holds(args) => holds::run(args).await,
        Subject::Layer(args) => layer::run(args).await,
        Subject::Herd(args) => herd::run(args).await,
        Subject::Expiry(args) => expiry::run(args).await,
        Subject::Overload(args) => overload::run(args).await,
        Subject::Generation(args) => generation::run(args).await,
    }
}
