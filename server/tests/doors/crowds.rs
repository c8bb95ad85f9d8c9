//! Too many from one address. This machine has more than one address, and the tests' own is trusted as in development.

use std::time::{Duration, Instant};

use crate::assert_healthy;
use crate::wire::{Wire, pause};

const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// Whether the server answers on this connection; if not, it has closed it at once.
async fn is_served(wire: &mut Wire) -> bool {
    wire.send(ALIVE).await;
    let mut first = [0; 12];
    let read = tokio::io::AsyncReadExt::read_exact(&mut wire.stream, &mut first).await;
    read.is_ok_and(|_| &first == b"HTTP/1.1 200")
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_others_do_not_suffer() {
    let stack = crate::stack(|settings| settings.limits.connections_per_address = 5).await;
    let event = stack.event(4, |_| {}).await;
    let server = stack.address(0);
    let mut crowd = Vec::new();
    for _ in 0..5 {
        crowd.push(Wire::from(&server, "127.0.0.7").await);
        assert!(is_served(crowd.last_mut().unwrap()).await);
    }
    assert!(!is_served(&mut Wire::from(&server, "127.0.0.7").await).await, "the sixth");
    assert!(is_served(&mut Wire::from(&server, "127.0.0.8").await).await, "somebody else");
    assert_healthy(&stack, &event).await;
    drop(crowd);
    let since = Instant::now();
    while !is_served(&mut Wire::from(&server, "127.0.0.7").await).await {
        assert!(since.elapsed() < Duration::from_secs(5), "places are not given back");
        pause(20).await;
    }
}

#[tokio::test]
async fn silent_connections_make_room_for_others_in_time() {
    let stack = crate::stack(|settings| {
        settings.server.max_connections = 30;
        settings.server.header_timeout_ms = 400;
    })
    .await;
    let server = stack.address(0);
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(Wire::open(&server).await);
    }
    let since = Instant::now();
    assert!(is_served(&mut Wire::open(&server).await).await);
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

#[tokio::test]
async fn an_address_has_so_many_sockets_also_behind_a_proxy() {
    let stack = crate::stack(|settings| {
        settings.limits.sockets_per_address = 3;
        settings.limits.connections_per_address = 4;
        settings.server.trusted_proxies = vec!["127.0.0.9/32".parse().unwrap()];
    })
    .await;
    let event = stack.event(4, |_| {}).await;
    let server = stack.address(0);
    let mut open = Vec::new();
    for (address, client) in [("127.0.0.7", ""), ("127.0.0.9", "203.0.113.5"), ("127.0.0.9", "2001:db8:1:2::5")] {
        let header = |n: usize| match client {
            "" => String::new(),
            // Another address of the same network every time.
            six if six.contains(':') => format!("X-Forwarded-For: {six}{n}\r\n"),
            client => format!("X-Forwarded-For: {client}\r\n"),
        };
        for n in 0..3 {
            let mut wire = Wire::from(&server, address).await;
            let answer = wire.upgrade(&event, &header(n)).await;
            assert!(answer.starts_with("HTTP/1.1 101"), "{client}: {answer}");
            open.push(wire);
        }
        let answer = Wire::from(&server, address).await.upgrade(&event, &header(3)).await;
        assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: "), "{client}: {answer}");
    }
    // A place is given back with its socket.
    drop(open);
    let since = Instant::now();
    while !Wire::from(&server, "127.0.0.7").await.upgrade(&event, "").await.starts_with("HTTP/1.1 101") {
        assert!(since.elapsed() < Duration::from_secs(5), "places are not given back");
        pause(20).await;
    }
}

#[tokio::test]
async fn an_address_opens_sockets_only_so_fast_and_trusted_ones_as_they_like() {
    let stack = crate::stack(|settings| {
        settings.limits.socket_openings_per_s = 1;
        settings.limits.socket_openings_burst = 5;
    })
    .await;
    let event = stack.event(4, |_| {}).await;
    let server = stack.address(0);
    let mut refused = 0;
    for _ in 0..20 {
        let answer = Wire::from(&server, "127.0.0.7").await.upgrade(&event, "").await;
        refused += usize::from(answer.starts_with("HTTP/1.1 429"));
        let trusted = Wire::from(&server, "127.0.0.1").await.upgrade(&event, "").await;
        assert!(trusted.starts_with("HTTP/1.1 101"), "{trusted}");
    }
    assert!((5..=15).contains(&refused), "{refused} of 20 refused");
}
