//! The inventory log in Apache Kafka: idempotent producer with `acks=all`, one topic for facts, one for dead letters.

use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::inventory::InventoryMessage;
use futures_util::future::try_join_all;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::sync::{OnceCell, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{DeadLetter, Delivered, Entry as LogEntry, GroupReader, Log, LogError, TailReader};
use crate::ledger::LogPosition;

/// Enough for as many generators to share the work; order is promised per event only.
const PARTITIONS: i32 = 6;
/// How long librdkafka tries to deliver before it says that it could not. The outbox row is then sent again.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a commit may take. Without it the entry is delivered again, to no effect.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a look at whether the brokers answer may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
/// How long looking up topics and partitions may take.
const METADATA_TIMEOUT: Duration = Duration::from_secs(5);

/// The adapter.
#[derive(Clone)]
pub struct KafkaLog {
    brokers: String,
    prefix: String,
    replicas: i32,
    /// Whether the topics exist, as far as is known.
    prepared: Arc<OnceCell<()>>,
    facts: Arc<str>,
    dead_letters: Arc<str>,
    producer: FutureProducer,
}

impl KafkaLog {
    /// A log over `{prefix}.inventory` and `{prefix}.dead-letters`. The first call that reaches the brokers creates the
    /// topics if they are missing, with `replicas` copies of every partition.
    pub fn new(brokers: &str, prefix: &str, replicas: i32) -> Result<Self, LogError> {
        let producer: FutureProducer = client(brokers)
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("linger.ms", "1")
            .set("message.timeout.ms", DELIVERY_TIMEOUT.as_millis().to_string())
            .create()
            .map_err(unreachable)?;
        Ok(Self {
            brokers: brokers.to_owned(),
            prefix: prefix.to_owned(),
            replicas,
            prepared: Arc::default(),
            facts: format!("{prefix}.inventory").into(),
            dead_letters: format!("{prefix}.dead-letters").into(),
            producer,
        })
    }

    async fn prepare(&self) -> Result<(), LogError> {
        self.prepared.get_or_try_init(|| self.create_topics()).await.copied()
    }

    async fn create_topics(&self) -> Result<(), LogError> {
        let admin: AdminClient<DefaultClientContext> = client(&self.brokers).create().map_err(unreachable)?;
        let topics = [(&self.facts, PARTITIONS), (&self.dead_letters, 1)]
            .map(|(name, partitions)| NewTopic::new(name, partitions, TopicReplication::Fixed(self.replicas)));
        let options =
            AdminOptions::new().operation_timeout(Some(METADATA_TIMEOUT)).request_timeout(Some(METADATA_TIMEOUT));
        for created in admin.create_topics(&topics, &options).await.map_err(unreachable)? {
            match created {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => return Err(LogError(format!("the topic {topic} cannot be created: {code}"))),
            }
        }
        Ok(())
    }

    /// The position with an offset for every partition: "from now on" becomes a number, so that what comes next is
    /// not missed by a reader that starts again before it has read anything there.
    async fn resolve(&self, mut position: LogPosition) -> Result<LogPosition, LogError> {
        position.retain(|&partition, _| (0..PARTITIONS).contains(&partition));
        let (producer, topic) = (self.producer.clone(), Arc::clone(&self.facts));
        let resolve = move || {
            for partition in 0..PARTITIONS {
                if let Entry::Vacant(unknown) = position.entry(partition) {
                    let (_, end) = producer.client().fetch_watermarks(&topic, partition, METADATA_TIMEOUT)?;
                    unknown.insert(end);
                }
            }
            Ok(position)
        };
        spawn_blocking(resolve).await.map_err(|error| LogError(error.to_string()))?.map_err(unreachable)
    }

    /// A reader by itself. The group is only a name here: nothing is ever committed to it.
    fn reader(&self, group: &str) -> Result<StreamConsumer, LogError> {
        let mut config = reader(&self.brokers);
        config.set("group.id", group).set("auto.offset.reset", "earliest").create().map_err(unreachable)
    }

    async fn send(&self, record: FutureRecord<'_, str, [u8]>) -> Result<(), LogError> {
        let delivered = self.producer.send(record, DELIVERY_TIMEOUT).await;
        delivered.map(drop).map_err(|(error, _)| unreachable(error))
    }
}

#[async_trait]
impl Log for KafkaLog {
    async fn publish(&self, messages: &[InventoryMessage]) -> Result<(), LogError> {
        self.prepare().await?;
        let sends = messages.iter().map(|message| async move {
            let payload = serde_json::to_vec(message).map_err(|error| LogError(error.to_string()))?;
            let key = message.event_id.to_string();
            self.send(FutureRecord::to(&self.facts).key(key.as_str()).payload(payload.as_slice())).await
        });
        try_join_all(sends).await.map(drop)
    }

    async fn bury(&self, payload: &[u8], reason: &str) -> Result<(), LogError> {
        self.prepare().await?;
        let headers = OwnedHeaders::new().insert(Header { key: "reason", value: Some(reason) });
        self.send(FutureRecord::to(&self.dead_letters).key("").payload(payload).headers(headers)).await
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, LogError> {
        self.prepare().await?;
        let (producer, topic) = (self.producer.clone(), Arc::clone(&self.dead_letters));
        let watermarks = move || producer.client().fetch_watermarks(&topic, 0, METADATA_TIMEOUT);
        let (first, end) =
            spawn_blocking(watermarks).await.map_err(|error| LogError(error.to_string()))?.map_err(unreachable)?;
        let consumer = ClosedElsewhere(Some(self.reader("frontrow-undertaker")?));
        let mut partition = TopicPartitionList::new();
        partition.add_partition_offset(&self.dead_letters, 0, Offset::Offset(first)).map_err(unreachable)?;
        consumer.assign(&partition).map_err(unreachable)?;
        let mut letters = Vec::new();
        let mut next = first;
        while next < end {
            let received = timeout(METADATA_TIMEOUT, consumer.recv()).await;
            let message =
                received.map_err(|_| LogError("the dead letters do not come".into()))?.map_err(unreachable)?;
            next = message.offset() + 1;
            letters.push(dead_letter(&message));
        }
        Ok(letters)
    }

    async fn join(&self, group: &str, member: &str) -> Result<Box<dyn GroupReader>, LogError> {
        self.prepare().await?;
        let consumer: StreamConsumer = reader(&self.brokers)
            .set("group.id", format!("{}.{group}", self.prefix))
            .set("group.instance.id", member)
            .set("auto.offset.reset", "earliest")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "500")
            .create()
            .map_err(unreachable)?;
        consumer.subscribe(&[&*self.facts]).map_err(unreachable)?;
        Ok(Box::new(KafkaGroup { topic: Arc::clone(&self.facts), consumer: Arc::new(ClosedElsewhere(Some(consumer))) }))
    }

    async fn tail(&self, position: &LogPosition) -> Result<Box<dyn TailReader>, LogError> {
        self.prepare().await?;
        let consumer = self.reader("frontrow-tail")?;
        let position = self.resolve(position.clone()).await?;
        let mut partitions = TopicPartitionList::new();
        for (&partition, &offset) in &position {
            partitions.add_partition_offset(&self.facts, partition, Offset::Offset(offset)).map_err(unreachable)?;
        }
        consumer.assign(&partitions).map_err(unreachable)?;
        Ok(Box::new(KafkaTail { consumer: ClosedElsewhere(Some(consumer)), position }))
    }

    async fn check(&self) -> Result<(), LogError> {
        let (producer, topic) = (self.producer.clone(), Arc::clone(&self.facts));
        let look = move || producer.client().fetch_metadata(Some(&topic), CHECK_TIMEOUT).map(drop);
        spawn_blocking(look).await.map_err(|error| LogError(error.to_string()))?.map_err(unreachable)?;
        self.prepare().await
    }
}

/// A consumer that is closed on a thread of its own. Closing waits for the broker and has been seen to wait for ever
/// when it interrupts a join; a runtime that is shutting down must not hang on that. Nothing is lost by not waiting:
/// what was dealt with is committed, and a static member does not leave its group when it closes.
struct ClosedElsewhere(Option<StreamConsumer>);

impl std::ops::Deref for ClosedElsewhere {
    type Target = StreamConsumer;

    fn deref(&self) -> &StreamConsumer {
        self.0.as_ref().expect("it is taken out by drop only")
    }
}

impl Drop for ClosedElsewhere {
    fn drop(&mut self) {
        let consumer = self.0.take();
        std::thread::spawn(move || drop(consumer));
    }
}

struct KafkaGroup {
    topic: Arc<str>,
    consumer: Arc<ClosedElsewhere>,
}

#[async_trait]
impl GroupReader for KafkaGroup {
    async fn next(&mut self) -> Result<Delivered, LogError> {
        receive(&self.consumer).await
    }

    async fn commit(&mut self, delivered: &Delivered) -> Result<(), LogError> {
        let mut position = TopicPartitionList::new();
        position
            .add_partition_offset(&self.topic, delivered.partition, Offset::Offset(delivered.offset + 1))
            .map_err(unreachable)?;
        let consumer = Arc::clone(&self.consumer);
        let (answer, answered) = oneshot::channel();
        // A synchronous commit waits for the broker's answer, for ever if there is no broker: not on a thread that the
        // runtime waits for when it stops.
        std::thread::spawn(move || answer.send(consumer.commit(&position, CommitMode::Sync)).ok());
        match timeout(COMMIT_TIMEOUT, answered).await {
            Ok(Ok(committed)) => committed.map_err(unreachable),
            Ok(Err(_gone)) => Err(LogError("the commit broke off".into())),
            Err(_elapsed) => Err(LogError("the broker does not answer a commit".into())),
        }
    }
}

struct KafkaTail {
    consumer: ClosedElsewhere,
    position: LogPosition,
}

#[async_trait]
impl TailReader for KafkaTail {
    fn position(&self) -> &LogPosition {
        &self.position
    }

    async fn next(&mut self) -> Result<Delivered, LogError> {
        let delivered = receive(&self.consumer).await?;
        self.position.insert(delivered.partition, delivered.offset + 1);
        Ok(delivered)
    }
}

async fn receive(consumer: &StreamConsumer) -> Result<Delivered, LogError> {
    let message = consumer.recv().await.map_err(unreachable)?;
    Ok(Delivered { partition: message.partition(), offset: message.offset(), entry: read(&message) })
}

fn read(message: &BorrowedMessage<'_>) -> LogEntry {
    let payload = message.payload().unwrap_or_default();
    match serde_json::from_slice(payload) {
        Ok(message) => LogEntry::Message(message),
        Err(error) => LogEntry::Poison { payload: payload.to_vec(), reason: error.to_string() },
    }
}

fn dead_letter(message: &BorrowedMessage<'_>) -> DeadLetter {
    let reason = message.headers().and_then(|headers| headers.iter().find(|header| header.key == "reason")?.value);
    DeadLetter {
        offset: message.offset(),
        at: UnixMs(message.timestamp().to_millis().unwrap_or_default()),
        reason: String::from_utf8_lossy(reason.unwrap_or_default()).into_owned(),
        payload: message.payload().unwrap_or_default().to_vec(),
    }
}

fn client(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", "frontrow")
        // The default waits up to ten seconds before it tries a broker again.
        .set("reconnect.backoff.max.ms", "500")
        .set("socket.keepalive.enable", "true")
        .set("log.connection.close", "false");
    config
}

fn reader(brokers: &str) -> ClientConfig {
    let mut config = client(brokers);
    config
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("fetch.wait.max.ms", "50")
        .set("allow.auto.create.topics", "false");
    config
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreachable(error: KafkaError) -> LogError {
    LogError(error.to_string())
}
