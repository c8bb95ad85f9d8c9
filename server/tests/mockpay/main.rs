//! The mock payment provider from outside: real HTTP, through the adapter that the server uses, and the real program
//! where it is killed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic, its helpers too")]

mod adapter;
mod cards;
mod kills;
mod notices;
mod receiver;
mod rules;
mod support;
