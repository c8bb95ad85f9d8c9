//! Tests that need Redis, MongoDB and Kafka together.

mod accounts;
mod bad_input;
mod events;
mod faults;
mod holds;
mod idempotency;
mod rooms;
mod sockets;
