//! Which click reached whom, and when. Must never take a delivery for one that nobody clicked for: then it stops instead.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::binary::Change;

/// How to read the changes of a broadcast.
type Reading = fn(&[u8]) -> Option<Vec<Change>>;

/// Everything that was delivered.
pub(crate) struct Tally {
    rooms: Vec<Room>,
    pub(crate) counts: Counts,
    /// Of every delivery, since its click.
    latencies_us: Vec<u32>,
    /// Of every broadcast, until its last socket.
    lasts_us: Vec<u32>,
    /// How long a frame was, by the number of changes in it.
    sizes: BTreeMap<usize, usize>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Broadcasts that have reached a socket each.
    pub(crate) deliveries: u64,
    /// Changes of seats in them, each counted once for every socket.
    pub(crate) changes: u64,
    /// Frames to every socket that tell of no change.
    pub(crate) beacons: u64,
    /// Broadcasts.
    pub(crate) broadcasts: u64,
    /// Maps that the server sent because a socket could not follow.
    pub(crate) snapshots: u64,
}

struct Room {
    /// Sockets that hear of every broadcast.
    audience: usize,
    /// What nobody has heard of yet, by ordinal: new states, and when they were clicked for.
    clicks: HashMap<u32, VecDeque<(u8, Instant)>>,
    /// Broadcasts on their way.
    rounds: BTreeMap<u64, Round>,
}

struct Round {
    /// The oldest of its clicks.
    clicked: Instant,
    changes: u64,
    arrived: usize,
}

impl Tally {
    /// Rooms with so many listeners each.
    pub(crate) fn new(audiences: impl IntoIterator<Item = usize>) -> Self {
        let room = |audience| Room { audience, clicks: HashMap::new(), rounds: BTreeMap::new() };
        let rooms = audiences.into_iter().map(room).collect();
        Self { rooms, counts: Counts::default(), latencies_us: vec![], lasts_us: vec![], sizes: BTreeMap::new() }
    }

    /// Somebody has clicked for this seat to be in this state.
    pub(crate) fn clicked(&mut self, room: usize, at: Instant, (ordinal, state): Change) {
        self.rooms[room].clicks.entry(ordinal).or_default().push_back((state, at));
    }

    /// A socket has heard of a broadcast. Its changes are only asked for at the first one.
    pub(crate) fn heard(
        &mut self,
        room: usize,
        number: u64,
        payload: &[u8],
        at: Instant,
        changes: Reading,
    ) -> Result<()> {
        let room = &mut self.rooms[room];
        let round = match room.rounds.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let changes = changes(payload).context("a delta that cannot be read")?;
                let clicks = changes.iter().filter_map(|&change| taken(&mut room.clicks, change));
                let clicked = clicks.min().context("a change that nobody clicked for")?;
                self.counts.broadcasts += 1;
                self.sizes.insert(changes.len(), payload.len());
                new.insert(Round { clicked, changes: changes.len() as u64, arrived: 0 })
            }
        };
        self.counts.deliveries += 1;
        self.counts.changes += round.changes;
        let latency = u32::try_from((at - round.clicked).as_micros()).unwrap_or(u32::MAX);
        self.latencies_us.push(latency);
        round.arrived += 1;
        if round.arrived == room.audience {
            self.lasts_us.push(latency);
            room.rounds.remove(&number);
        }
        Ok(())
    }

    /// Whether every click has reached everybody.
    pub(crate) fn is_complete(&self) -> bool {
        self.unheard() == 0 && self.missing() == 0
    }

    /// Deliveries of known broadcasts that are still to come.
    pub(crate) fn missing(&self) -> usize {
        let missing = |room: &Room| room.rounds.values().map(|round| room.audience - round.arrived).sum::<usize>();
        self.rooms.iter().map(missing).sum()
    }

    /// Changes of which nobody has heard: on their way, or undone within a tick.
    pub(crate) fn unheard(&self) -> usize {
        self.rooms.iter().flat_map(|room| room.clicks.values()).map(VecDeque::len).sum()
    }

    /// Both kinds of latencies in order, and the sizes of frames.
    pub(crate) fn into_times(mut self) -> (Vec<u32>, Vec<u32>, BTreeMap<usize, usize>) {
        self.latencies_us.sort_unstable();
        self.lasts_us.sort_unstable();
        (self.latencies_us, self.lasts_us, self.sizes)
    }
}

