//! No secret gets into a log: a real server and a real provider, as talkative as they can be, through a whole purchase in which
//! every secret is one of a kind. Whatever they wrote is searched for all of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::shopping::key;
use crate::support::{PATIENCE, TestClient, TestSocket, new_event};

/// Long secrets are searched for by their ends as well: some logs cut.
const END_CHARS: usize = 20;
/// Stands in the log on purpose: the searching has to find it.
const LOGGED_NAME: &str = "server-canary-5f2c9e";

/// Something that must not be in any log.
struct Canary {
    what: &'static str,
    secret: String,
}

/// What was found in a text, by its kind.
fn found_in(text: &str, canaries: &[Canary]) -> Vec<&'static str> {
    let leaks = |canary: &&Canary| {
        let secret = canary.secret.as_str();
        let (head, tail) = (&secret[..secret.len().min(END_CHARS)], &secret[secret.len().saturating_sub(END_CHARS)..]);
        [secret, head, tail].iter().any(|part| text.contains(part))
    };
    canaries.iter().filter(leaks).map(|canary| canary.what).collect()
}

/// Two processes in a folder of their own, with their output in files.
struct Loud {
    folder: PathBuf,
    address: String,
    processes: Vec<Child>,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn unique(what: &str) -> String {
    format!("{what}-{}", Uuid::new_v4().simple())
}

impl Loud {
    async fn start(level: &str, secrets: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(unique("frontrow-canaries"));
        fs::create_dir(&folder).unwrap();
        let (server, provider) = (free_port(), free_port());
        let (address, provider) = (format!("127.0.0.1:{server}"), format!("127.0.0.1:{provider}"));
        let mut loud = Self { folder, address, processes: Vec::new() };
        let mut program = Command::new(env!("CARGO_BIN_EXE_frontrow-mockpay"));
        program.args(["--addr", &provider, "--file", "mockpay.db", "--webhook"]);
        program.arg(format!("http://{}/api/v1/payments/webhook", loud.address));
        loud.run(program, "mockpay", level, secrets);
        let mut program = Command::new(env!("CARGO_BIN_EXE_frontrow-server"));
        program
            .env("FRONTROW__SERVER__ADDR", &loud.address)
            .env("FRONTROW__SERVER__NAME", LOGGED_NAME)
            .env("FRONTROW__PAYMENTS__URL", format!("http://{provider}"))
            .env("FRONTROW_ADMIN_EMAIL", "admin@example.org")
            .env_remove("FRONTROW_CONFIG");
        loud.run(program, "server", level, secrets);
        let ready = async {
            let url = format!("http://{}/readyz", loud.address);
            while !reqwest::get(&url).await.is_ok_and(|reply| reply.status() == 200) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it gets ready");
        loud
    }

    fn run(&mut self, mut program: Command, name: &str, level: &str, secrets: &[(&str, &str)]) {
        let output = |kind: &str| File::create(self.folder.join(format!("{name}.{kind}"))).unwrap();
        program.current_dir(&self.folder).env("RUST_LOG", level).envs(secrets.iter().copied());
        self.processes.push(program.stdout(output("stdout")).stderr(output("stderr")).spawn().unwrap());
    }

    /// Ends both, softly, and gives back everything that they have ever written to their output.
    fn output(mut self) -> String {
        for mut process in self.processes.drain(..).rev() {
            Command::new("kill").arg(process.id().to_string()).status().unwrap();
            process.wait().unwrap();
        }
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap();
        ["server.stdout", "server.stderr", "mockpay.stdout", "mockpay.stderr"].map(read).join("\n")
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        for process in &mut self.processes {
            process.kill().ok();
            process.wait().ok();
        }
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Everything that a person and a thief would do with secrets; all secrets that came up.
async fn journey(loud: &Loud, admin_password: &str) -> Vec<Canary> {
    let mut secrets = Vec::new();
    let mut note = |what, secret: &str| {
        assert!(secret.len() >= 16, "{what} is a secret: {secret:?}");
        secrets.push(Canary { what, secret: secret.to_owned() });
    };
    let mut admin = TestClient::new(&loud.address);
    admin.sign_in("admin@example.org", admin_password).await;
    note("the administrator's access token", admin.token.as_deref().unwrap());
    let id = event(&admin).await;

    let (password, wrong) = (unique("password"), unique("wrong-password"));
    let mut buyer = TestClient::new(&loud.address);
    let ada = json!({"email": "ada@example.org", "password": password, "name": "Ada"});
    let registered = buyer.post("auth/register", ada.clone()).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = buyer.post("auth/login", ada).await;
    let guess = json!({"email": "ada@example.org", "password": wrong});
    assert_eq!(buyer.post("auth/login", guess).await.status, 401);
    let refreshed = buyer.post("auth/refresh", json!({})).await;
    note("the password", &password);
    note("a wrong password", &wrong);
    for (what, reply) in [("a first login", &registered), ("a login", &login), ("a refreshed login", &refreshed)] {
        assert!(reply.status < 300, "{what}: {reply:?}");
        note("an access token", reply.body["access_token"].as_str().unwrap());
        note("a refresh token", reply.cookie().split_once('=').unwrap().1);
    }
    buyer.token = refreshed.body["access_token"].as_str().map(str::to_owned);

    let (cookie, token, ticket) = (unique("cookie"), unique("bearer"), unique("socket-ticket"));
    let stolen = [("Cookie", format!("frontrow_refresh={cookie}")), ("Authorization", format!("Bearer {token}"))];
    let stolen: Vec<_> = stolen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let thief = TestClient { token: None, ..TestClient::new(&loud.address) };
    assert_eq!(thief.request(Method::GET, "auth/me", None, &stolen).await.status, 401);
    assert_eq!(thief.request(Method::POST, "auth/refresh", None, &stolen).await.status, 401);
    note("a cookie", &cookie);
    note("a forged token", &token);

    let mut socket = TestSocket::open(&loud.address, &id, "frontrow.v1.json").await;
    for frame in
        [json!({"type": "auth", "ref": 1, "ticket": ticket}), json!({"type": "auth", "ref": 2, "ticket": [ticket]})]
    {
        assert_eq!(socket.command(frame).await["ok"], false);
    }
    let granted = buyer.post("auth/ws-ticket", json!({})).await.body["ticket"].as_str().unwrap().to_owned();
    assert_eq!(socket.command(json!({"type": "auth", "ref": 3, "ticket": granted})).await["ok"], true);
    note("a guessed socket ticket", &ticket);
    note("a socket ticket", &granted);

    let card = format!("4242424242424242-{}", Uuid::new_v4().simple());
    let order = buyer.hold_and_order(&id, &["A-1"]).await;
    assert_eq!(buyer.pay_with_key(&order, &card, &key()).await.status, 422, "no method of this provider");
    let paid = buyer.pay(&order, "card_ok").await;
    assert_eq!(paid.status, 200, "{paid:?}");
    note("a card number", &card);
    note("a payment's secret", order["payment"]["client_secret"].as_str().unwrap());
    note("a ticket's code", paid.body["tickets"][0]["code"].as_str().unwrap());
    let code = json!({"code": paid.body["tickets"][0]["code"]});
    assert_eq!(admin.post("check-ins", code).await.status, 200);

    assert_eq!(buyer.post("auth/password-reset", json!({"email": "ada@example.org"})).await.status, 202);
    for (what, page) in
        [("a token to prove the address", "verify-email"), ("a token for a new password", "reset-password")]
    {
        note(what, &mailed_token(&loud.folder.join("data/mail"), page).await);
    }
    let reset = secrets.last().map(|canary| canary.secret.clone()).unwrap();
    let new_password = unique("new-password");
    let done = buyer.post("auth/password-reset/confirm", json!({"token": reset, "password": new_password})).await;
    assert_eq!(done.status, 204, "{done:?}");
    secrets.push(Canary { what: "a new password", secret: new_password });
    secrets
}

async fn event(admin: &TestClient) -> String {
    let mut wish = new_event(4);
    wish["on_sale"] = json!(true);
    let created = admin.post_with_key("events", wish, &key()).await;
    let id = created.body["id"].as_str().unwrap().to_owned();
    admin.wait_for_event(&id, |event: &Value| event["status"] == "on_sale").await;
    id
}

/// The one-time token of the mail with a link to this page.
async fn mailed_token(folder: &Path, page: &str) -> String {
    let link = format!("/{page}#token=");
    let arrived = async {
        loop {
            let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
            let texts = files.filter(|path| path.extension().is_some_and(|kind| kind == "txt"));
            let token = texts.filter_map(|path| fs::read_to_string(path).ok()).find_map(|text| {
                text.split_once(&link).map(|(_, rest)| rest.split_whitespace().next().unwrap_or_default().to_owned())
            });
            match token {
                Some(token) => return token,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.expect("a mail in time")
}

#[tokio::test]
async fn no_secret_is_logged() {
    let (admin_password, api_key, webhook_secret) =
        (unique("admin-password"), unique("api-key"), unique("webhook-secret"));
    let loud = Loud::start(
        "debug",
        &[
            ("FRONTROW_ADMIN_PASSWORD", &admin_password),
            ("FRONTROW__PAYMENTS__API_KEY", &api_key),
            ("FRONTROW__PAYMENTS__WEBHOOK_SECRET", &webhook_secret),
            ("FRONTROW_MOCKPAY_SECRET", &api_key),
            ("FRONTROW_MOCKPAY_WEBHOOK_SECRET", &webhook_secret),
        ],
    )
    .await;
    let mut canaries = journey(&loud, &admin_password).await;
    canaries.extend([
        Canary { what: "the administrator's password", secret: admin_password },
        Canary { what: "the provider's key", secret: api_key },
        Canary { what: "the webhook's secret", secret: webhook_secret },
    ]);
    let output = loud.output();
    assert_eq!(found_in(&output, &canaries), [] as [&str; 0]);
    assert!(canaries.len() >= 20, "{}", canaries.len());
    // That nothing was found says something only if everything was written down and would have been found.
    assert!(output.contains("\"level\":\"DEBUG\""), "the logs are as talkative as they can be");
    let on_purpose = [Canary { what: "the server's name", secret: LOGGED_NAME.into() }];
    assert_eq!(found_in(&output, &on_purpose), ["the server's name"]);
    for leak in &canaries {
        let cut = &leak.secret[..leak.secret.len().min(END_CHARS)];
        let line = format!("{output}\n{{\"level\":\"DEBUG\",\"header\":\"Bearer {cut}...\"}}");
        assert!(found_in(&line, &canaries).contains(&leak.what), "{}", leak.what);
    }
}
