//! Which seeds are run, and what becomes of one that fails: its number, what was wrong, and how to see all of it again.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use tokio::runtime::Builder;

use super::trace::Record;
use super::world;
use crate::chance::seeded;
use crate::signing_keys::{KeyKind, SigningKeys};

/// Seeds that found something once: they are run every time.
pub(super) const PINNED_SEEDS: &[u64] = &[86, 160, 490, 570, 639, 1128, 1454];

/// Seeds of an ordinary run.
const SEEDS: u64 = 2_000;
/// Each thread has a world of its own.
const THREADS: usize = 2;
/// More of them would say the same.
const FAILURES_TOLD: usize = 5;

thread_local! {
    /// Tasks that panicked on this thread: a runtime keeps that to itself.
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// What a user asked for in the environment.
pub(super) fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// How many seeds to run.
pub(super) fn wanted() -> u64 {
    from_environment("FRONTROW_SIM_SEEDS").unwrap_or(SEEDS)
}

/// The keys that every server reads at its start; a folder that goes with this.
pub(super) struct Keys(PathBuf);

impl Keys {
    pub(super) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("frontrow-simulation-{}-{name}", std::process::id()));
        for kind in [KeyKind::AccessToken, KeyKind::Ticket] {
            SigningKeys::read_or_create(&folder, kind).expect("a folder for keys");
        }
        Self(folder)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// One seed, on a runtime of its own.
pub(super) fn run(seed: u64, keeps_trace: bool, keys: &Keys) -> Record {
    count_panics();
    PANICS.set(0);
    seeded::set(Some(seed));
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let mut record = runtime.block_on(world::run(seed, keeps_trace, &keys.0));
    drop(runtime);
    seeded::set(None);
    if PANICS.get() > 0 {
        record.wrong.push(format!("{} tasks panicked", PANICS.get()));
    }
    record
}

/// Runs all of them, and fails with the first few that do.
pub(super) fn run_all(seeds: &[u64], keys: &Keys) {
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(&seed) = usize::try_from(next.fetch_add(1, Relaxed)).ok().and_then(|at| seeds.get(at)) {
            let record = run(seed, false, keys);
            if !record.wrong.is_empty() {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push((seed, record.wrong));
                if failed.len() >= FAILURES_TOLD {
                    next.store(u64::MAX / 2, Relaxed);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort();
    let told: Vec<_> = failed.iter().map(|(seed, wrong)| format!("seed {seed}: {}", wrong.join("; "))).collect();
    assert!(told.is_empty(), "{}\nFRONTROW_SIM_SEED=N runs one of them and prints its trace", told.join("\n"));
}

fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told_by = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            told_by(info);
        }));
    });
}
