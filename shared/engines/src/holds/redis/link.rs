//! The link to Redis: one multiplexed connection to one run of one server, replaced when it breaks.
//!
//! A connection never outlives the process at its other end, so every link knows the run id of the server that it
//! reaches, for certain. While there is no link, commands are refused at once instead of queueing for a server that
//! does not answer: only one caller at a time tries to connect.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::preflight::{self, PreflightError};

/// How long a command may take before the link is given up. A buyer who clicks wants an answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(500);
/// How long connecting and looking at the server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// After a failed attempt, everybody is refused at once for this long.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// How long a command waits for an attempt that somebody else is making.
const PATIENCE: Duration = Duration::from_millis(100);

/// See the module.
pub(super) struct Link {
    connection: MultiplexedConnection,
    /// The run of the server; every start of a server has another one.
    pub(super) run_id: String,
}

impl Link {
    /// A handle for one question; all of them share the connection.
    pub(super) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }
}

/// The current link, if there is one.
#[derive(Clone)]
pub(super) struct Links(Arc<Inner>);

struct Inner {
    client: Client,
    slot: Mutex<Slot>,
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Slot {
    link: Option<Arc<Link>>,
    /// Nobody tries before this, and why.
    failed: Option<(Instant, String)>,
}

impl Links {
    pub(super) fn new(client: Client) -> Self {
        Self(Arc::new(Inner { client, slot: Mutex::default(), connecting: tokio::sync::Mutex::new(()) }))
    }

    /// The link; made if there is none.
    pub(super) async fn current(&self) -> Result<Arc<Link>, PreflightError> {
        if let Some(known) = self.known() {
            return known;
        }
        let Ok(_turn) = timeout(PATIENCE, self.0.connecting.lock()).await else {
            return Err(PreflightError::Unreachable("it is being connected to".into()));
        };
        // Whoever had the turn before may have found it, or not.
        if let Some(known) = self.known() {
            return known;
        }
        let connected = timeout(CONNECT_TIMEOUT, self.connect()).await;
        let connected = connected.unwrap_or_else(|_| Err(PreflightError::Unreachable("it does not answer".into())));
        let mut slot = self.slot();
        match connected {
            Ok(link) => {
                info!(redis.run_id = link.run_id, "connected to redis");
                slot.failed = None;
                Ok(Arc::clone(slot.link.insert(Arc::new(link))))
            }
            Err(error) => {
                slot.failed = Some((Instant::now() + RETRY_PAUSE, error.to_string()));
                Err(error)
            }
        }
    }

    /// Gives a link up whose server does not answer, or is not the primary any more.
    pub(super) fn suspect(&self, link: &Arc<Link>, error: &RedisError) {
        let refused = error.code().is_some_and(|code| !matches!(code, "READONLY" | "LOADING" | "MASTERDOWN"));
        if refused {
            return;
        }
        let mut slot = self.slot();
        if slot.link.as_ref().is_some_and(|current| Arc::ptr_eq(current, link)) {
            warn!(%error, "the link to redis is given up");
            slot.link = None;
        }
    }

    /// A connection of its own for notifications.
    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    fn known(&self) -> Option<Result<Arc<Link>, PreflightError>> {
        let slot = self.slot();
        if let Some(link) = &slot.link {
            return Some(Ok(Arc::clone(link)));
        }
        let (until, why) = slot.failed.as_ref()?;
        (Instant::now() < *until).then(|| Err(PreflightError::Unreachable(why.clone())))
    }

    async fn connect(&self) -> Result<Link, PreflightError> {
        let config = AsyncConnectionConfig::new()
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_connection_timeout(Some(CONNECT_TIMEOUT));
        let client = &self.0.client;
        let mut connection =
            client.get_multiplexed_async_connection_with_config(&config).await.map_err(PreflightError::unreachable)?;
        let run_id = preflight::check(&mut connection).await?;
        Ok(Link { connection, run_id })
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Slot> {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
