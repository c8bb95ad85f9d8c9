//! The hold store: killed, stopped, emptied, robbed. All of it is allowed to happen: the ledger is the truth.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rand::Rng as _;
use rand::seq::SliceRandom as _;
use redis::aio::MultiplexedConnection;
use tokio::time::{sleep, timeout};

use super::{PATIENCE, Scene};
use crate::history::Came;
use crate::stage::Signal;

const NAME: &str = "redis";
/// At most so many holds are stolen at once.
const LOOT: usize = 8;
/// A hold of a run lasts ten seconds at most; this one is not going to end by itself.
const OVERSTAY_MS: i64 = 600_000;
const ANSWER: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Scene<'_> {
    /// The append-only file is written every second, so the last writes may be gone; or all of them.
    pub(super) async fn kill_redis(&self, emptied: bool) -> Result<String> {
        self.begins(if emptied { "kill -9, its folder emptied" } else { "kill -9" });
        let killed = Instant::now();
        let meanwhile = |folder: &Path| {
            if emptied {
                empty(folder);
            }
        };
        self.stage.engines.kill(NAME, self.strike.lasts, meanwhile).await?;
        self.redis_answers().await?;
        Ok(format!("answers {} ms after kill -9", killed.elapsed().as_millis()))
    }

    /// The same run of Redis, with nothing in it.
    pub(super) async fn empty_redis(&self) -> Result<String> {
        self.begins("FLUSHALL");
        let mut connection = self.redis().await?;
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await?;
        Ok("empty".into())
    }

    pub(super) async fn pause_redis(&self) -> Result<String> {
        self.begins("SIGSTOP");
        self.stage.engines.signal(NAME, Signal::STOP)?;
        self.last().await;
        self.stage.engines.signal(NAME, Signal::CONT)?;
        let waited = self.redis_answers().await?;
        Ok(format!("stopped for {} ms, answers {} ms later", self.strike.lasts.as_millis(), waited.as_millis()))
    }

    /// Holds end before their time or stay beyond it, as after a jump of the clock. Sold and claimed seats are left alone.
    pub(super) async fn hold_thief(&self) -> Result<(Came, String)> {
        self.begins("looks for holds");
        let (mut connection, mut chance) = (self.redis().await?, self.chance());
        let mut keys = held(&mut connection).await?;
        keys.shuffle(&mut chance);
        let (mut ended, mut overstaying) = (0, 0);
        for key in keys.iter().take(chance.random_range(1..=LOOT)) {
            let ends = chance.random();
            let deed = match (ends, chance.random()) {
                (true, true) => redis::Cmd::del(key),
                (true, false) => redis::Cmd::pexpire(key, 1),
                (false, true) => redis::Cmd::persist(key),
                (false, false) => redis::Cmd::pexpire(key, OVERSTAY_MS),
            };
            let done: i64 = deed.query_async(&mut connection).await?;
            if ends { ended += done } else { overstaying += done }
        }
        let came = if ended + overstaying > 0 { Came::Done } else { Came::MetNobody };
        Ok((came, format!("{ended} ended early, {overstaying} overstay")))
    }

    async fn redis(&self) -> Result<MultiplexedConnection> {
        let client = redis::Client::open(self.stage.redis_url.as_str())?;
        let connected = timeout(ANSWER, client.get_multiplexed_async_connection()).await;
        Ok(connected.context("Redis does not take connections")??)
    }

    /// While it loads its file it refuses; says how long it took.
    async fn redis_answers(&self) -> Result<Duration> {
        let asked = Instant::now();
        let ping = async || {
            let mut connection = self.redis().await?;
            timeout(ANSWER, redis::cmd("PING").query_async::<String>(&mut connection)).await??;
            anyhow::Ok(())
        };
        while let Err(error) = ping().await {
            if asked.elapsed() > PATIENCE {
                return Err(error.context("Redis did not come back"));
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(asked.elapsed())
    }
}

/// Keys of seats that are held now, in an order of their own.
async fn held(connection: &mut MultiplexedConnection) -> Result<Vec<String>> {
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("seat:*").query_async(connection).await?;
    keys.sort_unstable();
    if keys.is_empty() {
        return Ok(keys);
    }
    let values: Vec<Option<String>> = redis::cmd("MGET").arg(&keys).query_async(connection).await?;
    let held = keys.into_iter().zip(values).filter(|(_, value)| value.as_deref().is_some_and(|v| v.starts_with("h|")));
    Ok(held.map(|(key, _)| key).collect())
}

/// Removes what is in a folder of this run, not the folder.
fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // What cannot be removed is still there when it starts: then it was a kill like any other.
        let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
}
