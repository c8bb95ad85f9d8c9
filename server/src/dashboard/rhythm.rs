//! Rates and percentiles: a minute of readings of a room's counters, one a second, and the differences between them.

use std::collections::VecDeque;
use std::time::Duration;

use frontrow_domain::protocol::dashboard::{Percentiles, Realtime};
use tokio::time::Instant;

use crate::fanout::{Deliveries, PulseReading};

const MINUTE: Duration = Duration::from_mins(1);
/// Rates are over this long: one second's would jump.
const RATE_OVER: Duration = Duration::from_secs(10);
/// Two readings that are closer together say nothing about a second.
const LEAST_S: f64 = 0.5;

/// See the module.
#[derive(Default)]
pub(super) struct Rhythm {
    readings: VecDeque<(Instant, PulseReading)>,
}

/// How many sockets and rooms there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    pub(super) sockets: u64,
    pub(super) sockets_all: u64,
    pub(super) rooms: u64,
}

impl Rhythm {
    pub(super) fn add(&mut self, at: Instant, reading: PulseReading) {
        // The one before the window stays: differences reach back to it.
        while self.readings.get(1).is_some_and(|(next, _)| at - *next >= MINUTE) {
            self.readings.pop_front();
        }
        self.readings.push_back((at, reading));
    }

    /// `None` before the first reading.
    pub(super) fn realtime(&self, presence: Presence) -> Option<Realtime> {
        let (now, newest) = self.readings.back()?;
        let (_, oldest) = self.readings.front()?;
        let (begin, before) = self.readings.iter().rev().take_while(|(at, _)| *now - *at <= RATE_OVER).last()?;
        let seconds = (*now - *begin).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = |count: fn(&PulseReading) -> u64| {
            (seconds >= LEAST_S).then(|| ((count(newest) - count(before)) as f64 / seconds * 10.0).round() / 10.0)
        };
        Some(Realtime {
            sockets: presence.sockets,
            sockets_all: presence.sockets_all,
            rooms: presence.rooms,
            opened_per_s: rate(|it| it.opened),
            closed_per_s: rate(|it| it.closed),
            messages_per_s: rate(|it| it.messages),
            bytes_per_s: rate(|it| it.bytes),
            fanout_ms: percentiles(&newest.since(oldest)),
            delta_changes_per_s: rate(|it| it.delta_changes),
            slow_consumers: newest.lagged - oldest.lagged,
            resyncs: newest.resyncs - oldest.resyncs,
        })
    }

    /// The newest reading.
    pub(super) fn newest(&self) -> Option<&PulseReading> {
        self.readings.back().map(|(_, reading)| reading)
    }
}

fn percentiles(deliveries: &Deliveries) -> Percentiles {
    Percentiles { p50: deliveries.per_mille(500), p95: deliveries.per_mille(950), p99: deliveries.per_mille(990) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESENCE: Presence = Presence { sockets: 2, sockets_all: 3, rooms: 1 };

    #[tokio::test(start_paused = true)]
    async fn rates_are_of_ten_seconds_and_counts_of_a_minute() {
        let (mut rhythm, start) = (Rhythm::default(), Instant::now());
        let reading = |seconds: u64| PulseReading { messages: seconds * 5, lagged: seconds, ..PulseReading::default() };
        assert!(rhythm.realtime(PRESENCE).is_none());
        for second in 0..=100 {
            rhythm.add(start + Duration::from_secs(second), reading(second));
        }
        let realtime = rhythm.realtime(PRESENCE).unwrap();
        assert_eq!((realtime.messages_per_s, realtime.opened_per_s), (Some(5.0), Some(0.0)));
        assert_eq!(realtime.slow_consumers, 60);
        assert_eq!(realtime.fanout_ms, Percentiles::default(), "nothing was delivered");
    }

    #[tokio::test(start_paused = true)]
    async fn one_reading_has_no_rate() {
        let mut rhythm = Rhythm::default();
        rhythm.add(Instant::now(), PulseReading::default());
        assert_eq!(rhythm.realtime(PRESENCE).unwrap().messages_per_s, None);
    }
}
