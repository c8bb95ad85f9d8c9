//! The hold layer alone against a Redis: `hold_layer redis://HOST:PORT/0` prints, as JSON, how many holds, releases and, as a
//! yardstick, plain `SET NX PX` a second go through one multiplexed connection, and what they cost. `cargo xtask bench` runs
//! it. Must never be pointed at a Redis that anybody needs: it empties database 0.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use frontrow_domain::holds::{Command, Gate, Outcome};
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_engines::holds::Holds as _;
use frontrow_engines::holds::redis::RedisHolds;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Seats of one part: about a second.
const SEATS: u32 = 60_000;
/// As many as one buyer may have.
const SEATS_PER_BUYER: u32 = 50;
const TTL_MS: u64 = 60_000;

/// A hall of its own for every part.
struct Hall {
    holds: RedisHolds,
    event: EventId,
    buyers: Vec<UserId>,
}

/// Processes whose CPU counts: this one, and Redis.
struct Pids([u32; 2]);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("usage: hold_layer redis://HOST:PORT/0")?;
    let holds = RedisHolds::connect(&url).await?;
    let connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection.clone()).await?;
    let redis_pid = info.lines().find_map(|line| line.strip_prefix("process_id:")).ok_or("Redis has no process id")?;
    let pids = Pids([std::process::id(), redis_pid.trim().parse()?]);
    let mut parts = Vec::new();
    for tasks in [50, 500] {
        let plain = connection.clone();
        parts.push(pids.measure("set", tasks, move |seat| set(plain.clone(), seat)).await?);
        let hall = Arc::new(Hall::open(&holds).await?);
        let same = Arc::clone(&hall);
        parts.push(pids.measure("hold", tasks, move |seat| Arc::clone(&hall).hold(seat)).await?);
        parts.push(pids.measure("release", tasks, move |seat| Arc::clone(&same).release(seat)).await?);
        redis::cmd("FLUSHDB").exec_async(&mut connection.clone()).await?;
    }
    println!("{}", Value::from(parts));
    Ok(())
}

impl Hall {
    async fn open(holds: &RedisHolds) -> Result<Self, Failure> {
        let event = EventId(Uuid::now_v7());
        let buyers = (0..SEATS.div_ceil(SEATS_PER_BUYER)).map(|_| UserId(Uuid::now_v7())).collect();
        for command in [Command::Rebuild { epoch: 1 }, Command::SetGate(Gate { epoch: 1, version: 1, open: true })] {
            let outcome = holds.apply(event, &command).await?.outcome;
            if outcome != Outcome::Done {
                return Err(format!("opening the gate: {outcome:?}").into());
            }
        }
        Ok(Self { holds: holds.clone(), event, buyers })
    }

    /// Neighbouring seats are held by different buyers at about the same time.
    fn buyer(&self, seat: u32) -> UserId {
        self.buyers[seat as usize % self.buyers.len()]
    }

    async fn hold(self: Arc<Self>, seat: u32) -> Result<(), Failure> {
        let (user, seats) = (self.buyer(seat), vec![Ordinal(seat)]);
        let command = Command::Hold { user, seats, ttl_ms: TTL_MS, limit: SEATS_PER_BUYER };
        match self.holds.apply(self.event, &command).await?.outcome {
            Outcome::Yours(_) => Ok(()),
            other => Err(format!("seat {seat} was not held: {other:?}").into()),
        }
    }

    async fn release(self: Arc<Self>, seat: u32) -> Result<(), Failure> {
        let command = Command::Release { user: self.buyer(seat), seats: vec![Ordinal(seat)] };
        match self.holds.apply(self.event, &command).await?.outcome {
            Outcome::Freed { .. } => Ok(()),
            other => Err(format!("seat {seat} was not released: {other:?}").into()),
        }
    }
}

async fn set(mut connection: MultiplexedConnection, seat: u32) -> Result<(), Failure> {
    let mut set = redis::cmd("SET");
    set.arg(format!("plain:{seat}")).arg(1).arg("NX").arg("PX").arg(TTL_MS);
    let done: Option<String> = set.query_async(&mut connection).await?;
    done.map(drop).ok_or_else(|| format!("plain:{seat} was there already").into())
}

impl Pids {
    /// Does something with every seat once, by so many tasks that each wait for their answers.
    async fn measure<F>(
        &self,
        what: &str,
        tasks: u32,
        act: impl Fn(u32) -> F + Clone + Send + 'static,
    ) -> Result<Value, Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send,
    {
        let (next, mut working) = (Arc::new(AtomicU32::new(0)), JoinSet::new());
        let (before, began) = (self.cpu()?, Instant::now());
        for _ in 0..tasks {
            let (next, act) = (Arc::clone(&next), act.clone());
            working.spawn(async move {
                loop {
                    let seat = next.fetch_add(1, Ordering::Relaxed);
                    if seat >= SEATS {
                        return Ok(());
                    }
                    act(seat).await?;
                }
            });
        }
        while let Some(done) = working.join_next().await {
            done?.map_err(|error: Failure| error)?;
        }
        let (elapsed, after) = (began.elapsed(), self.cpu()?);
        let us = |place: usize| (after[place].saturating_sub(before[place])).as_secs_f64() * 1e6 / f64::from(SEATS);
        let per_s = f64::from(SEATS) / elapsed.as_secs_f64();
        Ok(json!({"what": what, "tasks": tasks, "per_s": per_s, "layer_us": us(0), "redis_us": us(1)}))
    }

    /// What all threads of each process have used so far.
    fn cpu(&self) -> Result<[Duration; 2], Failure> {
        let mut used = [Duration::ZERO; 2];
        for (used, pid) in used.iter_mut().zip(self.0) {
            for task in fs::read_dir(format!("/proc/{pid}/task"))? {
                let stat = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
                let first = stat.split_whitespace().next().and_then(|first| first.parse().ok());
                *used += Duration::from_nanos(first.unwrap_or_default());
            }
        }
        Ok(used)
    }
}
