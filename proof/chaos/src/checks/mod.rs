//! What must hold, as pure functions over the past of a run and its books. Each is shown broken histories in `broken/`: a
//! checker that cannot complain proves nothing.

mod acknowledged;
#[cfg(test)]
mod broken;
mod convergence;
mod happened;
mod leases;
mod ledger;
mod limits;
mod linear;
mod logs;
mod money;
mod orphans;
mod owners;
mod register;
mod tickets;
mod versions;

use std::collections::BTreeMap;

pub(crate) use self::happened::{Intended, the_run_happened};
use crate::books::{Books, Hall, Order};
use crate::history::Past;

/// Findings of one checker that are told; the rest is counted.
const TOLD: usize = 20;
/// While bytes are flipped between a person and a server, what either says is not what the other hears.
pub(crate) const NOISE: &[&str] = &["corrupt"];

/// What one checker has looked at and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) name: &'static str,
    /// How many things were compared.
    pub(crate) compared: u64,
    pub(crate) findings: Vec<String>,
}

impl Checked {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, compared: 0, findings: Vec::new() }
    }

    /// Compares one thing; what is wrong is said only if it is.
    pub(crate) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.compared += 1;
        if holds {
            return;
        }
        if self.findings.len() < TOLD {
            self.findings.push(what());
        } else if self.findings.len() == TOLD {
            self.findings.push("and more that is not told here".to_owned());
        }
    }
}

/// Everything that a verdict is made of.
pub(crate) struct Case<'a> {
    pub(crate) halls: &'a [Hall],
    pub(crate) past: &'a Past,
    pub(crate) books: &'a Books,
    /// Account ids of the cast, by their numbers in the history.
    pub(crate) cast: &'a [String],
}

impl Case<'_> {
    /// Orders by id.
    fn orders(&self) -> BTreeMap<&str, &Order> {
        self.books.orders.iter().map(|order| (order.id.as_str(), order)).collect()
    }
}

/// Every checker that looks at people, watchers, books and logs. Whether there was anything to look at is for
/// `the_run_happened` to say.
pub(crate) fn all(case: &Case) -> Vec<Checked> {
    vec![
        owners::one_owner(case),
        register::seat_register(case),
        acknowledged::acknowledged(case),
        money::money(case),
        owners::whole_groups(case),
        limits::limits(case),
        tickets::tickets(case),
        versions::seat_versions(case),
        convergence::convergence(case),
        orphans::leaked_holds(case),
        orphans::orphans(case),
        logs::quiet_logs(case.books),
    ]
}
