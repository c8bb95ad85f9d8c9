//! The engines: three ports through which Frontrow reaches what outlives a process, with their adapters.
//!
//! | port | what it keeps | cluster | embedded |
//! |---|---|---|---|
//! | [`holds`] | who has a seat for the next minutes | Redis | |
//! | [`ledger`] | accounts, catalogue, sales, the outbox: the truth | MongoDB | `SQLite` |
//! | [`log`] | the inventory log that carries facts to every server | Kafka | the outbox itself |
//!
//! Ports are small and speak of seats, never of keys and values: a generic port is where an engine leaks. Every port
//! has one contract suite in `tests/`, run against the real servers and against a real file.

pub mod holds;
pub mod ledger;
pub mod log;
