//! Counting answers and how long they took. Must never lose one: what is not counted looks like it never happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What kind of request it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    /// Registering, signing in.
    Account,
    /// What the organizer does.
    Admin,
    /// Reading.
    Look,
    Hold,
    Release,
    Order,
    Cancel,
    Pay,
    Refund,
    CheckIn,
}

/// Everything that was asked so far.
#[derive(Default)]
pub(crate) struct Measured(Mutex<Log>);

#[derive(Default)]
struct Log {
    /// `None`: no answer.
    statuses: BTreeMap<(Verb, Option<u16>), u64>,
    /// Of requests that did what they were meant to do.
    times: BTreeMap<Verb, Vec<Duration>>,
}

impl Measured {
    pub(crate) fn note(&self, verb: Verb, status: Option<u16>, took: Duration) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *log.statuses.entry((verb, status)).or_default() += 1;
        if status.is_some_and(|status| status < 300) {
            log.times.entry(verb).or_default().push(took);
        }
    }

    /// How many requests had which status; `None` is a lost answer.
    pub(crate) fn statuses(&self) -> BTreeMap<Option<u16>, u64> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeMap::new();
        for ((_, status), count) in &log.statuses {
            *all.entry(*status).or_default() += count;
        }
        all
    }

    /// Requests that were answered with a mistake of the server, which no fault excuses.
    pub(crate) fn mistakes(&self) -> Vec<(Verb, u16, u64)> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_mistake = |status: u16| status == 500 || status == 400;
        let rows = log.statuses.iter().filter_map(|(&(verb, status), &count)| Some((verb, status?, count)));
        rows.filter(|&(_, status, _)| is_mistake(status)).collect()
    }

    pub(crate) fn times(&self, verb: Verb) -> Times {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Times::new(log.times.get(&verb).cloned().unwrap_or_default())
    }
}

/// Durations in order.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a hundred stayed within, in milliseconds; `None` of nothing.
    pub(crate) fn percentile_ms(&self, percent: usize) -> Option<f64> {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map(|time| time.as_secs_f64() * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times = Times::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!(times.percentile_ms(50), Some(100.0));
        assert_eq!(times.percentile_ms(99), Some(198.0));
        assert_eq!(Times::new(vec![Duration::from_millis(7)]).percentile_ms(99), Some(7.0));
        assert_eq!(Times::new(Vec::new()).percentile_ms(99), None);
    }

    #[test]
    fn lost_answers_and_mistakes_are_counted() {
        let measured = Measured::default();
        measured.note(Verb::Order, None, Duration::ZERO);
        measured.note(Verb::Order, Some(500), Duration::ZERO);
        measured.note(Verb::Hold, Some(409), Duration::ZERO);
        assert_eq!(measured.statuses(), BTreeMap::from([(None, 1), (Some(409), 1), (Some(500), 1)]));
        assert_eq!(measured.mistakes(), [(Verb::Order, 500, 1)]);
        assert_eq!(measured.times(Verb::Order).len(), 0);
    }
}
