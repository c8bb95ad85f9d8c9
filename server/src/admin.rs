//! `frontrow-server admin`: what an operator does from a terminal, while servers run or not.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_engines::ledger::Ledger;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::ledger::sqlite::SqliteLedger;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_engines::log::outbox::OutboxLog;
use frontrow_engines::log::{DeadLetter, Log};
use frontrow_relay::dead_letters;
use frontrow_settings::{Engine, Settings};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Messages that could not be dealt with.
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Add a key for access tokens; it signs a minute later. Removes keys that nothing valid was signed with.
    RotateKeys {
        /// Add a key for tickets instead; the older ones stay.
        #[arg(long)]
        tickets: bool,
    },
    /// Copy the embedded engine's file while it is in use.
    Backup {
        /// A file that does not exist yet.
        to: PathBuf,
    },
}

#[derive(clap::Subcommand)]
pub(crate) enum DeadLetters {
    /// Show them, oldest first.
    List,
    /// Give them to their readers again; doing it twice does no harm.
    Replay {
        /// The number that `list` shows.
        #[arg(required_unless_present = "all")]
        letters: Vec<i64>,
        /// Every letter that is a message.
        #[arg(long)]
        all: bool,
    },
}

pub(crate) async fn run(settings: &Settings, command: Command) -> anyhow::Result<()> {
    match command {
        Command::DeadLetters(DeadLetters::List) => list(settings).await,
        Command::DeadLetters(DeadLetters::Replay { letters, all }) => replay(settings, &letters, all).await,
        Command::RotateKeys { tickets: false } => rotate_keys(settings),
        Command::RotateKeys { tickets: true } => {
            println!("added the ticket key {}", frontrow_server::add_ticket_key(&settings.auth.keys_dir)?);
            Ok(())
        }
        Command::Backup { to } => backup(settings, &to).await,
    }
}

/// Ledger and log of the deployment; the file of the embedded engine is shared with the server that runs on it.
async fn engines(settings: &Settings) -> anyhow::Result<(Arc<dyn Ledger>, Arc<dyn Log>)> {
    if settings.engine == Engine::Embedded {
        let ledger = SqliteLedger::attach(&settings.embedded.file)?;
        return Ok((Arc::new(ledger.clone()), Arc::new(OutboxLog::new(ledger))));
    }
    let ledger = MongoLedger::connect(&settings.mongo.url, &settings.mongo.database).await?;
    ledger.check().await?;
    let kafka = &settings.kafka;
    Ok((Arc::new(ledger), Arc::new(KafkaLog::new(&kafka.brokers, &kafka.topic_prefix, kafka.replicas)?)))
}

async fn list(settings: &Settings) -> anyhow::Result<()> {
    let (_, log) = engines(settings).await?;
    let letters = log.dead_letters().await?;
    println!("{} dead letters", letters.len());
    for letter in &letters {
        let DeadLetter { offset, at, reason, payload } = letter;
        let what = dead_letters::message(letter).map_or_else(
            || format!("{} unreadable bytes", payload.len()),
            |message| format!("{} of event {}", message.fact.kind(), message.event_id),
        );
        println!("{offset:>8}  {at}  {what}: {reason}");
    }
    Ok(())
}

async fn replay(settings: &Settings, wanted: &[i64], all: bool) -> anyhow::Result<()> {
    let (ledger, log) = engines(settings).await?;
    let mut letters = log.dead_letters().await?;
    if all {
        letters.retain(|letter| dead_letters::message(letter).is_some());
    } else {
        let missing = wanted.iter().find(|&&number| !letters.iter().any(|letter| letter.offset == number));
        anyhow::ensure!(missing.is_none(), "there is no letter {}", missing.unwrap_or(&0));
        letters.retain(|letter| wanted.contains(&letter.offset));
    }
    for letter in &letters {
        dead_letters::replay(ledger.as_ref(), log.as_ref(), letter, SystemClock.now()).await?;
        println!("replayed letter {}", letter.offset);
    }
    Ok(())
}

fn rotate_keys(settings: &Settings) -> anyhow::Result<()> {
    let auth = &settings.auth;
    let activation = Duration::from_secs(auth.key_activation_s.into());
    let token_ttl = Duration::from_secs(auth.access_ttl_s.into());
    let (key_id, removed) = frontrow_server::rotate_keys(&auth.keys_dir, SystemClock.now(), activation, token_ttl)?;
    println!("added the key {key_id}: it verifies within seconds and signs in {} s", activation.as_secs());
    frontrow_server::ensure_ticket_key(&auth.keys_dir)?;
    for path in removed {
        println!("removed {}, which nothing valid was signed with", path.display());
    }
    Ok(())
}

async fn backup(settings: &Settings, to: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        settings.engine == Engine::Embedded,
        "this copies the embedded engine's file; a cluster is backed up with MongoDB's own tools"
    );
    let ledger = SqliteLedger::attach(&settings.embedded.file)?;
    ledger.backup(to).await.with_context(|| format!("copying to {}", to.display()))?;
    println!("copied {} to {}", settings.embedded.file.display(), to.display());
    Ok(())
}
