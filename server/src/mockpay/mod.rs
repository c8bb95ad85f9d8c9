//! The mock payment provider: the process `frontrow-mockpay`. It behaves like Stripe where that is good for tests and
//! demonstrations, and badly on request: the card decides.
//!
//! Everything that it knows is in one `SQLite` file and is there before anybody is told: a payment that was answered as
//! captured is captured after a kill, captures that are due later and notices that were not delivered go on. It must
//! never know anything about seats or orders.
//!
//! # The API
//!
//! JSON in and out, `Authorization: Bearer KEY`. Amounts are minor units, ids of payments are UUIDs and chosen by the
//! client, unknown fields are passed over. `GET /healthz` needs no key.
//!
//! | path | takes | answers |
//! |---|---|---|
//! | `POST /v1/payment_intents/{id}/confirm` | `{amount, currency, payment_method, metadata?}` | 200 the intent; 402 `card_declined`; 400 another amount than before, an unknown method |
//! | `GET /v1/payment_intents/{id}` | | 200 the intent; 404 `resource_missing` |
//! | `GET /v1/payment_intents` | `?limit` (1 to 1000, default 100) `&starting_after` (an id) | 200 `{object:"list", data:[..], has_more}`, oldest first, so that pages stay as they are |
//! | `POST /v1/payment_intents/{id}/cancel` | `{amount, currency}` | 200 the intent: `canceled`, or `succeeded` if it was captured before |
//! | `POST /v1/refunds` | `{payment_intent, amount}` | 200 `{id, object:"refund", payment_intent, amount, status:"succeeded"}`; 400 `charge_already_refunded`; 404 |
//!
//! An intent is `{id, object:"payment_intent", amount, currency, status, amount_received, amount_refunded, metadata}`, its
//! status `requires_payment_method`, `processing`, `succeeded` or `canceled`. A failure is `{error:{type, code?,
//! decline_code?, message, payment_intent?}}`.
//!
//! - Confirming makes an unknown intent known and charges the card. A captured intent answers `succeeded` whatever the
//!   card, a cancelled one `canceled`, one that is being charged `processing`: there is one capture at most.
//! - Cancelling an unknown intent makes it known as cancelled, so that a charge that comes late is refused.
//! - `Idempotency-Key` (confirm, refunds): the same key is the same attempt. A decline and a refund are answered as they
//!   were; otherwise the answer is the intent as it is by now, at once and whatever the card. Another request under the
//!   same key is 400 `idempotency_error`. Keys are forgotten after a day, at a start.
//!
//! # Cards
//!
//! | `payment_method` | does |
//! |---|---|
//! | `card_ok` | captured |
//! | `card_declined` | 402 `insufficient_funds`; the intent may be tried with another card |
//! | `card_slow` | `processing`, captured 3 s later unless it was cancelled |
//! | `card_lost_reply` | captured, then the connection is closed without an answer, and no notice is sent |
//! | `card_webhook_first` | captured; the answer waits for the answer to the notice, 2 s at most |
//! | `card_duplicated` | captured; its notice comes five times, three of them at the same moment |
//! | `card_reordered` | captured; after the notice comes an older one, `payment_intent.processing` |
//! | `card_late` | `processing`, captured 12 s later even if it was cancelled meanwhile; `metadata.capture_after_ms` sets another time |
//! | `card_hangs` | captured; the answer takes 10 s |
//!
//! # Notices
//!
//! `POST {id:"evt_..", object:"event", type, created, data:{object: the intent}}` to one of the webhook URLs, signed by
//! `Frontrow-Signature` (see `frontrow_engines::payments::signature`). Types: `payment_intent.succeeded`,
//! `payment_intent.payment_failed`, `payment_intent.processing`, `payment_intent.canceled`, `charge.refunded`. Each attempt
//! goes to the next URL. A 2xx ends them, and so does a 4xx other than 408 and 429; 401 and 404 only after some tries.
//! Everything else is tried again after 100 ms, twice as long each time up to 10 s, for a day.

mod capture;
mod card;
mod charge;
mod delivery;
mod file;
mod intent;
mod keys;
mod listener;
mod notice;
mod refund;
mod reply;
mod routes;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use frontrow_domain::clock::Clock;
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use self::file::PaymentFile;

/// The API key of a development stack.
pub const DEVELOPMENT_KEY: &str = "frontrow-development-payment-key";
/// The webhook secret of a development stack.
pub const DEVELOPMENT_WEBHOOK_SECRET: &str = "frontrow-development-webhook-secret";
/// Connections get a second, deliveries none; the rest is for the file.
const STOP_TIME: Duration = Duration::from_secs(5);

