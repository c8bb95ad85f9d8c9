//! The program itself on the embedded engine: one file, one process, settings that are checked, deaths that lose nothing.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use crate::support::client::Reply;
use crate::support::{PASSWORD, PATIENCE, TestClient, TestSocket, new_event};

const ADMIN: &str = "admin@example.org";

/// A folder with everything that a small theatre has.
struct Theatre {
    folder: PathBuf,
    address: String,
}

impl Theatre {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("frontrow-theatre-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder, address: format!("127.0.0.1:{port}") }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("frontrow.db")
    }

    /// The program as it is started in the folder: everything else is a default.
    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_frontrow-server"));
        program
            .current_dir(&self.folder)
            .env("FRONTROW__SERVER__ADDR", &self.address)
            .env("FRONTROW__EMBEDDED__FILE", self.file())
            .env("FRONTROW__LIMITS__TRUSTED_ADDRESSES", "[\"127.0.0.1\"]")
            .env("FRONTROW_ADMIN_EMAIL", ADMIN)
            .env("FRONTROW_ADMIN_PASSWORD", PASSWORD)
            .env_remove("FRONTROW_CONFIG");
        program
    }

    async fn start(&self) -> Running {
        let child = self.program().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ready = async {
            let url = format!("http://{}/readyz", self.address);
            while !reqwest::get(&url).await.is_ok_and(|reply| reply.status() == 200) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let running = Running(child);
        tokio::time::timeout(PATIENCE, ready).await.expect("it gets ready");
        running
    }

    /// Runs to the end; it is expected to end by itself.
    fn output(&self, arguments: &[&str], env: &[(&str, &str)]) -> Output {
        self.program().args(arguments).envs(env.iter().copied()).output().unwrap()
    }

    async fn admin(&self) -> TestClient {
        let mut admin = TestClient::new(&self.address);
        admin.sign_in(ADMIN, PASSWORD).await;
        admin
    }
}

