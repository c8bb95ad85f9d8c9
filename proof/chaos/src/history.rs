//! What happened, in order: every request of a person from its invocation to what became of it, every fault from its begin
//! to its end, and what watchers saw of sold seats. A file of JSON lines for people, and the same in memory for checkers.
//!
//! Outcomes are as in Jepsen: a request without an answer is `unknown`, which means that it may take effect at any later
//! moment. It must never be counted as failed. Refused requests changed nothing: the file and the counts have them, the
//! memory does not, or a long run would not fit.

mod past;
mod told;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

pub(crate) use self::past::{Came, Complaint, Fault, Operation, Outcome, Past, Saw, Verb};
pub(crate) use self::told::Told;
#[cfg(test)]
pub(crate) use self::told::ToldTicket;

/// The history of one run; clones write to the same.
#[derive(Clone)]
pub(crate) struct History(Arc<Shared>);

struct Shared {
    began: Instant,
    next: AtomicU64,
    past: Mutex<Past>,
    file: Mutex<BufWriter<File>>,
}

/// An operation that has begun.
pub(crate) struct Begun {
    number: u64,
    operation: Operation,
}

impl History {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let (next, past) = (AtomicU64::new(0), Mutex::default());
        let file = Mutex::new(BufWriter::new(file));
        Ok(Self(Arc::new(Shared { began: Instant::now(), next, past, file })))
    }

    pub(crate) fn now_us(&self) -> u64 {
        u64::try_from(self.0.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// A request is going to be sent.
    pub(crate) fn invoke(&self, verb: Verb, person: usize, event: usize) -> Begun {
        let (start_us, number) = (self.now_us(), self.0.next.fetch_add(1, Ordering::Relaxed));
        let operation = Operation {
            verb,
            person,
            event,
            start_us,
            end_us: start_us,
            outcome: Outcome::Unknown,
            seats: Vec::new(),
            leases: Vec::new(),
            order: None,
            told: None,
            ticket: None,
            same: true,
            unreadable: false,
        };
        Begun { number, operation }
    }

    /// What became of it. `code` is that of a refusal.
    pub(crate) fn complete(&self, begun: Begun, outcome: Outcome, code: &str) {
        let Begun { number, mut operation } = begun;
        operation.end_us = self.now_us();
        operation.outcome = outcome;
        self.write(&json!({
            "at_us": operation.end_us, "type": outcome, "op": number, "code": code, "leases": operation.leases,
            "seats": operation.seats, "told": operation.told, "same": operation.same, "order": operation.order,
            "unreadable": operation.unreadable,
        }));
        let mut past = self.past();
        *past.counts.entry((operation.verb, outcome)).or_default() += 1;
        if matches!(operation.verb, Verb::Hold | Verb::BestAvailable) {
            past.attempts += u64::try_from(operation.seats.len().max(1)).unwrap_or_default();
        }
        // A refusal changed nothing. But a refused payment is one of the three that end an order, a refused order may have
        // cost its holds, and a repetition must not be refused at all.
        let matters = matches!(operation.verb, Verb::Pay | Verb::Refund | Verb::Order | Verb::Cancel | Verb::Repeat);
        if outcome != Outcome::Fail || matters {
            past.operations.push(operation);
        }
    }

    /// Something is going to be broken.
    pub(crate) fn fault_begins(&self, nemesis: &'static str, target: &str, detail: &str) {
        let from_us = self.now_us();
        self.write(&json!({
            "at_us": from_us, "type": "fault", "nemesis": nemesis, "target": target, "phase": "begin", "detail": detail,
        }));
        let (nemesis, target) = (nemesis.to_owned(), target.to_owned());
        self.past().faults.push(Fault { nemesis, target, from_us, until_us: u64::MAX, came: Came::Failed });
    }

    /// It is whole again. A fault that ends without having begun was tried, and nothing came of it.
    pub(crate) fn fault_ends(&self, nemesis: &'static str, target: &str, came: Came, detail: &str) {
        let at_us = self.now_us();
        self.write(&json!({
            "at_us": at_us, "type": "fault", "nemesis": nemesis, "target": target, "phase": "end", "came": came,
            "detail": detail,
        }));
        let mut past = self.past();
        let open =
            |fault: &&mut Fault| fault.nemesis == nemesis && fault.target == target && fault.until_us == u64::MAX;
        if let Some(fault) = past.faults.iter_mut().find(open) {
            (fault.until_us, fault.came) = (at_us, came);
        } else {
            let (nemesis, target) = (nemesis.to_owned(), target.to_owned());
            past.faults.push(Fault { nemesis, target, from_us: at_us, until_us: at_us, came: Came::Failed });
        }
    }

    pub(crate) fn saw(&self, saw: Saw) {
        self.write(&json!({
            "at_us": saw.at_us, "type": "saw", "watcher": saw.watcher, "connection": saw.connection,
            "event": saw.event, "ordinal": saw.ordinal, "from": saw.from, "to": saw.to,
        }));
        self.past().saw.push(saw);
    }

    pub(crate) fn complain(&self, watcher: usize, what: String) {
        let at_us = self.now_us();
        self.write(&json!({"at_us": at_us, "type": "complaint", "watcher": watcher, "what": what}));
        self.past().complaints.push(Complaint { watcher, what, at_us });
    }

    /// A line for whoever reads the file; no checker looks at it.
    pub(crate) fn note(&self, what: &str) {
        self.write(&json!({"at_us": self.now_us(), "type": "note", "what": what}));
    }

    /// Everything so far. The file is complete then.
    pub(crate) fn finish(&self) -> Result<Past> {
        self.0.file.lock().unwrap_or_else(PoisonError::into_inner).flush().context("writing the history")?;
        Ok(self.past().clone())
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.0.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A history that cannot be written any more is still in memory; `finish` says so.
    fn write(&self, line: &Value) {
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{line}");
    }
}

impl Begun {
    /// What it is about, as far as it is known. Written when it is called, so that a run that dies shows what was on its way.
    pub(crate) fn about(mut self, history: &History, fill: impl FnOnce(&mut Operation)) -> Self {
        fill(&mut self.operation);
        let Operation { verb, person, event, start_us, seats, order, ticket, .. } = &self.operation;
        history.write(&json!({
            "at_us": start_us, "type": "invoke", "op": self.number, "verb": verb, "person": person, "event": event,
            "seats": seats, "order": order, "ticket": ticket,
        }));
        self
    }

    /// What the answer said.
    pub(crate) fn heard(mut self, fill: impl FnOnce(&mut Operation)) -> Self {
        fill(&mut self.operation);
        self
    }
}