/// How a provider is set up.
#[derive(Clone)]
pub struct Options {
    /// The file with everything; it is created if there is none.
    pub file: PathBuf,
    /// What clients send as `Authorization: Bearer`.
    pub secret: String,
    /// Signs notices.
    pub webhook_secret: String,
    /// Where notices go, in turn. With none they wait.
    pub webhooks: Vec<String>,
    /// How long the bad cards take.
    pub delays: Delays,
}

/// How long the bad cards take.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// Until `card_slow` captures.
    pub slow_ms: u32,
    /// Until `card_late` captures, unless its metadata say otherwise.
    pub late_ms: u32,
    /// Until `card_hangs` is answered.
    pub hang_ms: u32,
}

impl Default for Delays {
    fn default() -> Self {
        Self { slow_ms: 3_000, late_ms: 12_000, hang_ms: 10_000 }
    }
}

impl Options {
    /// As a development stack has it, without webhooks.
    pub fn development(file: PathBuf) -> Self {
        Self {
            file,
            secret: DEVELOPMENT_KEY.into(),
            webhook_secret: DEVELOPMENT_WEBHOOK_SECRET.into(),
            webhooks: Vec::new(),
            delays: Delays::default(),
        }
    }
}

/// What routes and workers share.
struct Mock {
    secret: String,
    webhook_secret: String,
    delays: Delays,
    clock: Arc<dyn Clock>,
    file: PaymentFile,
    webhooks: watch::Sender<Arc<[Url]>>,
}

/// A running provider. Dropping it ends it as well, without waiting.
pub struct MockPay {
    /// Where it listens.
    pub address: SocketAddr,
    mock: Arc<Mock>,
    tasks: TaskTracker,
    stop: CancellationToken,
    crashed: CancellationToken,
    _stop_on_drop: DropGuard,
}

impl MockPay {
    /// Opens the file and starts serving on `listener`.
    pub fn start(options: Options, clock: Arc<dyn Clock>, listener: TcpListener) -> anyhow::Result<Self> {
        let Options { file, secret, webhook_secret, webhooks, delays } = options;
        anyhow::ensure!(!secret.is_empty() && !webhook_secret.is_empty(), "the secrets must not be empty");
        let address = listener.local_addr().context("the listener has no address")?;
        let webhooks = watch::Sender::new(urls(&webhooks)?);
        let opened = PaymentFile::open(&file, clock.now());
        let file = opened.with_context(|| format!("the file {}", file.display()))?;
        let mock = Arc::new(Mock { secret, webhook_secret, delays, clock, file, webhooks });
        let (tasks, stop, crashed) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());
        let stop_on_drop = stop.clone().drop_guard();
        let this = Self { address, mock, tasks, stop, crashed, _stop_on_drop: stop_on_drop };
        let mock = || Arc::clone(&this.mock);
        this.hire(listener::run(listener, routes::router(mock()), this.stop.clone()));
        this.hire(delivery::run(mock(), this.stop.clone()));
        this.hire(capture::run(mock(), this.stop.clone()));
        let (watched, stop) = (mock(), this.stop.clone());
        this.hire(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = watched.file.ended() => {}
            }
        });
        info!(%address, "the mock payment provider is listening");
        Ok(this)
    }

    /// Where notices go from now on, in turn; those that wait go there with their next attempt.
    pub fn set_webhooks(&self, webhooks: &[String]) -> anyhow::Result<()> {
        self.mock.webhooks.send_replace(urls(webhooks)?);
        Ok(())
    }

    /// Ends when a worker has ended by itself or panicked: they run until they are stopped.
    pub async fn crashed(&self) {
        self.crashed.cancelled().await;
    }

    /// Requests get a second to finish. The file is closed afterwards.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if timeout(STOP_TIME, self.tasks.wait()).await.is_err() {
            warn!("some workers of the mock payment provider did not end in time and are dropped");
        }
        info!("the mock payment provider has stopped");
    }

    /// Workers look after the stop themselves; one that ends before it, a panic included, is a crash.
    fn hire(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (stop, guard) = (self.stop.clone(), self.crashed.clone().drop_guard());
        self.tasks.spawn(async move {
            work.await;
            if stop.is_cancelled() {
                guard.disarm();
            } else {
                error!("a worker of the mock payment provider ended by itself");
            }
        });
    }
}

fn urls(texts: &[String]) -> anyhow::Result<Arc<[Url]>> {
    let url = |text: &String| Url::parse(text).with_context(|| format!("{text:?} is not the URL of a webhook"));
    texts.iter().map(url).collect()
}
