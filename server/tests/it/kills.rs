//! A server that dies at each step of a purchase, as if it had been killed there: the buyer's browser sends the same
//! request again, and there is one order, one charge, and the books balance. And one that dies while it tells a room.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Engine, Frame, PASSWORD, PATIENCE, TestClient, TestSocket, TestStack, new_event};

crate::journeys!([
    i5_killed_after_the_hold,
    i5_killed_after_the_claim_in_the_store,
    i5_killed_after_the_claim_in_the_ledger,
    i5_killed_after_the_capture,
    i3_killed_after_the_commit_before_the_reply,
    i5_killed_before_the_money_is_given_back,
    i5_what_a_crash_left_is_finished_without_anybody_asking,
    c_killed_in_the_middle_of_a_broadcast,
]);

async fn i5_killed_after_the_hold(engine: Engine) {
    one_purchase(engine, "held").await;
}

async fn i5_killed_after_the_claim_in_the_store(engine: Engine) {
    one_purchase(engine, "claimed_in_store").await;
}

async fn i5_killed_after_the_claim_in_the_ledger(engine: Engine) {
    one_purchase(engine, "claimed_in_ledger").await;
}

async fn i5_killed_after_the_capture(engine: Engine) {
    one_purchase(engine, "captured").await;
}

async fn i3_killed_after_the_commit_before_the_reply(engine: Engine) {
    one_purchase(engine, "sold").await;
}

/// A server in a process of its own. In a cluster it shares everything with the stack's server; embedded it has a file of
/// its own.
struct Mortal {
    child: Child,
    address: String,
}

