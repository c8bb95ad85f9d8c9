//! Holds in Redis: one Lua script per verb, one round trip per command or less, keyspace notifications as hints.
//!
//! All keys of an event share the hash tag `{event}`, so that its scripts run on one node of a Redis Cluster too:
//!
//! | key | value |
//! |---|---|
//! | `seat:{event}:ORDINAL` | exists exactly while the seat is not available; see [`value`] |
//! | `buyer:{event}:USER` | sorted set: the buyer's seats by deadline, sold ones at infinity |
//! | `gate:{event}` | `EPOCH\|VERSION\|OPEN\|RUN`; every script refuses without it, or with one of another run |
//! | `changes:{event}` | stream: the ordinals that each command changed, its verb and who gave it; commands that came together are one entry |
//! | `versions:{event}` | hash: the newest ledger version applied to each seat |
//! | `recovering:{event}` | the epoch of a rebuild that is going on, and the run of the server that it began in |
//! | `fence:{event}` | counter of hold commands; some are left out |

mod hints;
mod link;
mod mutants;
mod preflight;
mod reply;
mod scripts;
mod together;
pub mod value;

use std::sync::Arc;

use async_trait::async_trait;
use frontrow_domain::holds::{Command, Gate, PastChange};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use redis::RedisResult;
use tokio::sync::mpsc;

use super::{Answer, BuyerRead, Changes, Hint, HoldStoreError, Holds, SeatsRead, Version};
use link::{Link, Links};
use scripts::Scripts;
use together::Together;

pub use preflight::PreflightError;

/// Seats per `MGET`: a reply of about 100 KB, short enough to let other commands pass in between.
const SEATS_PER_READ: usize = 1_000;
/// Entries of the stream read at once, each with the changes of up to 64 commands: some milliseconds at worst in which Redis
/// does nothing else.
const ENTRIES_PER_READ: usize = 64;

/// The adapter: one multiplexed connection for commands, one for notifications.
#[derive(Clone)]
pub struct RedisHolds {
    links: Links,
    scripts: Arc<Scripts>,
    together: Together,
}

impl RedisHolds {
    /// Connects and checks that this Redis can do what holds need. One that cannot be reached is looked for again by
    /// every command, a replica may become the primary; one that answers and will not do is an error.
    pub async fn connect(url: &str) -> Result<Self, PreflightError> {
        let client = redis::Client::open(url).map_err(PreflightError::unreachable)?;
        if client.get_connection_info().redis_settings().db() != 0 {
            return Err(PreflightError::OtherDatabase);
        }
        let together = Together::default();
        let holds = Self { links: Links::new(client), scripts: Arc::new(Scripts::new()), together };
        match holds.links.current().await {
            Ok(_) | Err(PreflightError::Unreachable(_) | PreflightError::Replica) => Ok(holds),
            Err(unfit) => Err(unfit),
        }
    }

    /// Asks over the current link, and gives the link up if it does not answer.
    async fn ask<T>(&self, question: impl AsyncFnOnce(&Link) -> RedisResult<T>) -> Result<T, HoldStoreError> {
        let link = self.links.current().await.map_err(|error| HoldStoreError(error.to_string()))?;
        question(&link).await.map_err(|error| {
            self.links.suspect(&link, &error);
            HoldStoreError(error.to_string())
        })
    }

    /// Several hold commands in one call, each answered for itself.
    async fn hold_all(
        &self,
        event: EventId,
        commands: &[&Command],
    ) -> Result<Vec<Result<Answer, HoldStoreError>>, HoldStoreError> {
        let replies: Vec<reply::Reply> = self
            .ask(async |link| {
                self.scripts.holds(event, commands, &link.run_id).invoke_async(&mut link.connection()).await
            })
            .await?;
        if replies.len() != commands.len() {
            let (wished, answered) = (commands.len(), replies.len());
            return Err(HoldStoreError(format!("{answered} answers to {wished} hold commands")));
        }
        Ok(replies.into_iter().map(reply::read).collect())
    }
}

