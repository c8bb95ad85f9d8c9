//! Requests that no honest client sends: a corpus of those that have fooled servers and proxies before, and seeded nonsense in
//! volume. Each is refused or closed, none is a mistake of ours, and none of them hides a second request.

use std::sync::Arc;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;

use crate::assert_healthy;
use crate::nonsense::number;
use crate::wire::Wire;

const LOGIN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
/// What somebody tries to hide in a body.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
/// Connections at one time.
const LANES: u64 = 8;

/// The statuses of all answers.
fn statuses(said: &str) -> Vec<u16> {
    let lines = said.split("HTTP/1.1 ").skip(1);
    lines.map(|line| line.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0)).collect()
}

#[tokio::test]
async fn every_request_of_the_corpus_is_refused_or_closed() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    let chunked = |more: &str, body: &str| format!("{LOGIN}Transfer-Encoding: chunked\r\n{more}\r\n{body}{HIDDEN}");
    let plain = |head: &str| format!("{head}\r\n\r\n");
    let corpus = [
        // Where does the body end? (RFC 9112, section 6.3)
        chunked("Content-Length: 5\r\n", "0\r\n\r\n"),
        format!("{LOGIN}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}{HIDDEN}"),
        format!("{LOGIN}Content-Length: 2, 40\r\n\r\n{{}}{HIDDEN}"),
        format!("{LOGIN}Content-Length: +2\r\n\r\n{{}}{HIDDEN}"),
        format!("{LOGIN}Content-Length: -2\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Content-Length: 0x2\r\n\r\n{{}}{HIDDEN}"),
        format!("{LOGIN}Content-Length: 99999999999999999999999\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Transfer-Encoding: identity\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        format!("{LOGIN}Transfer-Encoding:\u{b}chunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        LOGIN.replace("1.1", "1.0") + &format!("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        // Chunks that are none.
        chunked("", "zz\r\n"),
        chunked("", "-1\r\n"),
        chunked("", "fffffffffffffffff\r\n"),
        chunked("", "ffffffffffffffff\r\nx"),
        chunked("", "1\r\nxx\r\n0\r\n\r\n"),
        chunked("", &format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(100_000))),
        chunked("", &format!("0\r\n{}\r\n", "X-Trailer: x\r\n".repeat(10_000))),
        // Heads that can be read in two ways.
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Folded: a\r\n b"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b"),
        plain("GET /heal\0thz HTTP/1.1\r\nHost: x"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Blank : a"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Return: a\rb"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\n: a"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nno colon"),
        plain("GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y"),
        plain("GET /healthz HTTP/1.1\r\nHost: x, y"),
        plain("GET /healthz HTTP/1.1\r\nX-Host: x"),
        plain("GET http://evil.example.org/healthz HTTP/1.1\r\nHost: x"),
        plain("GET http://x@evil.example.org/healthz HTTP/1.1\r\nHost: evil.example.org@x"),
        plain("CONNECT evil.example.org:443 HTTP/1.1\r\nHost: evil.example.org:443"),
        plain("GET  /healthz HTTP/1.1\r\nHost: x"),
        plain("GET /healthz HTTP/9.9\r\nHost: x"),
        plain("GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: x"),
        plain("GET /healthz"),
        plain("G@T /healthz HTTP/1.1\r\nHost: x"),
        plain("TRACE /api/v1/events HTTP/1.1\r\nHost: x"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        // Too much of everything.
        plain(&format!("GET /{} HTTP/1.1\r\nHost: x", "a".repeat(20_000))),
        plain(&format!("GET /{} HTTP/1.1\r\nHost: x", "a".repeat(2_000_000))),
        plain(&format!("GET /healthz HTTP/1.1\r\nHost: x{}", "\r\nX-Many: x".repeat(5_000))),
        plain(&format!("GET /healthz HTTP/1.1\r\nHost: x{}", "\r\na:".repeat(200))),
        plain(&format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}", "x".repeat(1 << 20))),
        plain(&format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}: x", "x".repeat(70_000))),
        format!("\r\n{}", "\n".repeat(1 << 20)),
        // Not HTTP at all.
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}fc\u{3}\u{3}".into(),
        "SSH-2.0-OpenSSH_9.6\r\n".repeat(3),
    ];
    for request in corpus {
        let shown: String = request.chars().take(160).collect();
        let since = Instant::now();
        let mut wire = Wire::open(&stack.address(0)).await;
        wire.send(&request).await;
        wire.stream.shutdown().await.ok();
        let said = statuses(&wire.rest().await);
        assert!(said.len() <= 1, "{said:?}: a hidden request was answered: {shown:?}");
        assert!(said.iter().all(|status| (400..500).contains(status)), "{said:?} for {shown:?}");
        assert!(since.elapsed().as_secs() < 7, "{shown:?} took {:?}", since.elapsed());
    }
    assert_healthy(&stack, &event).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_told_so() {
    let stack = crate::stack(|_| {}).await;
    for head in [
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(17_000)),
        format!("GET /healthz HTTP/1.1\r\nHost: x{}\r\n\r\n", "\r\nX-Many: x".repeat(65)),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(17_000)),
    ] {
        assert_eq!(statuses(&Wire::ask(&stack.address(0), &head).await), [431]);
    }
    let large =
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {}\r\n\r\n", "x".repeat(12_000));
    assert_eq!(statuses(&Wire::ask(&stack.address(0), &large).await), [200]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_never_are_a_mistake_of_ours() {
    let stack = Arc::new(crate::stack(|_| {}).await);
    let event = stack.event(4, |_| {}).await;
    let (requests, seed) = (number("FRONTROW_DOORS_REQUESTS", 4_000), number("FRONTROW_DOORS_SEED", 1));
    let (token, began) = (stack.buyer(0).await.token.unwrap(), Instant::now());
    let originals = Arc::new(originals(&event, &token));
    let mut working = JoinSet::new();
    for lane in 0..LANES {
        let (server, originals) = (stack.address(0), Arc::clone(&originals));
        working.spawn(async move {
            let mut rng = StdRng::seed_from_u64(seed * 1_000 + lane);
            let mut answered = 0;
            for _ in 0..requests.div_ceil(LANES) {
                let request = broken(&mut rng, &originals);
                let mut wire = Wire::open(&server).await;
                wire.send(&request).await;
                wire.stream.shutdown().await.ok();
                let said = wire.rest().await;
                let all = statuses(&said);
                let shown = String::from_utf8_lossy(&request).into_owned();
                assert!(all.iter().all(|status| (100..500).contains(status)), "{shown:?}: {said}; seed {seed}");
                answered += u64::from(!all.is_empty());
            }
            answered
        });
    }
    let answered: u64 = working.join_all().await.into_iter().sum();
    println!("{requests} requests, {answered} of them answered, in {:?}, seed {seed}", began.elapsed());
    assert!(answered > requests / 4, "{answered} of {requests} were answered at all");
    assert_healthy(&stack, &event).await;
}

/// Requests that a server would understand; none of them is good for anything, so that none of their offspring is either.
fn originals(event: &str, token: &str) -> Vec<Vec<u8>> {
    let json = |path: &str, body: &str| {
        format!(
            "POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: a-key\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let get =
        |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nIf-None-Match: \"x\"\r\n\r\n");
    let all = [
        get("/api/v1/events?status=on_sale&q=final&limit=3&cursor=AAAA"),
        get(&format!("/api/v1/events/{event}/sections/A/seats")),
        get(&format!("/api/v1/events/{event}/state")),
        get("/api/v1/tickets/0/qr.svg"),
        get("/index.html"),
        get("/api/openapi.json"),
        json(&format!("events/{event}/holds"), r#"{"seats":["Z-1"]}"#),
        json(&format!("events/{event}/holds/best-available"), r#"{"quantity":0,"category":"Stalls"}"#),
        json("orders", r#"{"event_id":"none"}"#),
        json("check-ins", r#"{"code":"none"}"#),
        json("payments/none/confirm", r#"{"method":"card_ok"}"#),
        json("payments/webhook", r#"{"type":"payment_intent.succeeded"}"#),
        json("auth/refresh", ""),
        format!(
            "POST /api/v1/check-ins HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{{\"co\r\n7\r\nde\":1}}\n\r\n0\r\n\r\n"
        ),
        format!(
            "GET /ws/v1/events/{event}?epoch=x&seq=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
        ),
    ];
    all.into_iter().map(String::into_bytes).collect()
}

/// One of them with a few bytes changed, left out or doubled, or cut off.
fn broken(rng: &mut StdRng, originals: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = originals[rng.random_range(0..originals.len())].clone();
    for _ in 0..rng.random_range(1..6) {
        if bytes.len() < 2 {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..7) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] = *b"\r\n\0 :%/{}[]\"0".get(rng.random_range(0..13)).unwrap(),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, rng.random()),
            4 => {
                let upto = rng.random_range(at..bytes.len().min(at + 40).max(at + 1));
                let again = bytes[at..upto].to_vec();
                bytes.splice(at..at, again);
            }
            5 => bytes[at] ^= 1 << rng.random_range(0..8),
            _ if rng.random_bool(0.2) => bytes.truncate(at + 1),
            _ => {}
        }
    }
    bytes
}
