//! At start: can this Redis do what holds need? Sets what it may, refuses with a clear sentence otherwise.

use std::collections::HashMap;

use redis::aio::MultiplexedConnection;
use tracing::info;

/// Key events of strings (`$`), of generic commands (`g`) and of expiry (`x`).
const NEEDED_FLAGS: &str = "E$gx";
/// Effects replication and `TIME` inside scripts.
const OLDEST_VERSION: (u32, u32) = (7, 0);

/// Why this Redis cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PreflightError {
    /// It does not answer.
    #[error("redis cannot be reached: {0}")]
    Unreachable(String),
    /// Notifications are subscribed to for one database.
    #[error("holds live in redis database 0: leave the number in redis.url out")]
    OtherDatabase,
    /// It is too old.
    #[error("redis {found} is too old: holds need {}.{} or newer", OLDEST_VERSION.0, OLDEST_VERSION.1)]
    TooOld {
        /// What it says it is.
        found: String,
    },
    /// It follows another server: nothing can be written to it.
    #[error("redis is a replica: holds need the primary")]
    Replica,
    /// A setting is wrong and may not be changed by us.
    #[error("redis has {name} = {found:?} where {needed:?} is needed, and refuses to change it: {reason}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value.
        found: String,
        /// What it has to be, or to contain.
        needed: &'static str,
        /// What Redis said.
        reason: String,
    },
}

impl PreflightError {
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    pub(super) fn unreachable(error: redis::RedisError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// Gives back the run id of the server.
pub(super) async fn check(connection: &mut MultiplexedConnection) -> Result<String, PreflightError> {
    let run_id = check_server(connection).await?;
    ensure(connection, "notify-keyspace-events", NEEDED_FLAGS, |found| {
        // "A" stands for all classes of events.
        let has = |flag| found.contains(flag) || (flag != 'E' && found.contains('A'));
        let missing: String = NEEDED_FLAGS.chars().filter(|&flag| !has(flag)).collect();
        (!missing.is_empty()).then(|| format!("{found}{missing}"))
    })
    .await?;
    ensure(connection, "maxmemory-policy", "noeviction", |found| {
        (found != "noeviction").then(|| "noeviction".to_owned())
    })
    .await?;
    Ok(run_id)
}

async fn check_server(connection: &mut MultiplexedConnection) -> Result<String, PreflightError> {
    let info: String = redis::cmd("INFO").query_async(connection).await.map_err(PreflightError::unreachable)?;
    let line = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let found = line("redis_version:");
    let mut numbers = found.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST_VERSION {
        return Err(PreflightError::TooOld { found: found.to_owned() });
    }
    if line("loading:") == "1" {
        return Err(PreflightError::Unreachable("it is loading its data".into()));
    }
    if line("role:") != "master" {
        return Err(PreflightError::Replica);
    }
    Ok(line("run_id:").to_owned())
}

/// Reads a setting and, when `wanted` asks for another value, sets it.
async fn ensure(
    connection: &mut MultiplexedConnection,
    name: &'static str,
    needed: &'static str,
    wanted: impl FnOnce(&str) -> Option<String>,
) -> Result<(), PreflightError> {
    let settings: HashMap<String, String> =
        redis::cmd("CONFIG").arg("GET").arg(name).query_async(connection).await.map_err(PreflightError::unreachable)?;
    let found = settings.get(name).cloned().unwrap_or_default();
    let Some(value) = wanted(&found) else { return Ok(()) };
    let set = redis::cmd("CONFIG").arg("SET").arg(name).arg(&value).query_async::<()>(connection).await;
    set.map_err(|error| PreflightError::Setting { name, found, needed, reason: error.to_string() })?;
    info!(redis.setting = name, redis.value = value, "changed a redis setting");
    Ok(())
}
