//! Chance: the only place that draws random numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use rand::rngs::OsRng;
use uuid::Uuid;

/// A secret of 256 bits from the operating system, as text that fits into cookies and URLs.
pub(crate) fn secret() -> String {
    let mut bytes = [0; 32];
    rand::TryRngCore::unwrap_mut(&mut OsRng).fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The name of a room instance: nobody has had it before.
pub(crate) fn epoch() -> String {
    format!("{:016x}", number())
}

/// An id that sorts by the time it was made.
pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}

/// An id that says nothing, not even when it was made.
pub(crate) fn random_id() -> Uuid {
    Uuid::new_v4()
}

/// A delay between zero and `most_ms`, so that many clients do not come back at the same moment.
pub(crate) fn jitter_ms(most_ms: u64) -> u64 {
    number() % (most_ms + 1)
}

/// Any number.
#[cfg(not(test))]
fn number() -> u64 {
    rand::random()
}

/// Any number; in a simulation the next one of its seed.
#[cfg(test)]
fn number() -> u64 {
    seeded::next().unwrap_or_else(rand::random)
}

/// Chance that can be had again. A simulation lives on one thread.
#[cfg(test)]
pub(crate) mod seeded {
    use std::cell::RefCell;

    use rand::rngs::StdRng;
    use rand::{RngCore as _, SeedableRng as _};

    thread_local! {
        static NUMBERS: RefCell<Option<StdRng>> = const { RefCell::new(None) };
    }

    /// From now on this thread's chance follows from the seed; with `None` it is chance again.
    pub(crate) fn set(seed: Option<u64>) {
        NUMBERS.set(seed.map(StdRng::seed_from_u64));
    }

    pub(super) fn next() -> Option<u64> {
        NUMBERS.with_borrow_mut(|numbers| numbers.as_mut().map(StdRng::next_u64))
    }
}
