//! What may go wrong in a run, and when: every run has some kinds of faults and lacks the others, so that each is seen alone
//! and in company. All of it follows from the seed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

/// Calls that take longer than this count as trouble.
const SLOW_MS: u64 = 30;

/// Which kinds of faults a run has.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each kind is there or not, whatever the others are")]
pub(super) struct Kinds {
    pub(super) hints: bool,
    pub(super) subscription: bool,
    pub(super) calls_fail: bool,
    pub(super) calls_slow: bool,
    pub(super) replies_lost: bool,
    pub(super) emptied: bool,
    pub(super) trimmed: bool,
    pub(super) early_ends: bool,
    pub(super) clock_jumps: bool,
    pub(super) strangers: bool,
    pub(super) log_breaks: bool,
    pub(super) lines_cut: bool,
    pub(super) lines_silent: bool,
    pub(super) slow_readers: bool,
}

impl Kinds {
    pub(super) fn draw(rng: &mut StdRng) -> Self {
        let mut some = |likely: f64| rng.random_bool(likely);
        Self {
            hints: some(0.5),
            subscription: some(0.3),
            calls_fail: some(0.4),
            calls_slow: some(0.4),
            replies_lost: some(0.3),
            emptied: some(0.3),
            trimmed: some(0.3),
            early_ends: some(0.3),
            clock_jumps: some(0.15),
            strangers: some(0.5),
            log_breaks: some(0.3),
            lines_cut: some(0.6),
            lines_silent: some(0.2),
            slow_readers: some(0.5),
        }
    }
}

/// How the hold store is at the moment; all in a thousand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Conditions {
    hints_lost: u32,
    hints_twice: u32,
    hints_late: u32,
    calls_fail: u32,
    replies_lost: u32,
    calls_slow: u32,
}

/// What becomes of a call.
pub(super) struct Fate {
    pub(super) before: Duration,
    pub(super) fails: bool,
    pub(super) after: Duration,
    pub(super) reply_lost: bool,
}

/// When a hint arrives: never, once or twice.
pub(super) type Arrivals = [Option<Duration>; 2];

/// See the module.
pub(super) struct Weather {
    pub(super) kinds: Kinds,
    state: Mutex<State>,
}

struct State {
    rng: StdRng,
    now: Conditions,
    /// Since when nothing has been wrong with the store but its hints.
    well_since: Instant,
}

impl Weather {
    pub(super) fn new(kinds: Kinds, seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed);
        let state = State { rng, now: Conditions::default(), well_since: Instant::now() };
        Self { kinds, state: Mutex::new(state) }
    }

    /// Other conditions from now on; every third time good ones.
    pub(super) fn change(&self) -> Conditions {
        let (kinds, mut state) = (self.kinds, self.lock());
        let is_fair = state.rng.random_bool(0.35);
        let mut bad = |there: bool, most: u32| {
            let degree = state.rng.random_range(0..=most);
            if there && !is_fair { degree } else { 0 }
        };
        let now = Conditions {
            hints_lost: bad(kinds.hints, 1_000),
            hints_twice: bad(kinds.hints, 400),
            hints_late: bad(kinds.hints, 1_000),
            calls_fail: bad(kinds.calls_fail, 900),
            replies_lost: bad(kinds.replies_lost, 500),
            calls_slow: bad(kinds.calls_slow, 600),
        };
        state.now = now;
        now
    }

    /// Nothing goes wrong from now on.
    pub(super) fn clear_up(&self) {
        self.lock().now = Conditions::default();
    }

    /// Something was wrong with the store just now.
    pub(super) fn trouble(&self) {
        self.lock().well_since = Instant::now();
    }

    pub(super) fn well_since(&self) -> Instant {
        self.lock().well_since
    }

    pub(super) fn fate(&self) -> Fate {
        let mut state = self.lock();
        let now = state.now;
        let mut happens = |thousandths: u32| state.rng.random_range(0..1_000) < thousandths;
        let (fails, reply_lost, slow) = (happens(now.calls_fail), happens(now.replies_lost), happens(now.calls_slow));
        let most_ms = if slow { 400 } else { 3 };
        let [before_ms, after_ms] = [0; 2].map(|_: u64| state.rng.random_range(0..=most_ms));
        if fails || reply_lost || before_ms + after_ms > SLOW_MS {
            // Until it is over.
            state.well_since = Instant::now() + Duration::from_millis(before_ms + after_ms);
        }
        Fate { before: Duration::from_millis(before_ms), fails, after: Duration::from_millis(after_ms), reply_lost }
    }

    pub(super) fn arrivals(&self) -> Arrivals {
        let mut state = self.lock();
        let now = state.now;
        let mut happens = |thousandths: u32| state.rng.random_range(0..1_000) < thousandths;
        let (lost, twice, late) = (happens(now.hints_lost), happens(now.hints_twice), happens(now.hints_late));
        let most_ms = if late { 300 } else { 2 };
        let mut at = || Some(Duration::from_millis(state.rng.random_range(0..=most_ms)));
        let (first, second) = (at(), at());
        [first.filter(|_| !lost), second.filter(|_| twice)]
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