/// When the change was clicked for. What was clicked for before and never heard of was undone within a tick.
fn taken(clicks: &mut HashMap<u32, VecDeque<(u8, Instant)>>, (ordinal, state): Change) -> Option<Instant> {
    let queue = clicks.get_mut(&ordinal)?;
    let place = queue.iter().position(|&(clicked_for, _)| clicked_for == state)?;
    let (_, at) = queue.drain(..=place).next_back()?;
    if queue.is_empty() {
        clicks.remove(&ordinal);
    }
    Some(at)
}

/// The value that so many of a hundred stayed within, of values in order, in thousands; `None` of nothing.
pub(crate) fn percentile_ms(sorted_us: &[u32], percent: usize) -> Option<f64> {
    let rank = (sorted_us.len() * percent).div_ceil(100).max(1);
    sorted_us.get(rank - 1).map(|&value| f64::from(value) / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let sorted: Vec<u32> = (1..=200).map(|ms| ms * 1000).collect();
        assert_eq!(percentile_ms(&sorted, 50), Some(100.0));
        assert_eq!(percentile_ms(&sorted, 99), Some(198.0));
        assert_eq!(percentile_ms(&[], 99), None);
    }

    #[test]
    fn a_broadcast_is_as_old_as_its_oldest_click_and_ends_with_its_last_socket() {
        let began = Instant::now();
        let after = |ms| began + Duration::from_millis(ms);
        let mut tally = Tally::new([2]);
        tally.clicked(0, began, (17, 1));
        tally.clicked(0, after(5), (18, 1));
        tally.clicked(0, after(6), (19, 0));
        tally.heard(0, 41, b"17", after(1), |_| Some(vec![(17, 1)])).unwrap();
        tally.heard(0, 42, b"both", after(7), |_| Some(vec![(18, 1), (19, 0)])).unwrap();
        assert_eq!((tally.is_complete(), tally.missing()), (false, 2));
        tally.heard(0, 42, b"both", after(8), |_| None).unwrap();
        tally.heard(0, 41, b"17", after(9), |_| None).unwrap();
        assert!(tally.is_complete());
        assert_eq!(tally.counts, Counts { deliveries: 4, changes: 6, broadcasts: 2, ..Counts::default() });
        let (latencies, lasts, sizes) = tally.into_times();
        assert_eq!((latencies, lasts), (vec![1_000, 2_000, 3_000, 9_000], vec![3_000, 9_000]));
        assert_eq!(sizes, BTreeMap::from([(1, 2), (2, 4)]));
    }

    #[test]
    fn what_was_undone_within_a_tick_is_not_waited_for_once_the_seat_changes_again() {
        let began = Instant::now();
        let mut tally = Tally::new([1]);
        for (ms, state) in [(0, 1), (1, 0), (2, 1), (3, 0)] {
            tally.clicked(0, began + Duration::from_millis(ms), (17, state));
        }
        tally.heard(0, 1, b"", began + Duration::from_millis(4), |_| Some(vec![(17, 0)])).unwrap();
        assert_eq!(tally.unheard(), 2);
        tally.heard(0, 2, b"", began + Duration::from_millis(5), |_| Some(vec![(17, 0)])).unwrap();
        assert!(tally.is_complete());
        // Since the clicks that took effect, not since those that were undone.
        assert_eq!(tally.into_times().0, [2_000, 3_000]);
    }

    #[test]
    fn a_change_that_nobody_clicked_for_is_no_measurement() {
        assert!(Tally::new([1]).heard(0, 1, b"", Instant::now(), |_| Some(vec![(17, 1)])).is_err());
    }
}
