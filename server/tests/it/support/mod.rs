//! A Frontrow for one test, in this process: on the embedded engine, or servers and a relay on the real engines, with a
//! database of their own.

pub(crate) mod client;
pub(crate) mod document;
pub(crate) mod shopping;
mod socket;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use frontrow_domain::clock::{Clock, SystemClock, UnixMs};
use frontrow_domain::ids::{Ordinal, OutboxId};
use frontrow_domain::journal::{Action, Entry};
use frontrow_relay::{carrier, generator::Generator};
use frontrow_server::mockpay::{self, Delays, MockPay};
use frontrow_server::{Engines, FirstAdmin, Server};
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

/// What a stack runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One server on a file of its own.
    Embedded,
    /// Servers and a relay on real Redis, MongoDB and Kafka.
    Cluster,
}

/// The machine's clock, moved ahead by a test.
#[derive(Debug, Default)]
pub(crate) struct TestClock {
    ahead_ms: AtomicI64,
}

impl Clock for TestClock {
    fn now(&self) -> UnixMs {
        SystemClock.now().plus_ms(self.ahead_ms.load(Ordering::Relaxed))
    }
}

/// See the module. Dropping it stops the relay and the servers with the test's runtime.
pub(crate) struct TestStack {
    pub(crate) servers: Vec<Server>,
    pub(crate) engines: Engines,
    pub(crate) settings: Settings,
    /// The payment provider, on a file of its own.
    pub(crate) provider: Option<MockPay>,
    clock: Arc<TestClock>,
    /// Keys, mails and, on the embedded engine, the ledger's file.
    folder: PathBuf,
    relay: CancellationToken,
}

impl TestStack {
    /// So many servers; on the embedded engine one, which then is every one of them.
    pub(crate) async fn start(engine: Engine, servers: usize) -> Self {
        Self::with(engine, servers, |_| {}).await
    }

    /// A stack whose settings a test has changed.
    pub(crate) async fn with(engine: Engine, servers: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings_of(engine);
        change(&mut settings);
        let folder = settings.mail.dir.parent().expect("a folder for everything").to_owned();
        let clock = Arc::new(TestClock::default());
        let provider = start_provider(&mut settings, &folder).await;
        let engines = Engines::open(&settings, Arc::clone(&clock) as _).await.expect("the engines");
        // What a server does all the time, done once before the first request of a test.
        engines.log.check().await.expect("the log");
        let relay = CancellationToken::new();
        let mut stack = Self { servers: Vec::new(), engines, settings, provider: Some(provider), clock, folder, relay };
        let servers = if engine == Engine::Embedded { 1 } else { servers };
        for _ in 0..servers {
            stack.add_server().await;
        }
        if engine == Engine::Cluster {
            stack.start_relay();
        }
        let webhooks: Vec<_> = (0..stack.servers.len()).map(|server| stack.webhook(server)).collect();
        stack.provider.as_ref().expect("a provider").set_webhooks(&webhooks).expect("an open file");
        stack
    }

    /// Where a server hears the provider.
    pub(crate) fn webhook(&self, server: usize) -> String {
        format!("http://{}/api/v1/payments/webhook", self.address(server))
    }

    /// Ends the provider; its file stays.
    pub(crate) async fn stop_provider(&mut self) {
        self.provider.take().expect("a provider").stop().await;
    }

    /// Starts the provider again, on the same file and port.
    pub(crate) async fn restart_provider(&mut self) {
        let webhooks = [self.webhook(0)];
        self.restart_provider_unheard().await;
        self.provider.as_ref().expect("a provider").set_webhooks(&webhooks).expect("an open file");
    }

    /// The same, and nobody hears what it has to say.
    pub(crate) async fn restart_provider_unheard(&mut self) {
        self.provider = Some(start_provider(&mut self.settings, &self.folder).await);
    }

