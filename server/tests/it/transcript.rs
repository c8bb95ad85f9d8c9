//! The transcript in `docs/purchase.md`: one purchase as it goes over the wire. This test makes it, and fails when what is
//! there is not true any more; with `FRONTROW_BLESS=1` it writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::{Engine, TestClient, TestStack, studio};

const HEAD: &str = "# One purchase, as it goes over the wire\n\n\
    Made by the test `a_purchase_is_as_the_transcript_says`, which fails when this page is not true any more\n\
    (`FRONTROW_BLESS=1 cargo xtask test --only rust transcript` writes it anew). Ids, secrets and times are replaced by words\n\
    in capitals; `ms` are rounded up to seconds.\n";

/// What was said so far, and which words stand for what changes with every run.
struct Transcript {
    text: String,
    words: Vec<(String, &'static str)>,
}

impl Transcript {
    fn say(&mut self, words: &str) {
        write!(self.text, "\n{words}\n").unwrap();
    }

    /// From here on `value` is written as `word`.
    fn name(&mut self, value: &Value, word: &'static str) {
        self.words.push((value.as_str().expect("a text").to_owned(), word));
    }

    async fn call(
        &mut self,
        client: &TestClient,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Reply {
        let who = if client.token.is_some() { "Authorization: Bearer ACCESS_TOKEN\n" } else { "" };
        let idempotency = key.map(|key| format!("Idempotency-Key: {key}\n")).unwrap_or_default();
        let sent = body.as_ref().map(|body| format!("\n{}\n", pretty(body))).unwrap_or_default();
        let headers: Vec<_> = key.map(|key| ("Idempotency-Key", key)).into_iter().collect();
        let reply = client.request(Method::from_bytes(method.as_bytes()).unwrap(), path, body, &headers).await;
        let got = if reply.body.is_null() { String::new() } else { format!("\n{}\n", pretty(&reply.body)) };
        let replayed =
            if reply.header("idempotency-replayed").is_empty() { "" } else { "Idempotency-Replayed: true\n" };
        write!(
            self.text,
            "\n```\n{method} /api/v1/{path}\n{who}{idempotency}{sent}```\n\n```\n{} {}\n{replayed}{got}```\n",
            reply.status,
            reqwest::StatusCode::from_u16(reply.status).unwrap().canonical_reason().unwrap(),
        )
        .unwrap();
        reply
    }

    fn frame(&mut self, frame: &Value) {
        write!(self.text, "\n```\n{frame}\n```\n").unwrap();
    }

    /// The text with everything that changes replaced.
    fn finished(self) -> String {
        let text = self.words.iter().fold(self.text, |text, (value, word)| text.replace(value, word));
        let lines = text.lines().map(steady).collect::<Vec<_>>().join("\n");
        format!("{HEAD}{lines}\n")
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// A line without times of this run.
fn steady(line: &str) -> String {
    let mut line = line.to_owned();
    for name in ["placed_at", "used_at"] {
        if let Some(at) = line.find(&format!("\"{name}\": \"")) {
            let comma = if line.ends_with(',') { "," } else { "" };
            line = format!("{}\"{name}\": \"TIME\"{comma}", &line[..at]);
        }
    }
    if let Some((before, number)) = line.split_once("\"expires_in_ms\": ") {
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        let seconds = digits.parse::<u64>().unwrap().div_ceil(1000);
        line = format!("{before}\"expires_in_ms\": {}{}", seconds * 1000, &number[digits.len()..]);
    }
    line
}

#[tokio::test]
async fn a_purchase_is_as_the_transcript_says() {
    let stack = TestStack::start(Engine::Embedded, 1).await;
    let id = stack
        .event(3, |wish| {
            wish["name"] = json!("Hamlet");
            wish["plan"] = studio(3);
        })
        .await;
    let mut page = Transcript { text: String::new(), words: vec![(id.clone(), "EVENT_ID")] };
    let mut watcher = stack.socket(0, &id).await;
    let (ada, admin) = (stack.buyer(0).await, stack.admin(0).await);

    page.say("## The seats\n\nAda takes two seats. Everybody who watches sees it in the next delta.");
    page.call(&ada, "POST", &format!("events/{id}/holds"), Some(json!({"seats": ["A-1", "A-2"]})), None).await;
    let mut delta = watcher.wait_for("delta").await;
    page.name(&delta["epoch"], "EPOCH");
    delta["ts_ms"] = json!(0);
    page.frame(&delta);
    page.call(&ada, "GET", &format!("cart?event_id={id}"), None, None).await;
    page.call(&ada, "POST", "cart/validate", Some(json!({"event_id": id})), None).await;

    page.say(
        "## The order\n\nThe seats are claimed, in the hold store and then in the ledger, before any money moves.",
    );
    let placed = page.call(&ada, "POST", "orders", Some(json!({"event_id": id})), Some("order-1")).await;
    page.name(&placed.body["payment"]["client_secret"], "CLIENT_SECRET");
    page.name(&placed.body["payment"]["id"], "PAYMENT_ID");
    page.name(&placed.body["id"], "ORDER_ID");
    page.say("Sent again with the same key, it is the same order.");
    page.call(&ada, "POST", "orders", Some(json!({"event_id": id})), Some("order-1")).await;

    page.say("## The payment\n\nThe first card is declined. The order keeps its seats, and another card may be tried.");
    let confirm = format!("payments/{}/confirm", placed.body["payment"]["id"].as_str().unwrap());
    page.call(&ada, "POST", &confirm, Some(json!({"method": "card_declined"})), Some("pay-1")).await;
    page.say(
        "With the capture the order is confirmed, the seats are sold and the tickets written, in one transaction.",
    );
    let paid = page.call(&ada, "POST", &confirm, Some(json!({"method": "card_ok"})), Some("pay-2")).await;
    let mut delta = watcher.wait_for("delta").await;
    delta["ts_ms"] = json!(0);
    page.frame(&delta);
    let tickets = paid.body["tickets"].as_array().unwrap();
    for (ticket, (id, code)) in tickets.iter().zip([("TICKET_ID_1", "CODE_1"), ("TICKET_ID_2", "CODE_2")]) {
        page.name(&ticket["code"], code);
        page.name(&ticket["id"], id);
    }

    page.say("## The door\n\nThe code opens the door once.");
    let code = json!({"code": tickets[0]["code"]});
    page.call(&admin, "POST", "check-ins", Some(code.clone()), None).await;
    let again = page.call(&admin, "POST", "check-ins", Some(code), None).await;
    page.name(&again.body["used_at"], "TIME");

    page.say("## Giving it back\n\nThe organizer refunds the order: the seats are free, the codes void, the money goes back.");
    let refund = format!("orders/{}/refund", placed.body["id"].as_str().unwrap());
    page.call(&admin, "POST", &refund, Some(json!({"reason": "Ada is ill"})), Some("refund-1")).await;
    let mut delta = watcher.wait_for("delta").await;
    delta["ts_ms"] = json!(0);
    page.frame(&delta);

    let made = page.finished();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/purchase.md");
    if std::env::var_os("FRONTROW_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "docs/purchase.md is not true any more: {first:?}");
}
