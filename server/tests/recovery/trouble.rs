//! What happens to the engines, one trouble at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use frontrow_domain::clock::SystemClock;
use frontrow_domain::ids::EventId;
use frontrow_server::{Engines, Server};
use mongodb::bson::doc;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use crate::bench::Bench;
use crate::engines::empty;

const BACK: Duration = Duration::from_mins(1);

impl Bench {
    pub(crate) async fn redis_emptied(&mut self) {
        self.let_people_buy().await;
        let client = redis::Client::open(self.engines.redis_url.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await.unwrap();
        self.settle("redis: FLUSHALL", Duration::ZERO, false).await;
    }

    pub(crate) async fn redis_killed(&mut self, dead: Duration) {
        self.let_people_buy().await;
        let away = self.kill("redis", dead, async || self.stack.engines.holds.check().await.is_ok()).await;
        self.settle("redis: kill -9", away, false).await;
    }

    /// Another server takes its place, with nothing in it.
    pub(crate) async fn redis_replaced(&mut self) {
        self.let_people_buy().await;
        self.engines.keep_dead();
        self.engines.kill("redis");
        sleep(Duration::from_millis(300)).await;
        empty(&self.engines.data("redis"));
        self.engines.let_live();
        let away = until(async || self.stack.engines.holds.check().await.is_ok()).await;
        self.settle("redis: replaced by an empty one", away, false).await;
    }

    /// It takes connections and says nothing: nobody waits for it for long.
    pub(crate) async fn redis_stopped(&mut self, stopped: Duration) {
        self.let_people_buy().await;
        self.engines.signal("redis", "STOP");
        sleep(stopped).await;
        self.engines.signal("redis", "CONT");
        let back = until(async || self.stack.engines.holds.check().await.is_ok()).await;
        self.settle("redis: SIGSTOP", stopped + back, false).await;
    }

    /// Keys of sold seats, the buyers' sets and the stream are deleted behind everybody's back: only a comparison finds it.
    pub(crate) async fn redis_partly_lost(&mut self) {
        self.let_people_buy().await;
        let client = redis::Client::open(self.engines.redis_url.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut lost = Vec::new();
        for pattern in ["seat:*", "buyer:*", "changes:*"] {
            let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
            for key in keys {
                let sold = !key.starts_with("seat:") || {
                    let value: Option<String> = redis::cmd("GET").arg(&key).query_async(&mut connection).await.unwrap();
                    value.is_some_and(|value| value.starts_with("s|"))
                };
                lost.extend(sold.then_some(key));
            }
        }
        redis::cmd("DEL").arg(lost).query_async::<()>(&mut connection).await.unwrap();
        self.settle("redis: sold seats deleted", Duration::ZERO, true).await;
    }

    pub(crate) async fn mongo_stepped_down(&mut self) {
        self.let_people_buy().await;
        let client = mongodb::Client::with_uri_str(&self.engines.mongo_url).await.unwrap();
        let down = doc! {"replSetStepDown": 3, "force": true};
        // The primary may hang up before it answers.
        client.database("admin").run_command(down).await.ok();
        let away = until(async || self.can_write().await).await;
        self.settle("mongodb: primary stepped down", away, false).await;
    }

    pub(crate) async fn mongo_killed(&mut self, dead: Duration) {
        self.let_people_buy().await;
        let away = self.kill("mongo", dead, async || self.can_write().await).await;
        self.settle("mongodb: kill -9", away, false).await;
    }

    pub(crate) async fn mongo_stopped(&mut self, stopped: Duration) {
        self.let_people_buy().await;
        self.engines.signal("mongo", "STOP");
        sleep(stopped).await;
        self.engines.signal("mongo", "CONT");
        let back = until(async || self.can_write().await).await;
        self.settle("mongodb: SIGSTOP", stopped + back, false).await;
    }

    /// Nobody who holds or orders may notice.
    pub(crate) async fn kafka_killed(&mut self, dead: Duration) {
        use std::sync::atomic::Ordering::SeqCst;
        self.let_people_buy().await;
        let before = (self.work.refused.load(SeqCst), self.work.orders_failed.load(SeqCst));
        let away = self.kill("kafka", dead, async || self.stack.engines.log.check().await.is_ok()).await;
        let after = (self.work.refused.load(SeqCst), self.work.orders_failed.load(SeqCst));
        assert_eq!(before, after, "I8: with Kafka down booking goes on");
        self.settle("kafka: kill -9", away, false).await;
    }

    /// A server that starts while nothing is there says so, and gets ready by itself.
    pub(crate) async fn everything_away_at_start(&mut self) {
        self.let_people_buy().await;
        self.engines.keep_dead();
        let died = Instant::now();
        for engine in ["redis", "mongo", "kafka"] {
            self.engines.kill(engine);
        }
        let started = Instant::now();
        let late = LateServer::start(self).await;
        assert_eq!(late.readyz().await.0, 503);
        assert!(started.elapsed() < Duration::from_secs(5), "it listens at once: {:?}", started.elapsed());
        assert_eq!(late.get_event(self.event).await, 503);
        self.engines.let_live();
        let ready = until(async || late.readyz().await == (200, "ready".into())).await;
        println!(
            "a server that was started while nothing was there: ready {} ms after the engines came",
            ready.as_millis()
        );
        let event = self.event.to_string();
        let mut socket = crate::support::TestSocket::open(&late.address, &event, "frontrow.v1.json").await;
        socket.wait_for("beacon").await;
        late.server.stop().await;
        self.settle("everything: kill -9", died.elapsed(), false).await;
    }

    /// Kills an engine, leaves it dead for a while, and waits until it is back. Gives back how long it was away.
    async fn kill(&self, engine: &str, dead: Duration, back: impl AsyncFn() -> bool) -> Duration {
        let died = Instant::now();
        self.engines.keep_dead();
        self.engines.kill(engine);
        sleep(dead).await;
        self.engines.let_live();
        // The old one must be seen dead before a new one can be seen alive.
        sleep(Duration::from_millis(100)).await;
        until(back).await;
        died.elapsed()
    }

    async fn can_write(&self) -> bool {
        // A primary that is none any more still answers a ping.
        let position = [(0, 0)].into();
        self.stack.engines.ledger.save_log_position("probe", &position).await.is_ok()
    }
}

/// A server that is started while its engines are away.
struct LateServer {
    server: Server,
    address: String,
}

impl LateServer {
    async fn start(bench: &Bench) -> Self {
        let mut settings = bench.stack.settings.clone();
        settings.server.name = "late".into();
        let engines =
            Engines::open(&settings, Arc::new(SystemClock)).await.expect("an engine that is away is no error");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::start(settings, engines, Arc::new(SystemClock), listener, None, None).unwrap();
        let address = server.address.to_string();
        Self { server, address }
    }

    async fn readyz(&self) -> (u16, String) {
        let reply = reqwest::get(format!("http://{}/readyz", self.address)).await.unwrap();
        let (status, body) = (reply.status().as_u16(), reply.json::<serde_json::Value>().await.unwrap());
        (status, body["status"].as_str().unwrap().to_owned())
    }

    async fn get_event(&self, event: EventId) -> u16 {
        let asked = Instant::now();
        let reply = reqwest::get(format!("http://{}/api/v1/events/{event}", self.address)).await.unwrap();
        assert!(asked.elapsed() < Duration::from_secs(1), "S6: refused within a second: {:?}", asked.elapsed());
        reply.status().as_u16()
    }
}

async fn until(condition: impl AsyncFn() -> bool) -> Duration {
    let started = Instant::now();
    let holds = async {
        while !condition().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(BACK, holds).await.expect("the engine comes back");
    started.elapsed()
}
