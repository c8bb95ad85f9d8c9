//! A cluster for one test: servers and a relay in this process, on the real engines, with a database of their own.

mod client;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use frontrow_domain::clock::SystemClock;
use frontrow_engines::holds::redis::RedisHolds;
use frontrow_engines::ledger::mongo::MongoLedger;
use frontrow_engines::log::kafka::KafkaLog;
use frontrow_relay::{carrier, generator::Generator};
use frontrow_server::{Engines, Server};
use frontrow_settings::Settings;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use client::TestClient;
pub(crate) use socket::{Frame, TestSocket};

/// What a test may wait for at most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const PASSWORD: &str = "correct horse battery";
const ADMIN: &str = "admin@example.org";

pub(crate) fn engine(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests through `cargo xtask test`"))
}

/// See the module. Dropping it stops the relay and the servers with the test's runtime.
pub(crate) struct TestCluster {
    pub(crate) servers: Vec<Server>,
    pub(crate) engines: Engines,
    pub(crate) settings: Settings,
    relay: CancellationToken,
}

impl TestCluster {
    pub(crate) async fn start(servers: usize) -> Self {
        Self::with(servers, |_| {}).await
    }

    /// A cluster whose settings a test has changed.
    pub(crate) async fn with(servers: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let name = format!("it-{}", Uuid::new_v4().simple());
        let mut settings = Settings::defaults();
        settings.redis.url = engine("FRONTROW_TEST_REDIS");
        settings.mongo.url = engine("FRONTROW_TEST_MONGO");
        settings.mongo.database.clone_from(&name);
        settings.kafka.brokers = engine("FRONTROW_TEST_KAFKA");
        settings.kafka.topic_prefix.clone_from(&name);
        settings.auth.signing_key_file = std::env::temp_dir().join(&name).join("key.pem");
        settings.limits.trusted_addresses = vec!["127.0.0.1".parse().expect("an address")];
        change(&mut settings);
        let engines = Engines {
            holds: Arc::new(RedisHolds::connect(&settings.redis.url).await.expect("redis")),
            ledger: Arc::new(MongoLedger::connect(&settings.mongo.url, &name).await.expect("mongodb")),
            log: Arc::new(KafkaLog::connect(&settings.kafka.brokers, &name).await.expect("kafka")),
        };
        let mut cluster = Self { servers: Vec::new(), engines, settings, relay: CancellationToken::new() };
        for _ in 0..servers {
            cluster.add_server().await;
        }
        cluster.start_relay();
        cluster
    }

    pub(crate) async fn add_server(&mut self) {
        let mut settings = self.settings.clone();
        settings.server.name = format!("server-{}", self.servers.len() + 1);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server =
            Server::start(settings, self.engines.clone(), Arc::new(SystemClock), listener, None).expect("a server");
        server.create_admin(ADMIN, PASSWORD).await.expect("an administrator");
        self.servers.push(server);
    }

    fn start_relay(&self) {
        let (ledger, log) = (Arc::clone(&self.engines.ledger), Arc::clone(&self.engines.log));
        let poll = Duration::from_millis(self.settings.relay.poll_ms);
        tokio::spawn(carrier::run(Arc::clone(&ledger), Arc::clone(&log), "relay".into(), poll, self.relay.clone()));
        let generator = Generator { ledger, log, clock: Arc::new(SystemClock), name: "relay".into(), batch_seats: 500 };
        tokio::spawn(generator.run(self.relay.clone()));
    }

    /// `127.0.0.1:PORT` of a server.
    pub(crate) fn address(&self, server: usize) -> String {
        self.servers[server].address.to_string()
    }

    /// A client that has not signed in.
    pub(crate) fn anonymous(&self, server: usize) -> TestClient {
        TestClient::new(&self.address(server))
    }

    pub(crate) async fn admin(&self, server: usize) -> TestClient {
        let mut client = self.anonymous(server);
        client.sign_in(ADMIN, PASSWORD).await;
        client
    }

    /// A new customer, signed in.
    pub(crate) async fn buyer(&self, server: usize) -> TestClient {
        let mut client = self.anonymous(server);
        client.register(&format!("{}@example.org", Uuid::new_v4().simple())).await;
        client
    }

