//! The engines: the ports through which Frontrow reaches what is outside of a process, with their adapters.
//!
//! | port | what it keeps | embedded | cluster |
//! |---|---|---|---|
//! | [`holds`] | who has a seat for the next minutes | the hold book | Redis |
//! | [`ledger`] | accounts, catalogue, sales, the outbox: the truth | `SQLite` | `MongoDB` |
//! | [`log`] | the inventory log that carries facts to every server | the outbox by offset | Kafka |
//! | [`mail`] | nothing; letters leave through it | files or SMTP | files or SMTP |
//! | [`payments`] | nothing; money moves through it | a provider | a provider |
//!
//! Ports are small and speak of seats, never of keys and values: a generic port is where an engine leaks. Every port
//! has one contract suite in `tests/`, run against every adapter, on the real servers.

pub mod failpoint;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod holds;
pub mod ledger;
pub mod log;
pub mod mail;
pub mod mutant;
pub mod payments;
