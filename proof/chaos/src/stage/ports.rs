//! Loopback ports for this run. They are below the kernel's ephemeral range, so that no client is given a dead server's
//! port as its own, and beside the ports that xtask chooses for engines.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;

const FIRST: u16 = 10_000;
const LAST: u16 = 19_999;

/// Gives every port once.
pub(super) struct Ports {
    next: u16,
}

pub(super) fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

impl Ports {
    /// From anywhere in the range: two runs that begin together seldom meet.
    pub(super) fn new() -> Self {
        Self { next: rand::random_range(FIRST..=LAST) }
    }

    /// A listener of this process.
    pub(super) async fn listener(&mut self) -> Result<TcpListener> {
        for _ in FIRST..=LAST {
            let port = self.next;
            self.next = if port == LAST { FIRST } else { port + 1 };
            if let Ok(listener) = TcpListener::bind(loopback(port)).await {
                return Ok(listener);
            }
        }
        anyhow::bail!("no free port between {FIRST} and {LAST}")
    }

    /// A port for another process, which is going to listen there soon.
    pub(super) async fn free(&mut self) -> Result<SocketAddr> {
        self.listener().await?.local_addr().context("a listener without an address")
    }
}
