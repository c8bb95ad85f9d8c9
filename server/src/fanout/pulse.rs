//! What a room's connections count: sockets, messages, how long a delta takes to reach one. Atomics only, always on; who
//! wants rates and percentiles compares two readings.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::metrics;

/// Buckets to a doubling of the duration: a bucket is at most a quarter wider than its beginning.
const PER_OCTAVE_BITS: u32 = 2;
/// From 4 microseconds to 16 seconds; a client that takes nothing for ten is closed.
const OCTAVES: usize = 22;
const BUCKETS: usize = OCTAVES << PER_OCTAVE_BITS;

/// See the module.
#[derive(Debug)]
pub(crate) struct Pulse {
    opened: AtomicU64,
    closed: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
    delta_changes: AtomicU64,
    lagged: AtomicU64,
    resyncs: AtomicU64,
    /// Seats that the reconciler found different; and how many of them at its last comparison.
    drift: AtomicU64,
    drift_now: AtomicU64,
    deliveries: [AtomicU64; BUCKETS],
    delivery_us: AtomicU64,
    /// What the metrics know already.
    told: Mutex<Reading>,
}

/// The counters at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) opened: u64,
    pub(crate) closed: u64,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) delta_changes: u64,
    pub(crate) lagged: u64,
    pub(crate) resyncs: u64,
    pub(crate) drift: u64,
    pub(crate) drift_now: u64,
    pub(crate) deliveries: [u64; BUCKETS],
    pub(crate) delivery_us: u64,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            opened: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            delta_changes: AtomicU64::new(0),
            lagged: AtomicU64::new(0),
            resyncs: AtomicU64::new(0),
            drift: AtomicU64::new(0),
            drift_now: AtomicU64::new(0),
            deliveries: std::array::from_fn(|_| AtomicU64::new(0)),
            delivery_us: AtomicU64::new(0),
            told: Mutex::new(Reading::default()),
        }
    }

    pub(crate) fn socket_opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    pub(crate) fn socket_closed(&self) {
        self.closed.fetch_add(1, Relaxed);
    }

    /// Messages were written, of so many bytes in all.
    pub(crate) fn sent(&self, messages: u64, bytes: usize) {
        self.messages.fetch_add(messages, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// So many sockets have taken a delta at once, so long after it was given to all of them. What a slow one gets later is not
    /// timed: it is counted as lagging if that is a snapshot.
    pub(crate) fn delivered(&self, sockets: u64, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.deliveries[bucket(us)].fetch_add(sockets, Relaxed);
        self.delivery_us.fetch_add(us.saturating_mul(sockets), Relaxed);
    }

    /// A socket was so slow that frames were dropped for it.
    pub(crate) fn lagged(&self) {
        self.lagged.fetch_add(1, Relaxed);
    }

    /// A socket that was behind, or asked, gets a snapshot.
    pub(crate) fn resynced(&self) {
        self.resyncs.fetch_add(1, Relaxed);
    }

    /// The reconciler has compared: so many seats differed twice in a row.
    pub(crate) fn compared(&self, drifted: usize) {
        self.drift.fetch_add(drifted as u64, Relaxed);
        self.drift_now.store(drifted as u64, Relaxed);
    }

    pub(crate) fn changes_published(&self, changes: usize) {
        self.delta_changes.fetch_add(changes as u64, Relaxed);
    }

    pub(crate) fn read(&self) -> Reading {
        Reading {
            opened: self.opened.load(Relaxed),
            closed: self.closed.load(Relaxed),
            messages: self.messages.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            delta_changes: self.delta_changes.load(Relaxed),
            lagged: self.lagged.load(Relaxed),
            resyncs: self.resyncs.load(Relaxed),
            drift: self.drift.load(Relaxed),
            drift_now: self.drift_now.load(Relaxed),
            deliveries: std::array::from_fn(|at| self.deliveries[at].load(Relaxed)),
            delivery_us: self.delivery_us.load(Relaxed),
        }
    }

    /// Hands what was counted since the last time to the metrics: a histogram of theirs would cost more for each
    /// delivery than the delivery.
    pub(crate) fn tell_metrics(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.read();
        metrics::sent(now.messages - told.messages, now.bytes - told.bytes);
        metrics::lagged(now.lagged - told.lagged);
        let deliveries = now.since(&told);
        metrics::delivered(deliveries.slices(), now.delivery_us - told.delivery_us);
        *told = now;
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            opened: 0,
            closed: 0,
            messages: 0,
            bytes: 0,
            delta_changes: 0,
            lagged: 0,
            resyncs: 0,
            drift: 0,
            drift_now: 0,
            deliveries: [0; BUCKETS],
            delivery_us: 0,
        }
    }
}

