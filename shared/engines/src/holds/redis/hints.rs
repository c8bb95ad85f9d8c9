//! Keyspace notifications as hints: exact channels, one connection, reconnected for ever.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tracing::{info, warn};

use super::keys;
use super::link::Links;
use crate::holds::Hint;

/// Exact channels: a pattern would be matched against every message of every database.
const CHANNELS: [&str; 3] = ["__keyevent@0__:set", "__keyevent@0__:del", "__keyevent@0__:expired"];
/// The pause before connecting again; short, because every lost second is a second of stale maps.
const RECONNECT_PAUSE: Duration = Duration::from_millis(250);

/// Runs until it is dropped.
pub(super) async fn listen(links: &Links, hints: &mpsc::Sender<Hint>) {
    loop {
        match listen_once(links, hints).await {
            Ok(()) => warn!("redis notifications ended, subscribing again"),
            Err(error) => warn!(%error, "redis notifications cannot be subscribed to"),
        }
        tokio::time::sleep(RECONNECT_PAUSE).await;
    }
}

async fn listen_once(links: &Links, hints: &mpsc::Sender<Hint>) -> redis::RedisResult<()> {
    let mut subscription = links.client().get_async_pubsub().await?;
    for channel in CHANNELS {
        subscription.subscribe(channel).await?;
    }
    info!("subscribed to redis notifications");
    // Whatever happened while nobody listened is unknown.
    let mut lost = true;
    let mut messages = subscription.into_on_message();
    loop {
        if lost {
            lost = !deliver(hints, Hint::Everything);
        }
        let Some(message) = messages.next().await else { return Ok(()) };
        let Ok(key) = std::str::from_utf8(message.get_payload_bytes()) else { continue };
        if let Some((event, seat)) = keys::parse_seat(key) {
            lost |= !deliver(hints, Hint::Seat(event, seat));
        }
    }
}

/// Whether the hint found a place. A receiver that is gone is about to drop this future, so nothing is lost.
fn deliver(hints: &mpsc::Sender<Hint>, hint: Hint) -> bool {
    !matches!(hints.try_send(hint), Err(TrySendError::Full(_)))
}
