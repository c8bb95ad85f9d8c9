//! What a server stands on, opened as the settings say.

use std::sync::Arc;

use anyhow::Context as _;
use frontrow_domain::clock::Clock;
use frontrow_engines::holds::Holds;
use frontrow_engines::holds::book::BookHolds;
use frontrow_engines::holds::redis::RedisHolds;
use frontrow_engines::ledger::Ledger;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::ledger::sqlite::SqliteLedger;
use frontrow_engines::log::Log;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_engines::log::outbox::OutboxLog;
use frontrow_engines::mail::{FileMail, Mail, SmtpMail};
use frontrow_engines::payments::{HttpPayments, Payments};
use frontrow_settings::{Engine, MailTransport, Settings};

/// What a server stands on.
#[derive(Clone)]
pub struct Engines {
    /// Who has a seat for the next minutes.
    pub holds: Arc<dyn Holds>,
    /// The truth.
    pub ledger: Arc<dyn Ledger>,
    /// Carries facts to every server.
    pub log: Arc<dyn Log>,
    /// Takes letters to people.
    pub mail: Arc<dyn Mail>,
    /// Takes money and gives it back.
    pub payments: Arc<dyn Payments>,
}

impl Engines {
    /// Opens what the settings name. A server of the cluster that cannot be reached is looked for until it is there; a
    /// file that cannot be used is an error.
    pub async fn open(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        match settings.engine {
            Engine::Embedded => Self::embedded(settings, clock),
            Engine::Cluster => Self::cluster(settings).await,
        }
    }

    fn embedded(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let ledger = SqliteLedger::open(&settings.embedded.file)?;
        Ok(Self {
            holds: Arc::new(BookHolds::new(clock)),
            log: Arc::new(OutboxLog::new(ledger.clone())),
            ledger: Arc::new(ledger),
            mail: mail(settings)?,
            payments: payments(settings)?,
        })
    }

    async fn cluster(settings: &Settings) -> anyhow::Result<Self> {
        let (holds, ledger) = tokio::join!(
            RedisHolds::connect(&settings.redis.url),
            MongoLedger::connect(&settings.mongo.url, &settings.mongo.database),
        );
        let kafka = &settings.kafka;
        let log = KafkaLog::new(&kafka.brokers, &kafka.topic_prefix, kafka.replicas).context("starting the log")?;
        Ok(Self {
            holds: Arc::new(holds.context("starting the holds")?),
            ledger: Arc::new(ledger.context("starting the ledger")?),
            log: Arc::new(log),
            mail: mail(settings)?,
            payments: payments(settings)?,
        })
    }
}

fn mail(settings: &Settings) -> anyhow::Result<Arc<dyn Mail>> {
    let settings = &settings.mail;
    Ok(match settings.transport {
        MailTransport::File => Arc::new(FileMail::new(settings.dir.clone())),
        MailTransport::Smtp => Arc::new(SmtpMail::new(&settings.smtp_url, &settings.from)?),
    })
}

fn payments(settings: &Settings) -> anyhow::Result<Arc<dyn Payments>> {
    let settings = &settings.payments;
    let payments = HttpPayments::new(&settings.url, &settings.api_key, &settings.webhook_secret);
    Ok(Arc::new(payments.context("starting the payments")?))
}
