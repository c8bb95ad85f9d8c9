//! Which fault comes when, to whom, for how long: a function of the seed, of what is wanted, and of the number of servers.
//!
//! It must never ask the clock or the stage: the same seed is the same schedule on every machine.

use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{Rng as _, RngCore as _};

use crate::stage::{PAYMENTS, PERSON, RELAY, link_names, server_name};

/// From the end of one fault to the beginning of the next: long enough for things to come back sometimes, short enough that
/// they often are still coming back.
const PAUSE_MS: RangeInclusive<u64> = 300..=1_800;
/// One step in so many has two faults at once.
const PAIRS: u32 = 4;
/// The second one of a pair comes this much later.
const APART_MS: RangeInclusive<u64> = 0..=1_000;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nemesis {
    KillServer,
    KillRelay,
    KillPayments,
    PauseServer,
    PauseRelay,
    Failpoint,
    ClockSkew,
    KillRedis,
    RestartRedisEmpty,
    EmptyRedis,
    HoldThief,
    PauseRedis,
    KillMongo,
    StepDown,
    PauseMongo,
    KillKafka,
    TopicAmnesia,
    Latency,
    Cut,
    HalfOpen,
    Slow,
    ResetAtByte,
    Slice,
    Corrupt,
}

/// One fault of the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) nemesis: Nemesis,
    /// A process, an engine, or a link `FROM>TO`.
    pub(crate) target: String,
    /// Behind the beginning of its step.
    pub(crate) after: Duration,
    /// How long it is broken, or how long something is waited for; coming back is not included.
    pub(crate) lasts: Duration,
    /// The seed of everything else about it.
    pub(crate) dice: u64,
}

/// One fault, or two that overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) pause: Duration,
    pub(super) strikes: Vec<Strike>,
}

/// Steps without end; none if nothing is wanted.
pub(super) struct Schedule {
    wanted: Vec<Nemesis>,
    servers: usize,
    rng: StdRng,
    /// What has not been drawn yet: nothing comes again before everything has come.
    deck: Vec<Nemesis>,
}

