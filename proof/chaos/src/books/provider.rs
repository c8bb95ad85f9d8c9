//! The payment provider's own books, read from its API.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::Client;
use serde::Deserialize;

use super::Intent;

/// What development stacks show to the mock provider; everybody knows it.
pub(crate) const KEY: &str = "frontrow-development-payment-key";

/// Where the provider is.
pub(crate) struct Provider {
    http: Client,
    url: String,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Intent>,
    has_more: bool,
}

impl Provider {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned() })
    }

    /// Every payment that it knows.
    pub(crate) async fn intents(&self) -> Result<Vec<Intent>> {
        let mut intents: Vec<Intent> = Vec::new();
        loop {
            let after = intents.last().map(|last| format!("&starting_after={}", last.id)).unwrap_or_default();
            let url = format!("{}/v1/payment_intents?limit=1000{after}", self.url);
            let page = async { self.http.get(url).bearer_auth(KEY).send().await?.error_for_status()?.json().await };
            let page: Page = page.await.context("reading the provider's books")?;
            let more = page.has_more && !page.data.is_empty();
            intents.extend(page.data);
            if !more {
                return Ok(intents);
            }
        }
    }
}
