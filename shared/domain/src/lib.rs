//! The domain of Frontrow: what an event, a seat, a hold, a plan and a frame are, and the rules they follow.
//!
//! This crate is pure. It never does I/O, never spawns, never reads the environment or the clock: time and
//! randomness come in as arguments, so that every rule can be tested by moving time instead of waiting.

pub mod account;
pub mod clock;
pub mod codes;
pub mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod hex;
pub mod holds;
pub mod ids;
pub mod inventory;
pub mod journal;
pub mod money;
pub mod order;
pub mod plan;
pub mod protocol;
pub mod seat;
pub mod text;
pub mod ticket;