impl Nemesis {
    pub(crate) const ALL: [Self; 24] = [
        Self::KillServer,
        Self::KillRelay,
        Self::KillPayments,
        Self::PauseServer,
        Self::PauseRelay,
        Self::Failpoint,
        Self::ClockSkew,
        Self::KillRedis,
        Self::RestartRedisEmpty,
        Self::EmptyRedis,
        Self::HoldThief,
        Self::PauseRedis,
        Self::KillMongo,
        Self::StepDown,
        Self::PauseMongo,
        Self::KillKafka,
        Self::TopicAmnesia,
        Self::Latency,
        Self::Cut,
        Self::HalfOpen,
        Self::Slow,
        Self::ResetAtByte,
        Self::Slice,
        Self::Corrupt,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::KillServer => "kill_server",
            Self::KillRelay => "kill_relay",
            Self::KillPayments => "kill_payments",
            Self::PauseServer => "pause_server",
            Self::PauseRelay => "pause_relay",
            Self::Failpoint => "failpoint",
            Self::ClockSkew => "clock_skew",
            Self::KillRedis => "kill_redis",
            Self::RestartRedisEmpty => "restart_redis_empty",
            Self::EmptyRedis => "empty_redis",
            Self::HoldThief => "hold_thief",
            Self::PauseRedis => "pause_redis",
            Self::KillMongo => "kill_mongo",
            Self::StepDown => "step_down",
            Self::PauseMongo => "pause_mongo",
            Self::KillKafka => "kill_kafka",
            Self::TopicAmnesia => "topic_amnesia",
            Self::Latency => "latency",
            Self::Cut => "cut",
            Self::HalfOpen => "half_open",
            Self::Slow => "slow",
            Self::ResetAtByte => "reset_at_byte",
            Self::Slice => "slice",
            Self::Corrupt => "corrupt",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|nemesis| nemesis.name() == name);
        found.with_context(|| format!("there is no fault {name:?}; there are {}", Self::ALL.map(Self::name).join(", ")))
    }

    /// Whom it can strike.
    pub(super) fn targets(self, servers: usize) -> Vec<String> {
        let all_servers = (1..=servers).map(server_name);
        match self {
            Self::KillServer | Self::PauseServer | Self::ClockSkew => all_servers.collect(),
            Self::KillRelay | Self::PauseRelay => vec![RELAY.into()],
            Self::Failpoint => all_servers.chain([RELAY.into()]).collect(),
            Self::KillPayments => vec![PAYMENTS.into()],
            Self::KillRedis | Self::RestartRedisEmpty | Self::EmptyRedis | Self::HoldThief | Self::PauseRedis => {
                vec!["redis".into()]
            }
            Self::KillMongo | Self::StepDown | Self::PauseMongo => vec!["mongo".into()],
            Self::KillKafka | Self::TopicAmnesia => vec!["kafka".into()],
            Self::Latency | Self::Cut | Self::HalfOpen | Self::Slow | Self::ResetAtByte | Self::Slice => {
                link_names(servers)
            }
            // Engines check nothing that is said to them on a local network, and need not.
            Self::Corrupt => all_servers.map(|server| format!("{PERSON}>{server}")).collect(),
        }
    }

    const fn lasts_ms(self) -> RangeInclusive<u64> {
        match self {
            // These are over when whoever was struck is back.
            Self::KillServer
            | Self::KillRelay
            | Self::KillPayments
            | Self::EmptyRedis
            | Self::HoldThief
            | Self::TopicAmnesia => 0..=0,
            // Some holds of a run last three seconds, some ten: a server that wakes up finds both.
            Self::PauseServer => 3_200..=11_000,
            Self::PauseRelay => 1_000..=5_000,
            // Until somebody gets to the place.
            Self::Failpoint => 3_000..=5_000,
            Self::ClockSkew => 2_000..=5_000,
            Self::KillRedis | Self::RestartRedisEmpty => 0..=2_000,
            Self::PauseRedis | Self::PauseMongo => 300..=4_000,
            Self::KillMongo | Self::KillKafka => 0..=3_000,
            Self::StepDown => 1_000..=3_000,
            Self::Latency | Self::Slow | Self::Slice => 1_000..=4_000,
            Self::Cut => 0..=800,
            Self::HalfOpen => 1_000..=6_000,
            Self::ResetAtByte | Self::Corrupt => 500..=2_000,
        }
    }
}

impl Schedule {
    pub(super) fn new(wanted: &[Nemesis], servers: usize, rng: StdRng) -> Self {
        Self { wanted: wanted.to_vec(), servers, rng, deck: Vec::new() }
    }

    fn strike(&mut self) -> Option<Strike> {
        if self.deck.is_empty() {
            self.deck.clone_from(&self.wanted);
            self.deck.shuffle(&mut self.rng);
        }
        let nemesis = self.deck.pop()?;
        let target = nemesis.targets(self.servers).choose(&mut self.rng)?.clone();
        let lasts = Duration::from_millis(self.rng.random_range(nemesis.lasts_ms()));
        Some(Strike { nemesis, target, after: Duration::ZERO, lasts, dice: self.rng.next_u64() })
    }
}

impl Iterator for Schedule {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let pause = Duration::from_millis(self.rng.random_range(PAUSE_MS));
        let mut strikes = vec![self.strike()?];
        if self.rng.random_ratio(1, PAIRS) {
            let mut second = self.strike()?;
            second.after = Duration::from_millis(self.rng.random_range(APART_MS));
            // Two hands on one process would undo each other's work. The card goes back under the deck.
            if second.target == strikes[0].target {
                self.deck.insert(0, second.nemesis);
            } else {
                strikes.push(second);
            }
        }
        Some(Step { pause, strikes })
    }
}
