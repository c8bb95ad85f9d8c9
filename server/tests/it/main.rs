//! The server from outside: real sockets, real Redis, MongoDB and Kafka, as many servers as a test needs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic, its helpers too")]

mod on_cluster;
mod support;
