//! Clicks at a steady pace, whatever the server does, with the CPU that it uses meanwhile. Must never slow down for a server
//! that cannot follow: its lateness is what is measured.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use super::binary::{self, Told};
use super::clicks::{Clicks, GO};
use super::crowd::{Crowd, Heard};
use super::process::{Meter, Used, float};
use super::tally::{Counts, Tally};

/// Before the first click: what joining has set going comes to rest.
const SETTLING: Duration = Duration::from_millis(400);
/// After the last click: a delivery that takes longer is missing.
const PATIENCE: Duration = Duration::from_secs(5);
const REFUSED: &[u8] = br#""ok":false"#;

/// So many beats, so many clicks with each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) beats: u32,
    pub(crate) every: Duration,
    pub(crate) clicks: u32,
}

/// Which room a socket is in, and what a binary frame is there.
pub(crate) struct Listening<'a> {
    pub(crate) server: u32,
    pub(crate) is_frontrow: bool,
    pub(crate) room_of: &'a dyn Fn(usize) -> usize,
}

/// One measurement.
pub(crate) struct Measured {
    pub(crate) used: Used,
    pub(crate) counts: Counts,
    /// Deliveries of known broadcasts that have not come.
    pub(crate) missing: usize,
    /// Changes that nobody has heard of.
    pub(crate) unheard: usize,
    pub(crate) latencies_us: Vec<u32>,
    pub(crate) lasts_us: Vec<u32>,
    /// Payloads by the number of changes.
    pub(crate) sizes: BTreeMap<usize, usize>,
}

impl Pace {
    /// A beat so often, for so long.
    pub(crate) fn per_second(beats: u32, clicks: u32, time: Duration) -> Self {
        let every = Duration::from_secs(1) / beats;
        Self { beats: u32::try_from(time.as_nanos() / every.as_nanos()).unwrap_or(u32::MAX), every, clicks }
    }

    fn time(&self) -> Duration {
        self.every * self.beats
    }
}

impl Listening<'_> {
    /// Measures one pace. Afterwards everything is given back.
    pub(crate) fn measure(
        &self,
        crowd: &mut Crowd,
        clicks: &mut Clicks,
        mut tally: Tally,
        pace: Pace,
    ) -> Result<Measured> {
        self.listen(crowd, &mut tally, Instant::now() + SETTLING, false)?;
        // What came while joining was nobody's click.
        tally.counts = Counts::default();
        let (meter, began) = (Meter::start(self.server)?, Instant::now());
        for beat in 0..pace.beats {
            self.listen(crowd, &mut tally, began + pace.every * beat, false)?;
            for _ in 0..pace.clicks {
                clicks.click(crowd, &mut tally)?;
            }
        }
        self.listen(crowd, &mut tally, began + pace.time(), false)?;
        self.listen(crowd, &mut tally, Instant::now() + PATIENCE, true)?;
        let used = meter.stop()?;
        let (counts, missing, unheard) = (tally.counts, tally.missing(), tally.unheard());
        clicks.give_back(crowd, &mut tally)?;
        if missing + unheard == 0 {
            self.listen(crowd, &mut tally, Instant::now() + PATIENCE, true)?;
        }
        let (latencies_us, lasts_us, sizes) = tally.into_times();
        Ok(Measured { used, counts, missing, unheard, latencies_us, lasts_us, sizes })
    }

    /// Hears everything until then, or until nothing is missing any more.
    pub(crate) fn listen(&self, crowd: &mut Crowd, tally: &mut Tally, until: Instant, is_last: bool) -> Result<()> {
        let mut wrong = None;
        while Instant::now() < until && !(is_last && tally.is_complete()) {
            crowd.turn(until, |socket, at, heard| {
                if let Err(error) = self.hear(tally, socket, at, heard) {
                    wrong = Some(error);
                }
            })?;
            if let Some(error) = wrong {
                return Err(error);
            }
        }
        Ok(())
    }

    fn hear(&self, tally: &mut Tally, socket: usize, at: Instant, heard: Heard<'_>) -> Result<()> {
        let room = (self.room_of)(socket);
        match heard {
            Heard::Binary(payload) if self.is_frontrow => match binary::read(payload) {
                Told::Delta { seq } => tally.heard(room, seq, payload, at, binary::changes)?,
                Told::Beacon => tally.counts.beacons += 1,
                Told::Snapshot => tally.counts.snapshots += 1,
                Told::Other => ensure!(payload.is_empty(), "a frame that nobody knows: {payload:?}"),
            },
            Heard::Binary(payload) => {
                let number = payload.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
                tally.heard(room, number, payload, at, |_| Some(vec![GO]))?;
            }
            Heard::Text(text) => {
                let is_refused = text.windows(REFUSED.len()).any(|window| window == REFUSED);
                ensure!(!is_refused, "a click was refused: {}", String::from_utf8_lossy(text));
            }
            Heard::Gone(why) => return Err(anyhow!("socket {socket} was lost: {why}")),
            Heard::Upgraded => {}
        }
        Ok(())
    }
}

impl Measured {
    /// The server's CPU for each small frame that reached a socket, in microseconds; beacons are such frames.
    pub(crate) fn us_per_frame(&self) -> f64 {
        float(self.used.server_ns) / 1000.0 / float(self.counts.deliveries + self.counts.beacons)
    }
}
