//! One link between two processes: late, cut, half open, slow, torn at a byte, sliced, and with one byte wrong.

use anyhow::Result;
use rand::Rng as _;
use rand::rngs::StdRng;

use super::Scene;
use crate::history::Came;
use crate::proxy::{Direction, Faults, Proxy, Trap, Way};

/// Somewhere in the first exchanges of a link that is busy.
const BYTES: usize = 3_000;
/// Headers and the beginning of a body.
const CORRUPTIBLE_BYTES: usize = 600;

impl Scene<'_> {
    pub(super) async fn latency(&self) -> Result<String> {
        let mut chance = self.chance();
        let latency_ms = chance.random_range(5..=400);
        let way = Way { latency_ms, jitter_ms: chance.random_range(0..=latency_ms), ..Way::default() };
        let faults = either_or_both(&mut chance, way);
        self.during(faults, &format!("{latency_ms} ms and up to {} ms more", way.jitter_ms)).await
    }

    pub(super) async fn slow(&self) -> Result<String> {
        let mut chance = self.chance();
        let rate = chance.random_range(1_000..=40_000);
        let faults = either_or_both(&mut chance, Way { bytes_per_s: Some(rate), ..Way::default() });
        self.during(faults, &format!("{rate} bytes a second")).await
    }

    pub(super) async fn slice(&self) -> Result<String> {
        self.during(Faults::both(Way { sliced: true, ..Way::default() }), "writes of one byte").await
    }

    /// Every connection is reset; for a while nobody gets a new one.
    pub(super) async fn cut(&self) -> Result<String> {
        let link = self.link()?;
        self.begins("every connection is reset");
        link.set(Faults { refuse: true, ..Faults::default() });
        link.cut();
        self.last().await;
        link.heal();
        Ok(format!("refused for {} ms", self.strike.lasts.as_millis()))
    }

    /// Nothing passes, in one direction or in both. Then it all comes at once, or the connections turn out to be dead.
    pub(super) async fn half_open(&self) -> Result<String> {
        let (link, mut chance) = (self.link()?, self.chance());
        let faults = either_or_both(&mut chance, Way { stalled: true, ..Way::default() });
        let dead = chance.random();
        self.begins(match (faults.up.stalled, faults.down.stalled) {
            (true, false) => "nothing goes up",
            (false, _) => "nothing comes down",
            (true, true) => "nothing passes",
        });
        link.set(faults);
        self.last().await;
        if dead {
            link.cut();
        }
        link.heal();
        Ok(if dead { "the connections are dead" } else { "everything arrives" }.into())
    }

    /// At a position in the bytes, or between a request that matters and its answer.
    pub(super) async fn reset_at_byte(&self) -> Result<(Came, String)> {
        let mut chance = self.chance();
        let words = words_that_matter(&self.strike.target).filter(|_| chance.random());
        let (direction, byte) = (direction(&mut chance), chance.random_range(0..BYTES));
        match words {
            Some(words) => self.with_trap(Trap::LoseReplyTo { words }, &format!("the answer to {words}")).await,
            None => self.with_trap(Trap::ResetAt { direction, byte }, &format!("{direction:?} at byte {byte}")).await,
        }
    }

    pub(super) async fn corrupt(&self) -> Result<(Came, String)> {
        let mut chance = self.chance();
        let (direction, byte) = (direction(&mut chance), chance.random_range(0..CORRUPTIBLE_BYTES));
        self.with_trap(Trap::CorruptAt { direction, byte }, &format!("{direction:?} at byte {byte}")).await
    }

    async fn during(&self, faults: Faults, detail: &str) -> Result<String> {
        let link = self.link()?;
        self.begins(detail);
        link.set(faults);
        self.last().await;
        link.heal();
        Ok(format!("after {} ms", self.strike.lasts.as_millis()))
    }

    async fn with_trap(&self, trap: Trap, detail: &str) -> Result<(Came, String)> {
        let link = self.link()?;
        self.begins(detail);
        link.lay(trap);
        self.last().await;
        Ok(if link.disarm() { (Came::Done, "struck".into()) } else { (Came::MetNobody, "nobody came by".into()) })
    }

    fn link(&self) -> Result<&Proxy> {
        self.stage.links.get(&self.strike.target)
    }
}

fn direction(chance: &mut StdRng) -> Direction {
    if chance.random() { Direction::Up } else { Direction::Down }
}

fn either_or_both(chance: &mut StdRng, way: Way) -> Faults {
    if chance.random() { Faults::both(way) } else { Faults::only(direction(chance), way) }
}

/// Whoever loses the answer to these does not know whether they had an effect.
fn words_that_matter(link: &str) -> Option<&'static str> {
    match link.split_once('>')? {
        (_, "mongo") => Some("commitTransaction"),
        (_, "redis") => Some("EVALSHA"),
        (_, "payments") => Some("/confirm"),
        ("person" | "payments", _) => Some("POST /"),
        _ => None,
    }
}
