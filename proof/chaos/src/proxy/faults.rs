//! What can be wrong with a link, each direction for itself. Values only; `pump.rs` and `snare.rs` make them felt.

use std::time::Duration;

/// A bandwidth is made of this many slices a second.
const SLICES_PER_S: u64 = 20;

/// Seen from whoever opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the one who accepted it.
    Up,
    /// Back.
    Down,
}

/// What is wrong with a link now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Whoever connects is reset at once.
    pub(crate) refuse: bool,
    pub(crate) up: Way,
    pub(crate) down: Way,
}

/// What is wrong with one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) latency_ms: u64,
    /// Up to this much more, by chance; the order stays.
    pub(crate) jitter_ms: u64,
    pub(crate) bytes_per_s: Option<u64>,
    /// Nothing passes, not even that the other side has closed: one stalled direction is a half-open connection, two are a
    /// black hole. Bytes wait; they go on when it ends, as after a network that was away.
    pub(crate) stalled: bool,
    /// Every byte is a write of its own.
    pub(crate) sliced: bool,
}

impl Faults {
    /// The same in both directions.
    pub(crate) fn both(way: Way) -> Self {
        Self { refuse: false, up: way, down: way }
    }

    /// In one direction only.
    pub(crate) fn only(direction: Direction, way: Way) -> Self {
        match direction {
            Direction::Up => Self { up: way, ..Self::default() },
            Direction::Down => Self { down: way, ..Self::default() },
        }
    }

    pub(crate) fn way(&self, direction: Direction) -> Way {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}

impl Way {
    /// How late the bytes are that are read now.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.latency_ms + rand::random_range(0..=self.jitter_ms))
    }

    /// How many bytes are written next, and the pause after them.
    pub(super) fn slice(&self, waiting: usize) -> (usize, Duration) {
        let bandwidth = self.bytes_per_s.map(|rate| rate.max(1));
        let allowed = bandwidth.map_or(u64::MAX, |rate| (rate / SLICES_PER_S).max(1));
        let allowed = if self.sliced { 1 } else { allowed };
        let size = waiting.min(usize::try_from(allowed).unwrap_or(usize::MAX));
        let pause = bandwidth.map_or(Duration::ZERO, |rate| Duration::from_micros(size as u64 * 1_000_000 / rate));
        (size, pause)
    }
}
