//! The log: the broker killed, the topic gone with everything that was in it. Booking goes on; facts reach everybody later.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::metadata::MetadataTopic;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::{PATIENCE, Scene};

const NAME: &str = "kafka";
const TOPIC: &str = "frontrow.inventory";
/// As many as the relay makes.
const PARTITIONS: i32 = 6;
const ANSWER: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Scene<'_> {
    pub(super) async fn kill_kafka(&self) -> Result<String> {
        self.begins("kill -9");
        let killed = Instant::now();
        self.stage.engines.kill(NAME, self.strike.lasts, |_| ()).await?;
        self.every_partition_has_a_leader().await?;
        Ok(format!("leads {} ms after kill -9", killed.elapsed().as_millis()))
    }

    /// Deleted and created again: positions that were saved now lie behind the end.
    pub(super) async fn topic_amnesia(&self) -> Result<String> {
        self.begins(TOPIC);
        let (asked, admin) = (Instant::now(), self.kafka()?);
        let options = AdminOptions::new().operation_timeout(Some(ANSWER)).request_timeout(Some(ANSWER * 5));
        admin.delete_topics(&[TOPIC], &options).await?;
        // Deleting goes on behind the answer; until it is done the name is taken.
        loop {
            let topic = NewTopic::new(TOPIC, PARTITIONS, TopicReplication::Fixed(1));
            let created = admin.create_topics(&[topic], &options).await?;
            if created.iter().all(Result::is_ok) {
                break;
            }
            if asked.elapsed() > PATIENCE {
                bail!("the topic was deleted and cannot be created: {created:?}");
            }
            sleep(LOOK_EVERY).await;
        }
        self.every_partition_has_a_leader().await?;
        Ok(format!("empty after {} ms", asked.elapsed().as_millis()))
    }

    fn kafka(&self) -> Result<AdminClient<DefaultClientContext>> {
        let mut config = ClientConfig::new();
        // What it says about a broker that was killed is known.
        config.set("bootstrap.servers", &self.stage.kafka).set("log_level", "0");
        Ok(config.create()?)
    }

    async fn every_partition_has_a_leader(&self) -> Result<()> {
        let (asked, admin) = (Instant::now(), self.kafka()?);
        let look = move || {
            while asked.elapsed() < PATIENCE {
                let known = admin.inner().fetch_metadata(Some(TOPIC), ANSWER);
                let topic = known.as_ref().ok().and_then(|known| known.topics().first());
                let partitions = topic.map_or([].as_slice(), MetadataTopic::partitions);
                if !partitions.is_empty() && partitions.iter().all(|partition| partition.leader() >= 0) {
                    return Some(());
                }
            }
            None
        };
        spawn_blocking(look).await?.context("Kafka did not come back")
    }
}
