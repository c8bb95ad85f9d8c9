//! The server from outside, on both engines: real sockets, one process on a file of its own, or as many servers as a
//! test needs on real Redis, MongoDB and Kafka.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic, its helpers too")]

#[macro_use]
mod journeys;
mod authorisation;
mod canaries;
mod embedded_process;
mod frames;
mod kills;
mod on_cluster;
mod openapi;
mod support;
mod transcript;
mod unreliable_holds;
