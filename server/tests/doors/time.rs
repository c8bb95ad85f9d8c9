//! Clients that take their time: with the head, with the body, with nothing at all, and with the answer.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::TestStack;
use crate::wire::{Heard, Wire, pause};

/// A server without patience, and what is still in time on a machine that has other things to do.
const PATIENCE_MS: u64 = 400;
const IN_TIME: Duration = Duration::from_secs(5);

async fn impatient() -> TestStack {
    crate::stack(|settings| {
        settings.server.header_timeout_ms = PATIENCE_MS;
        settings.server.body_timeout_ms = PATIENCE_MS;
        settings.server.write_timeout_ms = PATIENCE_MS;
    })
    .await
}

/// Sends a byte now and then until the server has closed; what it said.
async fn drip(server: &str, begin: &str, bytes: &[u8]) -> (String, Duration) {
    let since = Instant::now();
    let Wire { stream } = Wire::open(server).await;
    let (mut reading, mut writing) = stream.into_split();
    writing.write_all(begin.as_bytes()).await.unwrap();
    let dripping = async {
        for byte in bytes.chunks(1).cycle() {
            // One that has closed takes nothing more, and is read to its end.
            writing.write_all(byte).await.ok();
            pause(50).await;
        }
    };
    let mut said = Vec::new();
    tokio::select! {
        () = dripping => unreachable!("it goes on for ever"),
        _ = reading.read_to_end(&mut said) => {}
        () = tokio::time::sleep(IN_TIME) => panic!("{begin:?} is still open"),
    }
    (String::from_utf8_lossy(&said).into_owned(), since.elapsed())
}

#[tokio::test]
async fn a_head_that_drips_is_closed_however_it_drips() {
    let stack = impatient().await;
    for begin in ["", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let (said, _) = drip(&stack.address(0), begin, b"GETPOSTPUT").await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{begin:?}: {said}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_408_and_closed_whatever_it_announces() {
    let stack = impatient().await;
    for length in ["Content-Length: 60000", "Content-Length: 900000", "Transfer-Encoding: chunked"] {
        let begin = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
        );
        let (said, took) = drip(&stack.address(0), &begin, b"1\r\nx\r\n").await;
        assert!(said.starts_with("HTTP/1.1 408"), "{length}: {said}");
        assert!(said.contains("body_too_slow"), "{said}");
        assert!(took >= Duration::from_millis(PATIENCE_MS), "{took:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_announced_to_be_huge_is_413_before_it_begins() {
    let stack = crate::stack(|_| {}).await;
    // Only those who may create events are let in with a plan.
    for route in ["auth/login", "events"] {
        let since = Instant::now();
        let said = Wire::ask(
            &stack.address(0),
            format!("POST /api/v1/{route} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n"),
        )
        .await;
        let status = if route == "events" { "HTTP/1.1 401" } else { "HTTP/1.1 413" };
        assert!(said.starts_with(status), "{route}: {said}");
        assert!(since.elapsed() < IN_TIME, "the body was waited for");
    }
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let stack = impatient().await;
    let mut wire = Wire::open(&stack.address(0)).await;
    for _ in 0..2 {
        wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        pause(PATIENCE_MS / 4).await;
    }
    let since = Instant::now();
    let said = wire.rest().await;
    assert_eq!(said.matches("HTTP/1.1 200").count(), 2, "it is kept for the second request: {said}");
    assert!(since.elapsed() < IN_TIME);
}

#[tokio::test]
async fn a_client_that_never_reads_its_answers_is_closed() {
    let stack = impatient().await;
    let mut wire = Wire::open(&stack.address(0)).await;
    let one =
        Wire::ask(&stack.address(0), "GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let asked = 600;
    wire.send("GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(asked)).await;
    pause(PATIENCE_MS * 4).await;
    // What was on the way when the server gave up; it would go on if it had not.
    let got = wire.rest().await.len();
    assert!(got < one.len() * asked / 2, "{got} bytes of answers of {} each", one.len());
}

#[tokio::test]
async fn a_socket_that_stops_in_the_middle_of_a_frame_is_closed_as_silent() {
    let stack = crate::stack(|settings| settings.rooms.heartbeat_ms = 200).await;
    let event = stack.event(4, |_| {}).await;
    let mut wire = Wire::upgraded(&stack.address(0), &event).await;
    wire.send(&crate::wire::head(crate::wire::TEXT, 0x80, 100)).await;
    assert_eq!(wire.closing().await, Heard::Closed(4408));
}
