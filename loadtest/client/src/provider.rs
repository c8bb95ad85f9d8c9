//! The payment provider's own books, read from its API.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::Client;
use serde::Deserialize;
use tokio::time::sleep;

/// It is killed as well when faults are asked for; it comes back within seconds.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Where the provider is.
pub(crate) struct Provider {
    http: Client,
    url: String,
    key: String,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) amount_received: i64,
    pub(crate) amount_refunded: i64,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Intent>,
    has_more: bool,
}

impl Provider {
    pub(crate) fn new(url: &str, key: &str) -> Result<Self> {
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), key: key.to_owned() })
    }

    /// Every payment that it knows, the oldest first.
    pub(crate) async fn intents(&self) -> Result<Vec<Intent>> {
        let mut intents: Vec<Intent> = Vec::new();
        loop {
            let after = intents.last().map(|last| format!("&starting_after={}", last.id)).unwrap_or_default();
            let page = self.page(&format!("{}/v1/payment_intents?limit=1000{after}", self.url)).await?;
            let more = page.has_more && !page.data.is_empty();
            intents.extend(page.data);
            if !more {
                return Ok(intents);
            }
        }
    }

    async fn page(&self, url: &str) -> Result<Page> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let page =
                async { self.http.get(url).bearer_auth(&self.key).send().await?.error_for_status()?.json().await };
            match page.await {
                Ok(page) => return Ok(page),
                Err(error) if attempts >= ATTEMPTS => return Err(error).context("reading the provider's books"),
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}
