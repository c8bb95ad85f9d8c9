//! What happens to a running Frontrow: one fault after another, sometimes two at once, all of it from the seed.
//!
//! Every nemesis has a begin and an end, tells both to the history, and leaves everything as it found it. It must never
//! touch what it does not name as its target.

mod kafka;
mod mongo;
mod network;
mod processes;
mod redis;
mod schedule;
#[cfg(test)]
mod schedule_tests;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::time::{sleep, sleep_until};

use crate::history::{Came, History};
use crate::stage::Stage;
pub(crate) use schedule::{Nemesis, Strike};
use schedule::{Schedule, Step};

/// Whoever was killed is ready again after this, or something is wrong; with two faults at once it takes longer than alone.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which faults there are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    faults: Vec<Nemesis>,
}

/// One nemesis at work.
struct Scene<'a> {
    stage: &'a Stage,
    history: &'a History,
    strike: &'a Strike,
}

impl Wanted {
    pub(crate) fn is_any(&self) -> bool {
        !self.faults.is_empty()
    }

    /// `faults`: `all`, `none`, or names with commas between them. `failpoints`: `all` or `none`.
    pub(crate) fn parse(faults: &str, failpoints: &str) -> Result<Self> {
        let mut wanted = match faults {
            "all" => Nemesis::ALL.to_vec(),
            "none" => Vec::new(),
            names => names.split(',').map(Nemesis::named).collect::<Result<_>>()?,
        };
        match failpoints {
            "all" => {}
            "none" => wanted.retain(|&nemesis| nemesis != Nemesis::Failpoint),
            other => bail!("--failpoints is all or none, not {other}"),
        }
        Ok(Self { faults: wanted })
    }
}

/// Lets one fault follow the other until `until`. A fault that cannot be done says so in the history; what it was meant to
/// break may be broken by the other one of its pair.
pub(crate) async fn torment(
    stage: &mut Stage,
    wanted: &Wanted,
    rng: StdRng,
    until: Instant,
    history: &History,
) -> Result<()> {
    let stage: &Stage = stage;
    for Step { pause, strikes } in Schedule::new(&wanted.faults, stage.servers.len(), rng) {
        if Instant::now() + pause >= until {
            break;
        }
        sleep(pause).await;
        join_all(strikes.into_iter().map(|strike| perform(stage, strike, until, history))).await;
    }
    sleep_until(until.into()).await;
    Ok(())
}

/// One fault from begin to end, cut short if time is up.
pub(crate) async fn perform(stage: &Stage, mut strike: Strike, until: Instant, history: &History) {
    sleep(strike.after).await;
    strike.lasts = strike.lasts.min(until.saturating_duration_since(Instant::now()));
    let scene = Scene { stage, history, strike: &strike };
    let (came, detail) = match scene.play().await {
        Ok(played) => played,
        Err(error) => (Came::Failed, format!("could not be done: {error:#}")),
    };
    history.fault_ends(strike.nemesis.name(), &strike.target, came, &detail);
}

impl Scene<'_> {
    /// Every nemesis begins with [`Scene::begins`], before anything is broken, and gives back what came of it.
    async fn play(&self) -> Result<(Came, String)> {
        let detail = match self.strike.nemesis {
            // These lie in wait: they know whether somebody came by.
            Nemesis::Failpoint => return self.failpoint().await,
            Nemesis::HoldThief => return self.hold_thief().await,
            Nemesis::ResetAtByte => return self.reset_at_byte().await,
            Nemesis::Corrupt => return self.corrupt().await,
            Nemesis::KillServer | Nemesis::KillRelay | Nemesis::KillPayments => self.kill_process().await,
            Nemesis::PauseServer | Nemesis::PauseRelay => self.pause_process().await,
            Nemesis::ClockSkew => self.clock_skew().await,
            Nemesis::KillRedis => self.kill_redis(false).await,
            Nemesis::RestartRedisEmpty => self.kill_redis(true).await,
            Nemesis::EmptyRedis => self.empty_redis().await,
            Nemesis::PauseRedis => self.pause_redis().await,
            Nemesis::KillMongo => self.kill_mongo().await,
            Nemesis::StepDown => self.step_down().await,
            Nemesis::PauseMongo => self.pause_mongo().await,
            Nemesis::KillKafka => self.kill_kafka().await,
            Nemesis::TopicAmnesia => self.topic_amnesia().await,
            Nemesis::Latency => self.latency().await,
            Nemesis::Cut => self.cut().await,
            Nemesis::HalfOpen => self.half_open().await,
            Nemesis::Slow => self.slow().await,
            Nemesis::Slice => self.slice().await,
        };
        Ok((Came::Done, detail?))
    }

    fn begins(&self, detail: &str) {
        self.history.fault_begins(self.strike.nemesis.name(), &self.strike.target, detail);
    }

    /// The chances of this one fault: they do not depend on how many numbers another one drew.
    fn chance(&self) -> StdRng {
        StdRng::seed_from_u64(self.strike.dice)
    }

    /// As long as the schedule says.
    async fn last(&self) {
        sleep(self.strike.lasts).await;
    }
}