    /// So many different people with valid access tokens. They are signed here with the servers' key: registering
    /// hundreds would hash hundreds of passwords, and a hold looks at nothing but the token.
    pub(crate) async fn crowd(&self, people: usize) -> Vec<TestClient> {
        let pattern = self.buyer(0).await.token.expect("a token");
        let header = jsonwebtoken::decode_header(&pattern).expect("a header");
        let claims = pattern.split('.').nth(1).expect("claims");
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        let pem = std::fs::read(&self.settings.auth.signing_key_file).expect("the key");
        let key = jsonwebtoken::EncodingKey::from_ed_pem(&pem).expect("a key");
        let person = |_| {
            let mut claims = claims.clone();
            claims["sub"] = json!(Uuid::now_v7());
            let token = jsonwebtoken::encode(&header, &claims, &key).expect("a token");
            TestClient { token: Some(token), ..self.anonymous(0) }
        };
        (0..people).map(person).collect()
    }

    /// A new organizer, signed in.
    pub(crate) async fn organizer(&self, server: usize) -> TestClient {
        let email = format!("{}@example.org", Uuid::new_v4().simple());
        let mut client = self.anonymous(server);
        let id = client.register(&email).await;
        let promoted =
            self.admin(server).await.post(&format!("admin/users/{id}/role"), json!({"role": "organizer"})).await;
        assert_eq!(promoted.status, 200, "{promoted:?}");
        client.sign_in(&email, PASSWORD).await;
        client
    }

    /// An event of `seats` seats that is on sale, created by an administrator; `change` edits the request.
    pub(crate) async fn event(&self, seats: u32, change: impl FnOnce(&mut Value)) -> String {
        let mut wish = new_event(seats);
        wish["on_sale"] = json!(true);
        change(&mut wish);
        let admin = self.admin(0).await;
        let created = admin.post_with_key("events", wish, &Uuid::new_v4().to_string()).await;
        assert_eq!(created.status, 202, "{created:?}");
        let id = created.body["id"].as_str().expect("an id").to_owned();
        admin.wait_for_event(&id, |event| event["status"] != "generating").await;
        id
    }

    pub(crate) async fn socket(&self, server: usize, event: &str) -> TestSocket {
        TestSocket::open(&self.address(server), event, "frontrow.v1.json").await
    }

    /// A socket that is signed in as the client.
    pub(crate) async fn socket_of(&self, server: usize, event: &str, client: &TestClient) -> TestSocket {
        let mut socket = self.socket(server, event).await;
        let ticket = client.post("auth/ws-ticket", json!({})).await;
        let reply = socket.command(json!({"type": "auth", "ref": "auth", "ticket": ticket.body["ticket"]})).await;
        assert_eq!(reply["ok"], true, "{reply}");
        socket
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        self.relay.cancel();
        if let Some(folder) = self.settings.auth.signing_key_file.parent() {
            std::fs::remove_dir_all(folder).ok();
        }
    }
}

/// The body of `POST events` for a studio with one section, seats `A-1`, `A-2`, ...
pub(crate) fn new_event(seats: u32) -> Value {
    json!({
        "name": "Final", "venue": "Studio", "starts_at": "2030-06-12T18:00:00Z", "currency": "EUR",
        "plan": studio(seats), "prices": {"Stalls": 7500},
    })
}

pub(crate) fn studio(seats: u32) -> Value {
    let seat = |n: u32| {
        json!({
            "seat_guid": format!("A-{n}"), "seat_number": n.to_string(), "category": "Stalls",
            "position": {"x": n * 25, "y": 0},
        })
    };
    json!({
        "name": "Studio", "size": {"width": 1000, "height": 100},
        "categories": [{"name": "Stalls", "color": "#123456"}],
        "zones": [{
            "name": "Block A", "zone_id": "A", "position": {"x": 0, "y": 0},
            "rows": [{"row_number": "1", "position": {"x": 0, "y": 0}, "seats": (1..=seats).map(seat).collect::<Vec<_>>()}],
        }],
    })
}
