//! What happened in a run, line by line: a hash of all of it, the lines themselves if somebody wants to read them, and
//! what was wrong. And the clocks of a run, which only move when everybody waits.

use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use frontrow_domain::clock::{Clock, UnixMs};
use tokio::time::Instant;

/// When every run begins.
const BEGINNING_MS: i64 = 1_800_000_000_000;

/// See the module.
pub(super) struct Trace {
    began: Instant,
    state: Mutex<State>,
}

struct State {
    line: String,
    hasher: DefaultHasher,
    lines: u64,
    kept: Option<Vec<String>>,
    wrong: Vec<String>,
}

/// What is left of a run.
pub(super) struct Record {
    /// Of every line.
    pub(super) hash: u64,
    pub(super) lines: u64,
    /// Empty unless they were kept.
    pub(super) kept: Vec<String>,
    /// What must never happen and did.
    pub(super) wrong: Vec<String>,
}

impl Trace {
    pub(super) fn new(keeps: bool) -> Self {
        let kept = keeps.then(Vec::new);
        let state = State { line: String::new(), hasher: DefaultHasher::new(), lines: 0, kept, wrong: Vec::new() };
        Self { began: Instant::now(), state: Mutex::new(state) }
    }

    /// Something happened.
    pub(super) fn note(&self, what: fmt::Arguments<'_>) {
        let mut state = self.lock();
        let State { line, hasher, lines, kept, .. } = &mut *state;
        line.clear();
        let now_ms = self.began.elapsed().as_millis();
        write!(line, "{now_ms:>6} {what}").expect("a string takes everything");
        hasher.write(line.as_bytes());
        *lines += 1;
        if let Some(kept) = kept {
            kept.push(line.clone());
        }
    }

    /// Something happened that must not.
    pub(super) fn wrong(&self, what: &str) {
        self.note(format_args!("WRONG: {what}"));
        let now_ms = self.began.elapsed().as_millis();
        self.lock().wrong.push(format!("at {now_ms} ms: {what}"));
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.lock().wrong.is_empty()
    }

    pub(super) fn record(&self) -> Record {
        let mut state = self.lock();
        Record {
            hash: state.hasher.finish(),
            lines: state.lines,
            kept: state.kept.take().unwrap_or_default(),
            wrong: std::mem::take(&mut state.wrong),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock on top of the runtime's paused time. Each machine has its own, and they differ.
pub(super) struct SimulatedClock {
    began: Instant,
    ahead_ms: AtomicI64,
}

impl SimulatedClock {
    pub(super) fn new(ahead_ms: i64) -> Self {
        Self { began: Instant::now(), ahead_ms: AtomicI64::new(ahead_ms) }
    }

    /// Moves this clock alone.
    pub(super) fn jump(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Relaxed);
    }

    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.now().0).unwrap_or(0)
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> UnixMs {
        let elapsed_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        UnixMs(BEGINNING_MS + elapsed_ms + self.ahead_ms.load(Relaxed))
    }
}