/// The deliveries between two readings.
pub(crate) struct Deliveries([u64; BUCKETS]);

impl Reading {
    pub(crate) fn since(&self, earlier: &Self) -> Deliveries {
        Deliveries(std::array::from_fn(|at| self.deliveries[at].saturating_sub(earlier.deliveries[at])))
    }
}

impl Deliveries {
    /// How many took up to how many microseconds, for every bucket.
    fn slices(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().enumerate().map(|(at, &count)| (begin_us(at + 1), count))
    }

    /// The duration that so many of a thousand deliveries did not exceed, in milliseconds; `None` without deliveries. Within
    /// its bucket the middle is taken.
    pub(crate) fn per_mille(&self, wanted: u64) -> Option<f64> {
        let total: u64 = self.0.iter().sum();
        let rank = (total * wanted).div_ceil(1000).max(1);
        let mut seen = 0;
        let at = self.0.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds")]
        let middle_us = (begin_us(at) + begin_us(at + 1)) as f64 / 2.0;
        Some(middle_us / 1000.0)
    }
}

/// Which bucket a duration belongs to: the place of its highest bit, and the two bits after that.
fn bucket(us: u64) -> usize {
    let us = us.max(1 << PER_OCTAVE_BITS);
    let octave = us.ilog2();
    let within = us >> (octave - PER_OCTAVE_BITS) & ((1 << PER_OCTAVE_BITS) - 1);
    let at = ((octave - PER_OCTAVE_BITS) << PER_OCTAVE_BITS) as usize + usize::try_from(within).unwrap_or(0);
    at.min(BUCKETS - 1)
}

/// Where a bucket begins.
fn begin_us(bucket: usize) -> u64 {
    let octave = bucket >> PER_OCTAVE_BITS;
    let within = (bucket & ((1 << PER_OCTAVE_BITS) - 1)) as u64;
    ((1 << PER_OCTAVE_BITS) + within) << octave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_what_lies_between_its_beginning_and_the_next() {
        for us in [4, 5, 7, 8, 9, 10, 1_000, 1_234, 65_535, 65_536, 9_999_999] {
            let at = bucket(us);
            assert!(begin_us(at) <= us && us < begin_us(at + 1), "{us} in {at}");
            assert!(begin_us(at + 1) * 4 <= begin_us(at) * 5, "{us}: a quarter wide at most");
        }
        assert_eq!((bucket(0), bucket(u64::MAX)), (0, BUCKETS - 1));
    }

    #[test]
    fn percentiles_are_of_what_came_between_two_readings() {
        let pulse = Pulse::new();
        pulse.delivered(1, Duration::from_secs(3));
        let before = pulse.read();
        assert_eq!(before.since(&before).per_mille(500), None, "nothing came");
        pulse.delivered(98, Duration::from_millis(1));
        pulse.delivered(2, Duration::from_millis(700));
        let deliveries = pulse.read().since(&before);
        let near = |per_mille, ms: f64| {
            let found = deliveries.per_mille(per_mille).unwrap();
            assert!((found - ms).abs() <= ms / 8.0, "{found} for {ms}");
        };
        near(500, 1.0);
        near(950, 1.0);
        near(990, 700.0);
    }
}