impl Drop for Theatre {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// An event of four seats, under the same key every time.
async fn create_event(admin: &TestClient) -> Reply {
    let mut event = new_event(4);
    event["on_sale"] = json!(true);
    admin.post_with_key("events", event, "k").await
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn i3_what_was_acknowledged_survives_kill_9_and_holds_are_over() {
    let theatre = Theatre::new();
    let mut running = theatre.start().await;
    let admin = theatre.admin().await;
    let created = create_event(&admin).await;
    assert_eq!(created.status, 202, "{created:?}");
    let id = created.body["id"].as_str().unwrap().to_owned();
    admin.wait_for_event(&id, |event| event["status"] == "on_sale").await;
    let mut ada = TestClient::new(&theatre.address);
    ada.register("ada@example.org").await;
    assert_eq!(ada.hold(&id, &["A-1"]).await.status, 201);
    let mut old = TestSocket::open(&theatre.address, &id, "frontrow.v1.json").await;
    old.wait_for_seat(0, 1).await;

    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let started = Instant::now();
    let _running = theatre.start().await;
    assert!(started.elapsed() < Duration::from_secs(3), "S6: ready again after {:?}", started.elapsed());
    assert_eq!(ada.post("auth/refresh", json!({})).await.status, 200, "the login goes on");
    let resume = format!("ws://{}/ws/v1/events/{id}?epoch={}&seq={}", theatre.address, old.epoch, old.seq);
    let mut back = TestSocket::connect(&resume, &[]).await.unwrap();
    back.wait_for("snapshot").await;
    assert_eq!(back.states, [0, 0, 0, 0], "embedded holds do not outlive the process");
    assert_ne!(back.epoch, old.epoch);
    assert_eq!(ada.hold(&id, &["A-1", "A-2"]).await.status, 201);
    let replayed = create_event(&admin).await;
    assert_eq!((replayed.header("idempotency-replayed"), &replayed.bytes), ("true", &created.bytes));
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_refused() {
    let theatre = Theatre::new();
    let _running = theatre.start().await;
    let second = theatre.output(&[], &[("FRONTROW__SERVER__ADDR", "127.0.0.1:0")]);
    assert!(!second.status.success());
    assert!(said(&second).contains("another Frontrow is using"), "{}", said(&second));
    assert_eq!(theatre.admin().await.get("auth/me").await.status, 200, "the first one does not notice");
}

#[tokio::test]
async fn a_damaged_foreign_or_newer_file_gets_a_sentence_and_stays_as_it_is() {
    let theatre = Theatre::new();
    drop(theatre.start().await);
    // A clean end leaves one whole file.
    let mut running = theatre.start().await;
    Command::new("kill").arg(running.0.id().to_string()).status().unwrap();
    running.0.wait().unwrap();
    let good = fs::read(theatre.file()).unwrap();
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    let mut damaged = good.clone();
    let page = damaged.len() / 2;
    damaged[page..page + 2_000].fill(0xa5);
    for (bytes, sentence) in [
        (b"Dear diary, this is no database at all.".repeat(50), "is not a database"),
        (damaged, "damaged"),
        (newer, "newer"),
    ] {
        fs::write(theatre.file(), &bytes).unwrap();
        let refused = theatre.output(&[], &[]);
        assert!(!refused.status.success());
        let said = said(&refused);
        assert!(said.contains(sentence) && said.contains("frontrow.db"), "{sentence}: {said}");
        assert_eq!(fs::read(theatre.file()).unwrap(), bytes, "untouched: {sentence}");
    }
    fs::write(theatre.file(), good).unwrap();
    theatre.start().await;
}

#[tokio::test]
async fn a_file_that_was_removed_is_noticed_and_nothing_more_is_promised() {
    let theatre = Theatre::new();
    let _running = theatre.start().await;
    let admin = theatre.admin().await;
    fs::rename(theatre.file(), theatre.folder.join("elsewhere.db")).unwrap();
    let noticed = async {
        while reqwest::get(format!("http://{}/readyz", theatre.address)).await.unwrap().status() != 503 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.expect("it says that it is not ready");
    let refused = create_event(&admin).await;
    assert_eq!((refused.status, refused.code()), (503, "unavailable"));
    fs::rename(theatre.folder.join("elsewhere.db"), theatre.file()).unwrap();
    let back = async {
        while create_event(&admin).await.status != 202 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it goes on with the same file");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(theatre.file()).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "nobody else may read it: {mode:o}");
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_a_whole_file() {
    let theatre = Theatre::new();
    let _running = theatre.start().await;
    let mut ada = TestClient::new(&theatre.address);
    ada.register("ada@example.org").await;
    let done = theatre.output(&["admin", "backup", "copy.db"], &[]);
    assert!(done.status.success(), "{}", said(&done));
    let again = theatre.output(&["admin", "backup", "copy.db"], &[]);
    assert!(!again.status.success(), "nothing is overwritten");

    let restored = Theatre::new();
    fs::copy(theatre.folder.join("copy.db"), restored.file()).unwrap();
    let _running = restored.start().await;
    TestClient::new(&restored.address).sign_in("ada@example.org", PASSWORD).await;
}

#[tokio::test]
async fn sigterm_says_goodbye_and_ends_within_ten_seconds() {
    let theatre = Theatre::new();
    let mut running = theatre.start().await;
    let admin = theatre.admin().await;
    let created = create_event(&admin).await;
    let id = created.body["id"].as_str().unwrap().to_owned();
    admin.wait_for_event(&id, |event| event["status"] == "on_sale").await;
    let mut socket = TestSocket::open(&theatre.address, &id, "frontrow.v1.json").await;
    // A client that never reads must not hold up the end.
    let _silent = TestSocket::open(&theatre.address, &id, "frontrow.v1.json").await;
    let asked = Instant::now();
    Command::new("kill").arg(running.0.id().to_string()).status().unwrap();
    assert_eq!(socket.wait_for_close().await, (Some("shutting_down".into()), 1001));
    let status = tokio::task::spawn_blocking(move || running.0.wait()).await.unwrap().unwrap();
    assert!(status.success() && asked.elapsed() < Duration::from_secs(10), "{status} after {:?}", asked.elapsed());
}

#[test]
fn settings_are_checked_before_anything_is_opened() {
    let theatre = Theatre::new();
    let fine = theatre.output(&["--check-config"], &[]);
    assert!(fine.status.success() && String::from_utf8_lossy(&fine.stdout).contains("the settings are fine"));
    let production = |more: &[(&'static str, &'static str)]| {
        let mut env = vec![
            ("FRONTROW__PROFILE", "production"),
            ("FRONTROW__SERVER__PUBLIC_URL", "https://tickets.example.org"),
            ("FRONTROW__MAIL__TRANSPORT", "smtp"),
            ("FRONTROW__LIMITS__TRUSTED_ADDRESSES", "[]"),
            ("FRONTROW__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
            ("FRONTROW__MAIL__SMTP_URL", "smtps://mail.example.org"),
            ("FRONTROW__MAIL__FROM", "Tickets <tickets@example.org>"),
            ("FRONTROW__PAYMENTS__API_KEY", "4YpRs8mVt2qWx6zAb1cDe3fG"),
            ("FRONTROW__PAYMENTS__WEBHOOK_SECRET", "9hJkLmNoPqRsTuVwXyZ12345"),
        ];
        env.extend(more);
        theatre.output(&["--check-config"], &env)
    };
    let no_key = said(&production(&[]));
    assert!(no_key.contains("rotate-keys"), "{no_key}");
    assert!(theatre.output(&["admin", "rotate-keys"], &[]).status.success());
    assert!(production(&[]).status.success(), "{}", said(&production(&[])));
    for (setting, value, named) in [
        ("FRONTROW__SERVER__ADRESS", "127.0.0.1:1", "adress"),
        ("FRONTROW__ENGINE", "floppy", "floppy"),
        ("FRONTROW__AUTH__SECURE_COOKIES", "never", "auth.secure_cookies"),
        ("FRONTROW__SERVER__ALLOWED_ORIGINS", "[\"*\"]", "server.allowed_origins"),
        ("FRONTROW__MAIL__TRANSPORT", "file", "mail.transport"),
        ("FRONTROW__PAYMENTS__API_KEY", "frontrow-development-payment-key", "payments.api_key"),
        ("FRONTROW_ADMIN_PASSWORD", "front-row-admin", "FRONTROW_ADMIN_PASSWORD"),
        ("FRONTROW_FAILPOINT", "paid", "FRONTROW_FAILPOINT"),
        ("FRONTROW_MUTANT", "1", "FRONTROW_MUTANT"),
    ] {
        let refused = production(&[(setting, value)]);
        assert!(!refused.status.success(), "{setting}={value}");
        assert!(said(&refused).contains(named), "{setting}={value}: {}", said(&refused));
    }
    assert!(!theatre.file().exists(), "nothing was opened");
}
