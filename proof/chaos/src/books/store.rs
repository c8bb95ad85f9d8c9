//! Redis, read as it is stored: `seat:{EVENT}:ORDINAL` and `buyer:{EVENT}:ACCOUNT`. It must never write.

use anyhow::{Context as _, Result};
use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;

use super::{Hall, StoredCart, StoredSeat};

/// The hold store of a run.
pub(crate) struct Store(MultiplexedConnection);

impl Store {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let client = redis::Client::open(url).context("the hold store's URL")?;
        Ok(Self(client.get_multiplexed_async_connection().await.context("the hold store")?))
    }

    /// Every seat that is not available.
    pub(crate) async fn seats(&mut self, halls: &[Hall]) -> Result<Vec<StoredSeat>> {
        let mut stored = Vec::new();
        for (event, hall) in halls.iter().enumerate() {
            let keys: Vec<_> = (0..hall.seats.len()).map(|ordinal| format!("seat:{{{}}}:{ordinal}", hall.id)).collect();
            let values: Vec<Option<String>> = self.0.mget(&keys).await.context("reading seats of the hold store")?;
            let taken = values.into_iter().enumerate().filter_map(|(ordinal, value)| Some((ordinal, value?)));
            stored.extend(taken.map(|(ordinal, value)| StoredSeat { event, ordinal, value }));
        }
        Ok(stored)
    }

    /// What counts for buyers. A hold that is past its deadline does not, whether or not it was tidied up.
    pub(crate) async fn carts(&mut self, halls: &[Hall]) -> Result<Vec<StoredCart>> {
        let (seconds, micros): (u64, u64) =
            redis::cmd("TIME").query_async(&mut self.0).await.context("the store's time")?;
        let (mut carts, now_ms) = (Vec::new(), seconds * 1000 + micros / 1000);
        for (event, hall) in halls.iter().enumerate() {
            let prefix = format!("buyer:{{{}}}:", hall.id);
            let keys: Vec<String> =
                self.0.keys(format!("{prefix}*")).await.context("reading buyers of the hold store")?;
            for key in keys {
                let seats =
                    self.0.zrangebyscore(&key, now_ms, "+inf").await.context("reading a buyer of the hold store")?;
                let buyer = key.strip_prefix(&prefix).unwrap_or(&key).to_owned();
                carts.push(StoredCart { event, buyer, seats });
            }
        }
        Ok(carts)
    }
}
