//! `frontrow-server`: settings, telemetry, engines, serve.

use std::sync::Arc;

use anyhow::Context as _;
use frontrow_domain::clock::SystemClock;
use frontrow_engines::holds::redis::RedisHolds;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_server::{Engines, Server, metrics};
use frontrow_settings::Settings;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::load()?;
    frontrow_settings::init_telemetry();
    let engines = connect(&settings).await?;
    let addr = settings.server.addr;
    let listener = TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    let server = Server::start(settings, engines, Arc::new(SystemClock), listener, metrics::install())?;
    if let (Ok(email), Ok(password)) = (std::env::var("FRONTROW_ADMIN_EMAIL"), std::env::var("FRONTROW_ADMIN_PASSWORD"))
    {
        server.create_admin(&email, &password).await?;
    }

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = server.crashed() => anyhow::bail!("a worker of the server crashed"),
    }
    server.stop().await;
    Ok(())
}

async fn connect(settings: &Settings) -> anyhow::Result<Engines> {
    let (holds, ledger, log) = tokio::join!(
        RedisHolds::connect(&settings.redis.url),
        MongoLedger::connect(&settings.mongo.url, &settings.mongo.database),
        KafkaLog::connect(&settings.kafka.brokers, &settings.kafka.topic_prefix),
    );
    Ok(Engines {
        holds: Arc::new(holds.context("starting the holds")?),
        ledger: Arc::new(ledger.context("starting the ledger")?),
        log: Arc::new(log.context("starting the log")?),
    })
}
