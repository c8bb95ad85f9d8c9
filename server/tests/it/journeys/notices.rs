//! What the provider says, and who only pretends to be it.

use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock, UnixMs};
use frontrow_engines::payments::signature::sign;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::support::shopping::succeeded;
use crate::support::{Engine, PATIENCE, TestStack};

crate::journeys!([
    a_notice_that_is_not_signed_by_the_provider_is_not_believed,
    a_notice_about_other_money_changes_nothing,
    a_true_notice_is_a_reason_to_look_and_nothing_more,
    a_notice_that_is_too_large_or_does_not_come_is_refused,
    i5_a_notice_that_cannot_be_asked_about_is_not_forgotten,
]);

type Signature = Box<dyn FnOnce(&str) -> String>;

const SECRET: &str = "frontrow-development-webhook-secret";

fn now() -> UnixMs {
    SystemClock.now()
}

async fn a_notice_that_is_not_signed_by_the_provider_is_not_believed(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let ada = stack.buyer(0).await;
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let payment = order["payment"]["id"].as_str().unwrap();
    let notice = succeeded(payment, 7_500, "EUR");
    let old = now().plus_ms(-301_000);
    let signatures: [(&str, Signature); 6] = [
        ("none", Box::new(|_| String::new())),
        ("another secret", Box::new(|body| sign("guess", body.as_bytes(), now()))),
        ("another body", Box::new(|body| sign(SECRET, body.replace("7500", "75").as_bytes(), now()))),
        ("old", Box::new(move |body| sign(SECRET, body.as_bytes(), old))),
        ("from the future", Box::new(|body| sign(SECRET, body.as_bytes(), now().plus_ms(302_000)))),
        ("nonsense", Box::new(|_| "t=now,v1=zz".into())),
    ];
    for (what, signature) in signatures {
        let refused = stack.notify(&notice, signature).await;
        assert_eq!((refused.status, refused.code()), (401, "bad_signature"), "{what}");
    }
    let unreadable = stack.notify(&json!({"type": "hello"}), |body| sign(SECRET, body.as_bytes(), now())).await;
    assert_eq!((unreadable.status, unreadable.code()), (400, "bad_request"));
    let shown = ada.get(&format!("orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!(shown.body["status"], "awaiting_payment");
}

async fn a_notice_about_other_money_changes_nothing(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let ada = stack.buyer(0).await;
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let payment = order["payment"]["id"].as_str().unwrap();
    let signed = |body: &str| sign(SECRET, body.as_bytes(), now());
    for (amount, currency) in [(1, "EUR"), (75_000, "EUR"), (7_500, "USD")] {
        let refused = stack.notify(&succeeded(payment, amount, currency), signed).await;
        assert_eq!((refused.status, refused.code()), (422, "payment_mismatch"));
    }
    let stranger = uuid::Uuid::new_v4().to_string();
    assert_eq!(stack.notify(&succeeded(&stranger, 7_500, "EUR"), signed).await.status, 404, "nobody's payment");
    let shown = ada.get(&format!("orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!(shown.body["status"], "awaiting_payment");
}

async fn a_true_notice_is_a_reason_to_look_and_nothing_more(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let ada = stack.buyer(0).await;
    let signed = |body: &str| sign(SECRET, body.as_bytes(), now());
    // Rightly signed, and not true: the provider has captured nothing.
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let payment = order["payment"]["id"].as_str().unwrap().to_owned();
    assert_eq!(stack.notify(&succeeded(&payment, 7_500, "EUR"), signed).await.status, 204);
    let path = format!("orders/{}", order["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.body["status"], "awaiting_payment");
    assert_eq!(ada.pay(&order, "card_ok").await.status, 200);
    for _ in 0..5 {
        assert_eq!(stack.notify(&succeeded(&payment, 7_500, "EUR"), signed).await.status, 204, "repeated");
    }
    let refunded = stack.admin(0).await.refund(&order).await;
    assert_eq!(refunded.status, 200);
    assert_eq!(stack.notify(&succeeded(&payment, 7_500, "EUR"), signed).await.status, 204, "late");
    assert_eq!(ada.get(&path).await.body["status"], "refunded");
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
    stack.books_balance(&id).await;
}

async fn a_notice_that_is_too_large_or_does_not_come_is_refused(engine: Engine) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stack = TestStack::start(engine, 1).await;
    let large = json!({"type": "x".repeat(70_000)});
    let refused = stack.notify(&large, |body| sign(SECRET, body.as_bytes(), now())).await;
    assert_eq!((refused.status, refused.code()), (413, "body_too_large"));
    let mut socket = tokio::net::TcpStream::connect(stack.address(0)).await.unwrap();
    let head = "POST /api/v1/payments/webhook HTTP/1.1\r\nHost: x\r\nFrontrow-Signature: t=1,v1=00\r\nContent-Length: 100\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(std::time::Duration::from_secs(10), socket.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

/// The card is charged although the payment was cancelled, the one notice of it is taken, and the provider does not answer then.
async fn i5_a_notice_that_cannot_be_asked_about_is_not_forgotten(engine: Engine) {
    let mut stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let ada = stack.buyer(0).await;
    stack.provider.as_ref().unwrap().set_webhooks(&[]).unwrap();
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let payment = order["payment"]["id"].as_str().unwrap();
    let books = async |stack: &TestStack| stack.provider_books().await[payment];
    assert_eq!(ada.pay(&order, "card_late").await.status, 202);
    assert_eq!(ada.cancel(&order).await.status, 200);
    let captured = async {
        while books(&stack).await != (7_500, 0) {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, captured).await.expect("it is captured all the same");

    stack.stop_provider().await;
    let signed = |body: &str| sign(SECRET, body.as_bytes(), now());
    assert_eq!(stack.notify(&succeeded(payment, 7_500, "EUR"), signed).await.status, 204);
    // Longer than until whoever looks next has looked, without an answer too.
    sleep(Duration::from_secs(5)).await;
    stack.restart_provider_unheard().await;
    let given_back = async {
        while books(&stack).await != (7_500, 7_500) {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, given_back).await.expect("the money is given back");
    let shown = ada.get(&format!("orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!((&shown.body["status"], &shown.body["payment"]["status"]), (&json!("cancelled"), &json!("refunded")));
    stack.books_balance(&id).await;
}
