//! `frontrow-mockpay`: the mock payment provider. What it does is in [`frontrow_server::mockpay`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use frontrow_domain::clock::SystemClock;
use frontrow_server::mockpay::{DEVELOPMENT_KEY, DEVELOPMENT_WEBHOOK_SECRET, Delays, MockPay, Options};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// A mock payment provider for development and tests: no money moves. It behaves like Stripe, and badly on request.
#[derive(Parser)]
#[command(name = "frontrow-mockpay", version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, env = "FRONTROW_MOCKPAY_ADDR", default_value = "127.0.0.1:8090")]
    addr: SocketAddr,
    /// The file with everything that it knows.
    #[arg(long, env = "FRONTROW_MOCKPAY_FILE", default_value = "data/mockpay.db")]
    file: PathBuf,
    /// The API key that clients send as a bearer token.
    #[arg(long, env = "FRONTROW_MOCKPAY_SECRET", default_value = DEVELOPMENT_KEY, hide_env_values = true)]
    secret: String,
    /// Signs notices.
    #[arg(
        long,
        env = "FRONTROW_MOCKPAY_WEBHOOK_SECRET",
        default_value = DEVELOPMENT_WEBHOOK_SECRET,
        hide_env_values = true
    )]
    webhook_secret: String,
    /// Where notices go; of several, each attempt takes the next one.
    #[arg(long = "webhook", value_name = "URL", env = "FRONTROW_MOCKPAY_WEBHOOKS", value_delimiter = ',')]
    webhooks: Vec<String>,
    /// Until `card_slow` captures.
    #[arg(long, default_value_t = Delays::default().slow_ms)]
    slow_ms: u32,
    /// Until `card_late` captures.
    #[arg(long, default_value_t = Delays::default().late_ms)]
    late_ms: u32,
    /// Until `card_hangs` is answered.
    #[arg(long, default_value_t = Delays::default().hang_ms)]
    hang_ms: u32,
}

impl Arguments {
    fn options(self) -> Options {
        let Self { file, secret, webhook_secret, slow_ms, late_ms, hang_ms, .. } = self;
        // A variable that is set to nothing means none.
        let webhooks = self.webhooks.into_iter().filter(|url| !url.is_empty()).collect();
        Options { file, secret, webhook_secret, webhooks, delays: Delays { slow_ms, late_ms, hang_ms } }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    frontrow_settings::init_telemetry();
    let mut terminated = signal(SignalKind::terminate())?;
    let addr = arguments.addr;
    let listener = TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    let provider = MockPay::start(arguments.options(), Arc::new(SystemClock), listener)?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = provider.crashed() => anyhow::bail!("a worker of the mock payment provider crashed"),
    }
    provider.stop().await;
    Ok(())
}