#[async_trait]
impl Holds for RedisHolds {
    async fn apply(&self, event: EventId, command: &Command) -> Result<Answer, HoldStoreError> {
        if let Command::Hold { .. } = command {
            #[cfg(feature = "mutants")]
            if let Some(refused) = mutants::counted_before(self, event, command).await? {
                return Ok(refused);
            }
            return self.together.hold(self, event, command).await;
        }
        let reply = self.ask(async |link| {
            self.scripts.invocation(event, command, &link.run_id).invoke_async(&mut link.connection()).await
        });
        reply::read(reply.await?)
    }

    async fn read(&self, event: EventId, seats: &[Ordinal]) -> Result<SeatsRead, HoldStoreError> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("TIME");
        for chunk in seats.chunks(SEATS_PER_READ) {
            let command = pipeline.cmd("MGET");
            for &seat in chunk {
                command.arg(keys::seat(event, seat));
            }
        }
        let replies: Vec<redis::Value> =
            self.ask(async |link| pipeline.query_async(&mut link.connection()).await).await?;
        let mut replies = replies.into_iter();
        let (seconds, micros): (u64, u64) = from_value(replies.next().unwrap_or(redis::Value::Nil))?;
        let at_ms = seconds * 1000 + micros / 1000;
        let mut records = Vec::with_capacity(seats.len());
        for reply in replies {
            let values: Vec<Option<String>> = from_value(reply)?;
            for value in values {
                records.push(value::parse(value.as_deref())?.at(at_ms));
            }
        }
        Ok(SeatsRead { at_ms, records })
    }

    async fn read_buyer(&self, event: EventId, buyer: UserId) -> Result<BuyerRead, HoldStoreError> {
        let mut range = redis::cmd("ZRANGE");
        range.arg(keys::buyer(event, buyer)).arg(0).arg(-1);
        let ordinals: Vec<u32> = self.ask(async |link| range.query_async(&mut link.connection()).await).await?;
        let mut ordinals: Vec<_> = ordinals.into_iter().map(Ordinal).collect();
        ordinals.sort_unstable();
        // The set is how they are found; the values say whose they are.
        let SeatsRead { at_ms, records } = self.read(event, &ordinals).await?;
        let seats = ordinals.into_iter().zip(records).filter(|(_, record)| record.owner() == Some(buyer));
        Ok(BuyerRead { at_ms, seats: seats.collect() })
    }

    async fn history(&self, event: EventId, limit: usize) -> Result<Vec<PastChange>, HoldStoreError> {
        let (mut past, mut before) = (Vec::new(), "+".to_owned());
        while past.len() < limit {
            let mut newest = redis::cmd("XREVRANGE");
            newest.arg(keys::changes(event)).arg(&before).arg("-").arg("COUNT").arg(ENTRIES_PER_READ);
            let entries: Vec<(String, Vec<String>)> =
                self.ask(async |link| newest.query_async(&mut link.connection()).await).await?;
            for (id, fields) in &entries {
                let changes = reply::past_changes(id, fields);
                let changes = changes.ok_or_else(|| HoldStoreError("the stream of changes cannot be read".into()))?;
                past.extend(changes.into_iter().rev());
            }
            let Some((oldest, _)) = entries.last().filter(|_| entries.len() == ENTRIES_PER_READ) else { break };
            before = format!("({oldest}");
        }
        past.truncate(limit);
        Ok(past)
    }

    async fn version(&self, event: EventId) -> Result<Version, HoldStoreError> {
        let mut newest = redis::cmd("XREVRANGE");
        newest.arg(keys::changes(event)).arg("+").arg("-").arg("COUNT").arg(1);
        let newest: Vec<(String, Vec<String>)> =
            self.ask(async |link| newest.query_async(&mut link.connection()).await).await?;
        Ok(Version(newest.into_iter().next().map_or_else(|| "0-0".into(), |(id, _)| id)))
    }

    async fn changes_since(&self, event: EventId, version: &Version) -> Result<Changes, HoldStoreError> {
        let (mut seats, mut known) = (Vec::new(), version.clone());
        loop {
            // The range includes the known version itself: if that entry is gone, so may be others behind it.
            let mut range = redis::cmd("XRANGE");
            range.arg(keys::changes(event)).arg(&known.0).arg("+").arg("COUNT").arg(ENTRIES_PER_READ);
            let entries: Vec<(String, Vec<String>)> =
                self.ask(async |link| range.query_async(&mut link.connection()).await).await?;
            let Some((first, newer)) = entries.split_first() else {
                let nothing_yet = known.0 == "0-0";
                return Ok(if nothing_yet { Changes::Seats(seats, known) } else { Changes::Unknown });
            };
            if first.0 != known.0 {
                return Ok(Changes::Unknown);
            }
            for (_, fields) in newer {
                let Some(changed) = reply::seats_of_entry(fields) else { return Ok(Changes::Unknown) };
                seats.extend(changed);
            }
            if let Some((id, _)) = newer.last() {
                known = Version(id.clone());
            }
            if entries.len() < ENTRIES_PER_READ {
                return Ok(Changes::Seats(seats, known));
            }
        }
    }

    async fn gate(&self, event: EventId) -> Result<Option<Gate>, HoldStoreError> {
        let (gate, run_id) = self
            .ask(async |link| {
                let gate: Option<String> = get(keys::gate(event)).query_async(&mut link.connection()).await?;
                Ok((gate, link.run_id.clone()))
            })
            .await?;
        gate.map_or(Ok(None), |text| value::parse_gate(&text, &run_id))
    }

    async fn rebuilding(&self, event: EventId) -> Result<Option<u64>, HoldStoreError> {
        let (rebuild, run_id) = self
            .ask(async |link| {
                let rebuild: Option<String> = get(keys::recovering(event)).query_async(&mut link.connection()).await?;
                Ok((rebuild, link.run_id.clone()))
            })
            .await?;
        Ok(rebuild.and_then(|text| value::parse_rebuild(&text, &run_id)))
    }

    async fn listen(&self, hints: mpsc::Sender<Hint>) {
        hints::listen(&self.links, &hints).await;
    }

    async fn check(&self) -> Result<(), HoldStoreError> {
        self.ask(async |link| redis::cmd("PING").query_async(&mut link.connection()).await).await
    }
}

