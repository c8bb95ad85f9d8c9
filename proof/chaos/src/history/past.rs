//! The past of a run as checkers look at it. Data, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Told;

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Account,
    Hold,
    BestAvailable,
    Extend,
    Release,
    Order,
    Look,
    Pay,
    Cancel,
    Refund,
    CheckIn,
    Block,
    Unblock,
    /// A request that was answered, sent again under its key.
    Repeat,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It was done.
    Ok,
    /// It was refused: it was not done and never will be.
    Fail,
    /// Nobody knows.
    Unknown,
}

/// One request of one person, with its repetitions under the same key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(crate) verb: Verb,
    /// Index into the cast.
    pub(crate) person: usize,
    /// Index into the halls.
    pub(crate) event: usize,
    /// Microseconds since the run began: when the first request left, when the last answer came or was given up.
    pub(crate) start_us: u64,
    pub(crate) end_us: u64,
    pub(crate) outcome: Outcome,
    /// Ordinals that were asked for; of best available seats those that were given.
    pub(crate) seats: Vec<usize>,
    /// Of an ok hold or extension: ordinals with the milliseconds that were left.
    pub(crate) leases: Vec<(usize, u64)>,
    /// The order that it is about.
    pub(crate) order: Option<String>,
    /// The order as the answer shows it.
    pub(crate) told: Option<Told>,
    pub(crate) ticket: Option<String>,
    /// Of a repetition: whether the answer was the same, byte for byte.
    pub(crate) same: bool,
    /// It was answered as done, and nobody can make sense of the answer.
    pub(crate) unreadable: bool,
}

/// A fault from begin to end; one that was not ended lasts for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) nemesis: String,
    pub(crate) target: String,
    pub(crate) from_us: u64,
    pub(crate) until_us: u64,
    pub(crate) came: Came,
}

/// What came of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Came {
    /// Something was broken.
    Done,
    /// It lay in wait, and nobody is known to have come by.
    MetNobody,
    /// It could not be done, or has not ended.
    Failed,
}

impl Fault {
    pub(crate) fn is_done(&self) -> bool {
        self.came == Came::Done
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.came == Came::Failed
    }

    /// Whether it was to strike a process or an engine, not the link between two.
    pub(crate) fn is_strike(&self) -> bool {
        !self.target.contains('>')
    }
}

/// A watcher saw a seat become sold, or stop being sold, within one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saw {
    pub(crate) watcher: usize,
    /// The watcher's first is 1: another one may be to a server that is behind, and sees everything once more.
    pub(crate) connection: usize,
    pub(crate) event: usize,
    pub(crate) ordinal: usize,
    pub(crate) from: u8,
    pub(crate) to: u8,
    pub(crate) at_us: u64,
}

/// A rule of the protocol that a watcher found broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) watcher: usize,
    pub(crate) what: String,
    pub(crate) at_us: u64,
}

/// Everything that checkers look at of a run's past.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Past {
    pub(crate) operations: Vec<Operation>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) saw: Vec<Saw>,
    pub(crate) complaints: Vec<Complaint>,
    /// Per verb and outcome.
    pub(crate) counts: BTreeMap<(Verb, Outcome), u64>,
    /// Seats that were asked for in holds, whatever became of them.
    pub(crate) attempts: u64,
}

impl Past {
    /// How often something was done.
    pub(crate) fn done(&self, verb: Verb) -> u64 {
        self.counts.get(&(verb, Outcome::Ok)).copied().unwrap_or_default()
    }

    /// Orders that somebody was told are theirs.
    pub(crate) fn bookings(&self) -> u64 {
        let told = self.operations.iter().filter_map(|operation| operation.told.as_ref());
        let orders: BTreeSet<_> = told.filter(|told| told.is_confirmed()).map(|told| &told.order).collect();
        orders.len() as u64
    }

    /// Whether one of these faults was going on at some time between the two.
    pub(crate) fn disturbed(&self, names: &[&str], from_us: u64, until_us: u64) -> bool {
        let named = self.faults.iter().filter(|fault| names.contains(&fault.nemesis.as_str()));
        named.into_iter().any(|fault| fault.from_us <= until_us && fault.until_us >= from_us)
    }

    /// Answers that came while bytes were being flipped prove nothing: what was done is unknown.
    pub(crate) fn disbelieve(&mut self, names: &[&str]) {
        let noise: Vec<_> = self
            .operations
            .iter()
            .map(|operation| self.disturbed(names, operation.start_us, operation.end_us))
            .collect();
        for (operation, noisy) in self.operations.iter_mut().zip(noise) {
            if noisy {
                operation.outcome = Outcome::Unknown;
                operation.told = None;
                // Which order was placed only the answer said.
                operation.order = operation.order.take().filter(|_| operation.verb != Verb::Order);
                operation.leases.clear();
                operation.same = true;
                operation.unreadable = false;
            }
        }
    }
}
