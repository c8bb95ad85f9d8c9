//! Nonsense over HTTP: the table's answer, no state change, no panic.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Engine, TestStack};

crate::journeys!([
    every_refusal_is_a_problem,
    strange_idempotency_keys_are_refused,
    a_client_that_sends_half_a_head_or_nothing_is_closed,
    a_huge_head_is_refused,
    health_names_every_dependency,
]);

async fn every_refusal_is_a_problem(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let (stranger, ada) = (cluster.anonymous(0), cluster.buyer(0).await);
    let json = "application/json";
    let id = cluster.event(2, |_| {}).await;
    let holds = format!("events/{id}/holds");
    let replies = [
        (stranger.get("no/such/route").await, 404, "not_found"),
        (stranger.request(Method::DELETE, "events", None, &[]).await, 405, "method_not_allowed"),
        (stranger.post_raw("auth/login", "{", json).await, 400, "bad_request"),
        (stranger.post_raw("auth/login", "", json).await, 400, "bad_request"),
        (stranger.post_raw("auth/login", "{}", json).await, 422, "invalid_field"),
        (stranger.post_raw("auth/login", "null", json).await, 422, "invalid_field"),
        (stranger.post_raw("auth/login", "{}", "text/plain").await, 415, "unsupported_media_type"),
        (stranger.post_raw("auth/login", vec![0xff, 0xfe], json).await, 400, "bad_request"),
        (stranger.post_raw("auth/login", "x".repeat(100_000), json).await, 413, "body_too_large"),
        (
            stranger.post_raw("auth/register", r#"{"email":"x","password":"long enough","name":"x"}"#, json).await,
            422,
            "invalid_field",
        ),
        (
            stranger.post_raw("auth/register", r#"{"email":"a@b.c","password":"short","name":"x"}"#, json).await,
            422,
            "invalid_field",
        ),
        (stranger.post_raw(&holds, "{", json).await, 401, "unauthorized"),
        (ada.post_raw(&holds, "{", json).await, 400, "bad_request"),
        (ada.post_raw("events", "{", json).await, 403, "forbidden"),
        (ada.post_raw("events/none/holds", "{", json).await, 404, "not_found"),
    ];
    for (reply, status, code) in replies {
        assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.body["status"], status);
        for field in ["type", "title", "detail"] {
            assert!(reply.body[field].is_string(), "{field} in {reply:?}");
        }
    }
    assert_eq!(ada.get(&format!("events/{id}")).await.body["counts"]["available"], 2);
}

async fn strange_idempotency_keys_are_refused(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let admin = cluster.admin(0).await;
    for key in ["", "\"\"", &"k".repeat(256)] {
        let reply = admin.post_with_key("events", json!({}), key).await;
        assert_eq!(reply.status, 400, "{key:?}: {reply:?}");
    }
}

async fn a_client_that_sends_half_a_head_or_nothing_is_closed(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.server.header_timeout_ms = 300).await;
    for head in ["", "GET /heal", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow"] {
        let mut stream = TcpStream::connect(cluster.address(0)).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(std::time::Duration::from_secs(2), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{head:?} is still open");
    }
}

async fn a_huge_head_is_refused(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let mut stream = TcpStream::connect(cluster.address(0)).await.unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(1_000_000));
    // The server may answer and close before everything was sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{:?}", String::from_utf8_lossy(&answer[..40]));
}

async fn health_names_every_dependency(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let base = cluster.anonymous(0).base;
    let ready =
        async || reqwest::get(format!("{base}/readyz")).await.unwrap().json::<serde_json::Value>().await.unwrap();
    let all = async {
        loop {
            let ready = ready().await;
            if ready["status"] == "ready" {
                return ready;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ready = tokio::time::timeout(crate::support::PATIENCE, all).await.expect("every engine was asked");
    assert_eq!(ready["checks"], json!({"holds": "ok", "ledger": "ok", "log": "ok"}));
    assert_eq!(reqwest::get(format!("{base}/healthz")).await.unwrap().status(), 200);
}
