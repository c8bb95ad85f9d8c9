//! The relay: carries committed facts from the outbox to the log, and turns new events into inventory.
//!
//! Two workers, each safe to run in any number of processes and to kill at any moment:
//!
//! * [`carrier`]: outbox -> log. The change stream for speed, leased polling for truth; rows are marked only after the
//!   log's acknowledgement, so every fact arrives at least once.
//! * [`generator`]: the ticket generator, a member of a consumer group. `event.created` becomes categories, sections
//!   and seats, in batches with deterministic ids, so that doing it twice changes nothing.
//!
//! [`dead_letters`] is for operators: what could not be dealt with, and how to try it again.

pub mod carrier;
pub mod dead_letters;
pub mod generator;

use std::time::Duration;

/// The pause after a failure: long enough not to hammer a server that is starting, short enough not to be noticed.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_millis(500);
