//! How a crowd comes in: so many at a time, or all at once. Must never count a socket that has not got its map.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::crowd::{Crowd, Entrance, Heard};

/// A join that takes longer is a failure, not a slow one: connections that were dropped are tried again after a second,
/// after three, after seven.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who comes, and how.
pub(crate) struct Joining<'a> {
    pub(crate) to: Entrance,
    /// One socket for each.
    pub(crate) paths: &'a [String],
    /// How many may be on their way at one time.
    pub(crate) in_flight: usize,
    /// Whether a socket is in once it has its first binary frame, or once it is upgraded.
    pub(crate) with_snapshot: bool,
    /// So many of the last ones get a receive buffer of so many bytes.
    pub(crate) small: Option<(usize, usize)>,
}

/// What joining took.
pub(crate) struct Joined {
    pub(crate) elapsed: Duration,
    /// The payload of one first frame; 0 without.
    pub(crate) snapshot_bytes: usize,
}

impl Joining<'_> {
    /// Brings everybody in.
    pub(crate) fn join(&self, crowd: &mut Crowd) -> Result<Joined> {
        let (began, first) = (Instant::now(), crowd.len());
        let mut is_in = vec![false; self.paths.len()];
        let (mut came, mut snapshot_bytes, mut gone) = (0, 0, None);
        for (asked, path) in self.paths.iter().enumerate() {
            let small = self.small.filter(|(count, _)| asked + count >= self.paths.len());
            crowd.connect(self.to, path, small.map(|(_, bytes)| bytes))?;
            // As many as may be on their way; after the last one, until nobody is.
            while asked + 1 - came >= self.in_flight || (asked + 1 == self.paths.len() && came <= asked) {
                ensure!(gone.is_none(), "a socket was lost while joining: {gone:?}");
                ensure!(began.elapsed() < PATIENCE, "{came} of {} sockets have joined", self.paths.len());
                crowd.turn(Instant::now() + Duration::from_millis(100), |number, _, heard| {
                    let joins = match &heard {
                        Heard::Upgraded => !self.with_snapshot,
                        Heard::Binary(payload) => {
                            snapshot_bytes = snapshot_bytes.max(payload.len());
                            self.with_snapshot
                        }
                        Heard::Text(_) => false,
                        Heard::Gone(why) => {
                            gone = Some(why.clone());
                            false
                        }
                    };
                    let place = number.checked_sub(first).and_then(|newcomer| is_in.get_mut(newcomer));
                    if let Some(is_in) = place.filter(|is_in| joins && !**is_in) {
                        *is_in = true;
                        came += 1;
                    }
                })?;
            }
        }
        Ok(Joined { elapsed: began.elapsed(), snapshot_bytes })
    }
}