    pub(crate) async fn add_server(&mut self) {
        let mut settings = self.settings.clone();
        settings.server.name = format!("server-{}", self.servers.len() + 1);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (engines, clock) = (self.engines.clone(), Arc::clone(&self.clock) as _);
        let admin = FirstAdmin { email: ADMIN.into(), password: PASSWORD.into() };
        let server = Server::start(settings, engines, clock, listener, None, Some(admin)).expect("a server");
        let ready = async {
            let url = format!("http://{}/readyz", server.address);
            while !reqwest::get(&url).await.is_ok_and(|reply| reply.status() == 200) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("a server that is ready");
        self.servers.push(server);
    }

    fn start_relay(&self) {
        let (ledger, log) = (Arc::clone(&self.engines.ledger), Arc::clone(&self.engines.log));
        let settings = self.settings.relay.clone();
        tokio::spawn(carrier::run(Arc::clone(&ledger), Arc::clone(&log), settings, self.relay.clone()));
        let generator = Generator { ledger, log, clock: Arc::new(SystemClock), name: "relay".into(), batch_seats: 500 };
        tokio::spawn(generator.run(self.relay.clone()));
    }

    /// The server's program with the settings of this stack in its environment.
    pub(crate) fn program(&self) -> std::process::Command {
        let settings = &self.settings;
        let engine = if settings.engine == frontrow_settings::Engine::Cluster { "cluster" } else { "embedded" };
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_frontrow-server"));
        program
            .env("FRONTROW__ENGINE", engine)
            .env("FRONTROW__EMBEDDED__FILE", &settings.embedded.file)
            .env("FRONTROW__REDIS__URL", &settings.redis.url)
            .env("FRONTROW__MONGO__URL", &settings.mongo.url)
            .env("FRONTROW__MONGO__DATABASE", &settings.mongo.database)
            .env("FRONTROW__KAFKA__BROKERS", &settings.kafka.brokers)
            .env("FRONTROW__KAFKA__TOPIC_PREFIX", &settings.kafka.topic_prefix)
            .env("FRONTROW__AUTH__KEYS_DIR", &settings.auth.keys_dir)
            .env("FRONTROW__MAIL__DIR", &settings.mail.dir)
            .env("FRONTROW__PAYMENTS__URL", &settings.payments.url)
            .env("FRONTROW__LIMITS__REQUEST_LAPSE_MS", settings.limits.request_lapse_ms.to_string())
            .env("FRONTROW__LIMITS__TRUSTED_ADDRESSES", "[\"127.0.0.1\"]");
        program
    }

    /// Runs `frontrow-server admin ...`; what it printed.
    pub(crate) async fn admin_command(&self, arguments: &[&str]) -> String {
        let mut program = self.program();
        program.arg("admin").args(arguments);
        let done = tokio::task::spawn_blocking(move || program.output()).await.unwrap().expect("it runs");
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{out}{err}");
        out.into_owned()
    }

    /// Moves the servers' clock ahead. The engines of a cluster keep their own time.
    pub(crate) fn advance(&self, ms: i64) {
        self.clock.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// The texts of the mails that were sent to an address, oldest first; waits until there are so many.
    pub(crate) async fn mails(&self, to: &str, count: usize) -> Vec<String> {
        let line = format!("To: {to}\n");
        let arrived = async {
            loop {
                let files = std::fs::read_dir(&self.settings.mail.dir).into_iter().flatten().flatten();
                let mut paths: Vec<_> = files
                    .map(|file| file.path())
                    .filter(|path| path.extension().is_some_and(|kind| kind == "txt"))
                    .collect();
                paths.sort();
                let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a whole mail"));
                let theirs: Vec<_> = texts.filter(|text| text.starts_with(&line)).collect();
                if theirs.len() >= count {
                    return theirs;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.expect("mails in time")
    }

    /// `127.0.0.1:PORT` of a server.
    pub(crate) fn address(&self, server: usize) -> String {
        self.servers[server % self.servers.len()].address.to_string()
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
        let pem = std::fs::read(self.settings.auth.keys_dir.join("access-token-1.pem")).expect("the key");
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
        let admin = self.admin(0).await;
        self.event_of(&admin, seats, change).await
    }

    /// The same, created by somebody else.
    pub(crate) async fn event_of(&self, organizer: &TestClient, seats: u32, change: impl FnOnce(&mut Value)) -> String {
        let mut wish = new_event(seats);
        wish["on_sale"] = json!(true);
        change(&mut wish);
        let created = organizer.post_with_key("events", wish, &Uuid::new_v4().to_string()).await;
        assert_eq!(created.status, 202, "{created:?}");
        let id = created.body["id"].as_str().expect("an id").to_owned();
        organizer.wait_for_event(&id, |event| event["status"] != "generating").await;
        id
    }

    pub(crate) async fn socket(&self, server: usize, event: &str) -> TestSocket {
        TestSocket::open(&self.address(server), event, "frontrow.v1.json").await
    }

    /// An admin socket that nobody has signed in yet.
    pub(crate) async fn door(&self, server: usize, event: &str) -> TestSocket {
        let url = format!("ws://{}/ws/v1/admin/events/{event}", self.address(server));
        TestSocket::connect(&url, &[]).await.expect("an upgrade")
    }

    /// An admin socket that is signed in as the client, who runs the event.
    pub(crate) async fn admin_socket(&self, server: usize, event: &str, client: &TestClient) -> TestSocket {
        let mut socket = self.door(server, event).await;
        let reply = socket.sign_in(client).await;
        assert_eq!(reply["ok"], true, "{reply}");
        socket.wait_for("snapshot").await;
        socket
    }

    /// A socket that is signed in as the client.
    pub(crate) async fn socket_of(&self, server: usize, event: &str, client: &TestClient) -> TestSocket {
        let mut socket = self.socket(server, event).await;
        let reply = socket.sign_in(client).await;
        assert_eq!(reply["ok"], true, "{reply}");
        socket
    }
}

impl Drop for TestStack {
    fn drop(&mut self) {
        self.relay.cancel();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Cards that are slow are so for a shorter time than with people.
const DELAYS: Delays = Delays { slow_ms: 600, late_ms: 11_500, hang_ms: 8_000 };

async fn start_provider(settings: &mut Settings, folder: &std::path::Path) -> MockPay {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut options = mockpay::Options::development(folder.join("mockpay.db"));
    options.delays = DELAYS;
    // The first time any port, later the one that the servers know.
    let known = settings.payments.url.strip_prefix("http://").unwrap_or_default().to_owned();
    let address = if settings.payments.url == Settings::defaults().payments.url { "127.0.0.1:0".into() } else { known };
    let listener = TcpListener::bind(address).await.expect("a port");
    let provider = MockPay::start(options, Arc::new(SystemClock), listener).expect("a provider");
    settings.payments.url = format!("http://{}", provider.address);
    provider
}

/// Names, folders and topics that no other test has.
fn settings_of(engine: Engine) -> Settings {
    let name = format!("it-{}", Uuid::new_v4().simple());
    let folder = std::env::temp_dir().join(&name);
    let mut settings = Settings::defaults();
    settings.auth.keys_dir = folder.join("keys");
    settings.mail.dir = folder.join("mail");
    settings.limits.trusted_addresses = vec!["127.0.0.1".parse().expect("an address")];
    match engine {
        Engine::Embedded => {
            settings.engine = frontrow_settings::Engine::Embedded;
            settings.embedded.file = folder.join("frontrow.db");
        }
        Engine::Cluster => {
            settings.engine = frontrow_settings::Engine::Cluster;
            settings.redis.url = self::engine("FRONTROW_TEST_REDIS");
            settings.mongo.url = self::engine("FRONTROW_TEST_MONGO");
            settings.mongo.database.clone_from(&name);
            settings.kafka.brokers = self::engine("FRONTROW_TEST_KAFKA");
            settings.kafka.topic_prefix = name;
        }
    }
    settings
}

/// A line of the journal about one seat, for tests that go past the servers.
pub(crate) fn entry(action: Action, seat: Ordinal) -> Entry {
    let (id, at) = (OutboxId(Uuid::now_v7()), SystemClock.now());
    Entry { id, at, by: None, action, seats: vec![seat], order_id: None, reason: None }
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
