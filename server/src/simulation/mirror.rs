//! What a client knows of the map, and the rules by which it may change: no gap, nothing twice, no way back, and no delta
//! before a map that it belongs to.

use std::time::Duration;

use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::{SeatMap, SeatState};
use tokio::time::Instant;

use super::frames::Frame;

/// See the module.
#[derive(Default)]
pub(super) struct Mirror {
    epoch: String,
    seq: u64,
    map: Option<SeatMap>,
    /// The server said hello on this line.
    greeted: bool,
    /// On this line, deltas after my position will do.
    resumes: bool,
    connected_at: Option<Instant>,
    /// The seats that I hold, once this line is signed in.
    cart: Option<Vec<String>>,
}

impl Mirror {
    /// A new line. Gives back where the client left off, if it tells.
    pub(super) fn reconnect(&mut self, tells: bool) -> Option<(String, u64)> {
        self.greeted = false;
        self.connected_at = Some(Instant::now());
        self.cart = None;
        self.resumes = tells && self.map.is_some();
        self.resumes.then(|| (self.epoch.clone(), self.seq))
    }

    pub(super) const fn map(&self) -> Option<&SeatMap> {
        self.map.as_ref()
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// What I hold, as far as the server tells.
    pub(super) fn cart(&self) -> Option<&[String]> {
        self.cart.as_deref()
    }

    /// Whether the line is so new that nothing can be expected of it yet.
    pub(super) fn is_new(&self) -> bool {
        self.connected_at.is_some_and(|at| at.elapsed() < Duration::from_secs(1))
    }

    /// Whether this line has brought what it takes to show the hall.
    pub(super) const fn is_shown(&self) -> bool {
        self.greeted && self.map.is_some()
    }

    /// Takes a frame, or says which rule it breaks.
    pub(super) fn take(&mut self, frame: Frame) -> Result<(), String> {
        if !self.greeted && !matches!(frame, Frame::Hello { .. } | Frame::Bye { .. }) {
            return Err(format!("before hello came {frame:?}"));
        }
        match frame {
            Frame::Hello { epoch, seq } => self.hello(epoch, seq),
            Frame::Snapshot { epoch, seq, map, hash } => self.snapshot(&epoch, seq, map, hash),
            Frame::Delta { epoch, seq, changes } => self.delta(epoch.as_deref(), seq, &changes),
            Frame::Beacon { seq, hash, .. } => self.beacon(seq, hash),
            Frame::Cart { seats } => {
                self.cart = Some(seats);
                Ok(())
            }
            Frame::Reply { .. } | Frame::Event | Frame::Bye { .. } => Ok(()),
        }
    }

    fn hello(&mut self, epoch: String, seq: u64) -> Result<(), String> {
        if std::mem::replace(&mut self.greeted, true) {
            return Err("a second hello".into());
        }
        if epoch == self.epoch && seq < self.seq {
            return Err(format!("hello at {seq} after {} of the same room", self.seq));
        }
        if epoch != self.epoch || !self.resumes {
            // Only a snapshot helps.
            self.map = None;
        }
        if epoch != self.epoch {
            (self.epoch, self.seq) = (epoch, 0);
        }
        Ok(())
    }

    fn snapshot(&mut self, epoch: &str, seq: u64, map: SeatMap, hash: u32) -> Result<(), String> {
        if epoch != self.epoch {
            return Err(format!("a snapshot of room {epoch} in room {}", self.epoch));
        }
        if seq < self.seq {
            return Err(format!("a snapshot of {seq} after {}", self.seq));
        }
        if map.hash() != hash {
            return Err(format!("the snapshot of {seq} is not what its hash says"));
        }
        (self.seq, self.map) = (seq, Some(map));
        Ok(())
    }

    fn delta(&mut self, epoch: Option<&str>, seq: u64, changes: &[(Ordinal, SeatState)]) -> Result<(), String> {
        if epoch.is_some_and(|epoch| epoch != self.epoch) {
            return Err(format!("a delta of room {epoch:?} in room {}", self.epoch));
        }
        let Some(map) = &mut self.map else { return Err(format!("delta {seq} before any map")) };
        if seq != self.seq + 1 {
            return Err(format!("delta {seq} after {}", self.seq));
        }
        self.seq = seq;
        for &(seat, state) in changes {
            if !map.set(seat, state) {
                return Err(format!("delta {seq} says that seat {seat} became {state:?}, which it was"));
            }
        }
        Ok(())
    }

    fn beacon(&self, seq: u64, hash: u32) -> Result<(), String> {
        let Some(map) = &self.map else { return Err(format!("a beacon at {seq} before any map")) };
        if seq != self.seq {
            return Err(format!("a beacon at {seq}, my map is that of {}", self.seq));
        }
        if map.hash() != hash {
            return Err(format!("at {seq} my map is not what the beacon says"));
        }
        Ok(())
    }
}