impl Mortal {
    async fn start(stack: &TestStack, address: &str, failpoint: Option<&str>) -> Self {
        let mut program = stack.program();
        program
            .env("FRONTROW__EMBEDDED__FILE", stack.settings.mail.dir.with_file_name("mortal.db"))
            .env("FRONTROW__SERVER__ADDR", address)
            .env("FRONTROW__SERVER__NAME", "mortal")
            .env("FRONTROW_ADMIN_EMAIL", "admin@example.org")
            .env("FRONTROW_ADMIN_PASSWORD", PASSWORD)
            .env_remove("FRONTROW_FAILPOINTS")
            .envs(failpoint.map(|place| ("FRONTROW_FAILPOINTS", format!("{place}=abort:1"))))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mortal = Self { child: program.spawn().unwrap(), address: address.to_owned() };
        let ready = async {
            let url = format!("http://{address}/readyz");
            while !reqwest::get(&url).await.is_ok_and(|reply| reply.status() == 200) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it gets ready");
        mortal
    }

    fn is_dead(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it is dead, and starts it again at the same address; when it was found to be dead.
    async fn come_back(&mut self, stack: &TestStack) -> Instant {
        let death = async {
            while !self.is_dead() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, death).await.expect("it dies where it should");
        let died = Instant::now();
        let address = self.address.clone();
        *self = Self::start(stack, &address, None).await;
        died
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A request that may meet a dying server.
async fn try_post(client: &TestClient, path: &str, body: &Value, key: &str) -> Option<(u16, Value)> {
    let request = client
        .http
        .request(Method::POST, format!("{}/api/v1/{path}", client.base))
        .bearer_auth(client.token.as_ref().unwrap())
        .header("Idempotency-Key", key)
        .json(body);
    let reply = request.send().await.ok()?;
    let status = reply.status().as_u16();
    Some((status, reply.json().await.ok()?))
}

/// Sends the same request until somebody answers it, starting the server again when it has died. Says how often it died.
async fn insist(
    stack: &TestStack,
    mortal: &mut Mortal,
    client: &TestClient,
    path: &str,
    body: Value,
) -> ((u16, Value), u32) {
    let (key, mut deaths) = (Uuid::new_v4().to_string(), 0);
    let answered = async {
        loop {
            match try_post(client, path, &body, &key).await {
                Some((409, problem)) if problem["code"] == "idempotency_in_flight" => {}
                Some((503, _)) => {}
                Some(answer) => return answer,
                None if mortal.is_dead() => {
                    deaths += 1;
                    let address = mortal.address.clone();
                    *mortal = Mortal::start(stack, &address, None).await;
                }
                None => {}
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, answered).await.expect("an answer");
    (answer, deaths)
}

/// A mortal server that dies at `failpoint`, and Ada, who holds two seats of an event there.
struct Scene {
    stack: TestStack,
    mortal: Mortal,
    ada: TestClient,
    event: String,
}

impl Scene {
    /// `notices`: whether the provider has anybody to tell, namely the mortal server.
    async fn set(engine: Engine, failpoint: &str, notices: bool) -> Self {
        let stack = TestStack::with(engine, 1, |settings| settings.limits.request_lapse_ms = 1_000).await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mortal = Mortal::start(&stack, &address, Some(failpoint)).await;
        // Only the mortal server hears the provider: what it misses must be found.
        let webhook = format!("http://{address}/api/v1/payments/webhook");
        let webhooks = if notices { vec![webhook] } else { Vec::new() };
        stack.provider.as_ref().unwrap().set_webhooks(&webhooks).unwrap();
        let mut admin = TestClient::new(&address);
        admin.sign_in("admin@example.org", PASSWORD).await;
        let mut wish = new_event(4);
        wish["on_sale"] = json!(true);
        let event = admin.post_with_key("events", wish, "event").await.body["id"].as_str().unwrap().to_owned();
        admin.wait_for_event(&event, |event| event["status"] == "on_sale").await;
        let mut ada = TestClient::new(&address);
        ada.register("ada@example.org").await;
        assert_eq!(ada.hold(&event, &["A-1", "A-2"]).await.status, 201);
        Self { stack, mortal, ada, event }
    }
}

async fn one_purchase(engine: Engine, failpoint: &str) {
    let Scene { stack, mut mortal, ada, event } = Scene::set(engine, failpoint, true).await;
    let body = json!({"event_id": event});
    let ((mut status, mut order), mut deaths) = insist(&stack, &mut mortal, &ada, "orders", body.clone()).await;
    if status != 201 {
        // Embedded holds die with their server; the buyer is told, and takes the seats again.
        let nothing_was_committed = ["held", "claimed_in_store"].contains(&failpoint);
        assert!(engine == Engine::Embedded && nothing_was_committed, "{status} {order}");
        assert_eq!(order["code"], "empty_cart");
        assert_eq!(ada.hold(&event, &["A-1", "A-2"]).await.status, 201);
        ((status, order), _) = insist(&stack, &mut mortal, &ada, "orders", body).await;
    }
    assert_eq!(status, 201, "{order}");
    assert_eq!(order["seats"].as_array().unwrap().len(), 2, "{order}");
    let payment = format!("payments/{}/confirm", order["payment"]["id"].as_str().unwrap());
    let ((status, paid), more) = insist(&stack, &mut mortal, &ada, &payment, json!({"method": "card_ok"})).await;
    deaths += more;
    assert_eq!((status, &paid["status"]), (200, &json!("confirmed")), "{paid}");
    assert_eq!(deaths, 1, "it died where it should");
    assert_eq!(paid["tickets"].as_array().unwrap().len(), 2);

    let orders = ada.get("orders").await.body;
    assert_eq!(orders["items"].as_array().unwrap().len(), 1, "one order: {orders}");
    let tickets = ada.get("tickets").await.body;
    assert_eq!(tickets["items"].as_array().unwrap().len(), 2, "one ticket for every seat: {tickets}");
    let books = stack.provider_books().await;
    assert_eq!(books.values().collect::<Vec<_>>(), [&(15_000, 0)], "charged once");
    let state = ada.get(&format!("events/{event}")).await.body;
    assert_eq!(state["counts"], json!({"available": 2, "held": 0, "sold": 2, "blocked": 0}));
}

/// The seats are free again and the refund is due, but nobody has asked the provider for it.
async fn i5_killed_before_the_money_is_given_back(engine: Engine) {
    let Scene { stack, mut mortal, ada, event } = Scene::set(engine, "refunding", true).await;
    let order = ada.order(&event).await.body;
    assert_eq!(ada.pay(&order, "card_ok").await.body["status"], "confirmed");
    let mut admin = ada.clone();
    admin.sign_in("admin@example.org", PASSWORD).await;
    let path = format!("orders/{}/refund", order["id"].as_str().unwrap());
    let ((status, refunded), deaths) = insist(&stack, &mut mortal, &admin, &path, json!({})).await;
    assert_eq!((status, &refunded["status"]), (200, &json!("refunded")), "{refunded}");
    assert_eq!(deaths, 1, "it died where it should");
    let given_back = async {
        while stack.provider_books().await.values().collect::<Vec<_>>() != [&(15_000, 15_000)] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, given_back).await.expect("the money is given back, once");
    let state = ada.get(&format!("events/{event}")).await.body;
    assert_eq!(state["counts"], json!({"available": 4, "held": 0, "sold": 0, "blocked": 0}));
}

/// One of two watchers has the frame, the other has not: when they come back both see what is true.
async fn c_killed_in_the_middle_of_a_broadcast(engine: Engine) {
    let Scene { stack, mut mortal, ada, event } = Scene::set(engine, "broadcasting", true).await;
    let watch = async || {
        let mut watcher = TestSocket::open(&mortal.address, &event, "frontrow.v1.json").await;
        // Who comes early is told of Ada's hold; the server is to die at the next one.
        watcher.wait_for_seat(1, 1).await;
        watcher
    };
    let mut watchers = [watch().await, watch().await];
    // The answer may be gone before the room has heard of it.
    try_post(&ada, &format!("events/{event}/holds"), &json!({"seats": ["A-3"]}), "hold").await;
    let mut heard = Vec::new();
    for (number, watcher) in watchers.iter_mut().enumerate() {
        loop {
            match watcher.next().await {
                Frame::Json(frame) if frame["type"] == "delta" => heard.push((number, frame)),
                Frame::Closed(_) => break,
                _ => {}
            }
        }
    }
    assert_eq!(heard.len(), 1, "it died in the middle: {heard:?}");
    mortal.come_back(&stack).await;

    let truth = ada.get(&format!("events/{event}/state")).await.body;
    for watcher in &watchers {
        let known = format!("?epoch={}&seq={}", watcher.epoch, watcher.seq);
        let url = format!("ws://{}/ws/v1/events/{event}{known}", mortal.address);
        let mut back = TestSocket::connect(&url, &[]).await.unwrap();
        back.wait_for("hello").await;
        assert_eq!(back.wait_for("snapshot").await["hash"], truth["hash"], "it goes on from nothing it was told");
        // Embedded holds die with their server.
        let held = u8::from(engine == Engine::Cluster);
        assert_eq!(back.states, [held, held, held, 0]);
    }
}

/// The buyer has closed the browser, and the provider tells nobody: only whoever looks finds it.
async fn i5_what_a_crash_left_is_finished_without_anybody_asking(engine: Engine) {
    let Scene { stack, mut mortal, ada, event } = Scene::set(engine, "captured", false).await;
    let order = ada.order(&event).await.body;
    let payment = format!("payments/{}/confirm", order["payment"]["id"].as_str().unwrap());
    assert_eq!(try_post(&ada, &payment, &json!({"method": "card_ok"}), "pay").await, None);
    let died = mortal.come_back(&stack).await;
    let confirmed = ada.wait_for_order(&order, |order| order["status"] == "confirmed").await;
    assert_eq!(confirmed["tickets"].as_array().unwrap().len(), 2);
    let took = died.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(stack.provider_books().await.values().collect::<Vec<_>>(), [&(15_000, 0)]);
    drop(mortal);
}
