//! `frontrow-relay`: settings, telemetry, engines, run.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use frontrow_domain::clock::SystemClock;
use frontrow_engines::ledger::Ledger;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::log::Log;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_relay::{carrier, generator::Generator};
use frontrow_settings::{Engine, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::load()?;
    anyhow::ensure!(
        settings.engine == Engine::Cluster,
        "on the embedded engine the server relays by itself; a relay of its own is for engine = \"cluster\""
    );
    frontrow_settings::init_telemetry();
    let ledger: Arc<dyn Ledger> = Arc::new(
        MongoLedger::connect(&settings.mongo.url, &settings.mongo.database).await.context("starting the ledger")?,
    );
    let kafka = &settings.kafka;
    let log: Arc<dyn Log> =
        Arc::new(KafkaLog::new(&kafka.brokers, &kafka.topic_prefix, kafka.replicas).context("starting the log")?);

    let stop = CancellationToken::new();
    let mut workers = JoinSet::new();
    workers.spawn(carrier::run(Arc::clone(&ledger), Arc::clone(&log), settings.relay.clone(), stop.clone()));
    workers.spawn(watch(Arc::clone(&ledger), stop.clone()));
    let (name, batch_seats) = (settings.relay.name.clone(), settings.relay.batch_seats);
    let generator = Generator { ledger, log, clock: Arc::new(SystemClock), name, batch_seats };
    workers.spawn(generator.run(stop.clone()));
    info!(relay.name = settings.relay.name, "the relay is running");

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        // Workers run until they are stopped; one that ended by itself has crashed, and so has the relay.
        ended = workers.join_next() => anyhow::bail!("a worker of the relay crashed: {ended:?}"),
    }
    stop.cancel();
    workers.join_all().await;
    info!("the relay has stopped");
    Ok(())
}

/// A ledger that was away at start, or does not answer for a while, is looked for: [`Ledger::check`] makes it ready.
async fn watch(ledger: Arc<dyn Ledger>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    let mut away = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match ledger.check().await {
            Err(error) if !away => {
                away = true;
                warn!(%error, "the ledger is away");
            }
            Ok(()) if away => {
                away = false;
                info!("the ledger is back");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
