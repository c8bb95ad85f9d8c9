//! Kills processes of a stack while a sale is open: in turns, and never a server while another one is not ready.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use ureq::Agent;

use crate::{demo, stack, supervisor::Supervisor, workspace::say};

/// Between two kills.
const PAUSE_MS: std::ops::RangeInclusive<u64> = 3_000..=5_000;
/// Until a victim that could not be struck is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// What the load client says when a sale begins and when the last one has ended.
const OPENED: &str = "the sale is open";
const ENDED: &str = "the sale is over";

#[derive(Clone, Copy)]
enum Victim {
    Server,
    Relay,
    Payments,
}

/// What is killed next, and what was.
pub(super) struct Faults {
    rng: StdRng,
    agent: Agent,
    urls: Vec<String>,
    victims: Vec<Victim>,
    /// What is left of this turn.
    turn: Vec<Victim>,
    /// `None` while no sale is open.
    next: Option<Instant>,
    kills: BTreeMap<String, u32>,
}

impl Faults {
    pub(super) fn new(urls: &[String], cluster: bool, seed: u64) -> Self {
        let victims = if cluster {
            vec![Victim::Server, Victim::Relay, Victim::Payments]
        } else {
            vec![Victim::Server, Victim::Payments]
        };
        let agent = demo::agent(Duration::from_millis(500));
        let rng = StdRng::seed_from_u64(seed);
        Self { rng, agent, urls: urls.to_vec(), victims, turn: Vec::new(), next: None, kills: BTreeMap::new() }
    }

    /// Follows what the load client says.
    pub(super) fn hear(&mut self, line: Option<&str>) {
        match line {
            Some(OPENED) => self.plan_next(),
            Some(ENDED) => self.next = None,
            _ => {}
        }
    }

    /// Kills whoever is due.
    pub(super) fn strike(&mut self, supervisor: &mut Supervisor) -> Result<()> {
        if self.next.is_none_or(|next| Instant::now() < next) {
            return Ok(());
        }
        if self.turn.is_empty() {
            self.turn.clone_from(&self.victims);
            self.turn.shuffle(&mut self.rng);
        }
        let Some(&victim) = self.turn.last() else { return Ok(()) };
        let name = match victim {
            Victim::Server if !self.all_servers_are_ready() => return self.later(),
            Victim::Server => stack::server_name(self.rng.random_range(1..=self.urls.len())),
            Victim::Relay => stack::RELAY.to_owned(),
            Victim::Payments => stack::MOCKPAY.to_owned(),
        };
        if !supervisor.kill(&name)? {
            return self.later();
        }
        say(format!("kill -9 {name}"));
        *self.kills.entry(name).or_default() += 1;
        self.turn.pop();
        self.plan_next();
        Ok(())
    }

    fn plan_next(&mut self) {
        self.next = Some(Instant::now() + Duration::from_millis(self.rng.random_range(PAUSE_MS)));
    }

    #[expect(clippy::unnecessary_wraps, reason = "what strike answers when it does nothing")]
    fn later(&mut self) -> Result<()> {
        self.next = Some(Instant::now() + LOOK_AGAIN);
        Ok(())
    }

    fn all_servers_are_ready(&self) -> bool {
        let ready =
            |url: &String| self.agent.get(format!("{url}/readyz")).call().is_ok_and(|reply| reply.status() == 200);
        self.urls.iter().all(ready)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u32 = self.kills.values().sum();
        write!(f, "{total} kills")?;
        for (name, count) in &self.kills {
            write!(f, ", {name} {count}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_due_before_a_sale_and_after_it() {
        let mut faults = Faults::new(&[], true, 1);
        assert!(faults.next.is_none());
        faults.hear(Some("the sale is open"));
        assert!(faults.next.is_some());
        faults.hear(None);
        assert!(faults.next.is_some());
        faults.hear(Some("the sale is over"));
        assert!(faults.next.is_none());
    }

    #[test]
    fn kills_are_counted_by_name() {
        let mut faults = Faults::new(&[], false, 1);
        assert_eq!(faults.to_string(), "0 kills");
        faults.kills = BTreeMap::from([("relay-1".to_owned(), 2), ("server-1".to_owned(), 1)]);
        assert_eq!(faults.to_string(), "3 kills, relay-1 2, server-1 1");
    }
}