fn get(key: String) -> redis::Cmd {
    let mut get = redis::cmd("GET");
    get.arg(key);
    get
}

fn from_value<T: redis::FromRedisValue>(value: redis::Value) -> Result<T, HoldStoreError> {
    T::from_redis_value(value).map_err(|error| HoldStoreError(error.to_string()))
}

/// The names of an event's keys.
pub(crate) mod keys {
    use frontrow_domain::ids::{EventId, Ordinal, UserId};

    pub(crate) fn seat(event: EventId, seat: Ordinal) -> String {
        format!("seat:{{{event}}}:{seat}")
    }

    pub(crate) fn buyer(event: EventId, buyer: UserId) -> String {
        format!("buyer:{{{event}}}:{buyer}")
    }

    pub(crate) fn changes(event: EventId) -> String {
        format!("changes:{{{event}}}")
    }

    pub(crate) fn gate(event: EventId) -> String {
        format!("gate:{{{event}}}")
    }

    pub(crate) fn recovering(event: EventId) -> String {
        format!("recovering:{{{event}}}")
    }

    /// The event and seat of a key that a notification named; `None` for every other key.
    pub(crate) fn parse_seat(key: &str) -> Option<(EventId, Ordinal)> {
        let (event, seat) = key.strip_prefix("seat:{")?.split_once("}:")?;
        Some((event.parse().ok()?, Ordinal(seat.parse().ok()?)))
    }
}
