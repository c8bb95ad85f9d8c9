//! `frontrow-load yardstick`: servers that do nothing but fan out, to measure Frontrow against in the same run. Each takes
//! WebSocket upgrades on any path and on `go BYTES` sends one frame of so many bytes to every socket; the frame begins with
//! its number. Must never do anything that makes a yardstick slower than its name allows.

mod floor;
mod hub;
mod tasks;
mod with_axum;

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context as _, Result};
use socket2::{Domain, Socket, Type};

use crate::report::say;
use crate::wire::frames::{self, BINARY};

/// Connections that the kernel keeps until they are accepted: all that the largest storm may bring at once.
const BACKLOG: i32 = 8192;
/// What one read of a client's commands takes.
const READ_BYTES: usize = 4096;
/// Broadcasts that a task may be behind.
const CHANNEL: usize = 64;

/// The servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Yardstick {
    /// One thread that calls send(2) with one finished frame for every socket.
    Floor,
    /// One tokio loop that writes one finished frame to every socket; a small task per socket reads.
    Hub,
    /// axum's WebSocket, with a task per socket and tokio's broadcast.
    Axum,
    /// tokio-tungstenite, with a task per socket and tokio's broadcast.
    Tungstenite,
}

impl Yardstick {
    /// All of them, the cheapest one first.
    pub(crate) const ALL: [Self; 4] = [Self::Floor, Self::Hub, Self::Axum, Self::Tungstenite];

    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Hub => "hub",
            Self::Axum => "axum",
            Self::Tungstenite => "tungstenite",
        }
    }
}

/// Options of `frontrow-load yardstick`.
#[derive(clap::Args)]
pub(crate) struct Args {
    kind: Yardstick,
    /// Where to listen.
    #[arg(long)]
    addr: SocketAddr,
    /// The payload of a first frame for everybody who comes; 0 is none.
    #[arg(long, default_value_t = 0)]
    snapshot_bytes: usize,
}

/// Serves until it is killed.
pub(crate) async fn run(args: Args) -> Result<()> {
    let listener = listen(args.addr)?;
    say(format!("listening on {}", listener.local_addr()?));
    match args.kind {
        Yardstick::Floor => floor::run(listener, args.snapshot_bytes),
        Yardstick::Hub => hub::run(listener, args.snapshot_bytes).await,
        Yardstick::Axum => with_axum::run(listener, args.snapshot_bytes).await,
        Yardstick::Tungstenite => tasks::run(listener, args.snapshot_bytes).await,
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into()).with_context(|| address.to_string())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// How many bytes a client wants to be sent to everybody.
fn wanted(message: &[u8]) -> Option<usize> {
    std::str::from_utf8(message).ok()?.strip_prefix("go ")?.parse().ok()
}

/// What everybody gets: the broadcast's number, and zeros.
fn payload(number: u64, bytes: usize) -> Vec<u8> {
    let mut payload = number.to_be_bytes().to_vec();
    payload.resize(bytes.max(payload.len()), 0);
    payload
}

/// The payload of a newcomer's first frame, which is broadcast number 0.
fn snapshot(bytes: usize) -> Option<Vec<u8>> {
    (bytes > 0).then(|| payload(0, bytes))
}

/// The payload with its header, finished.
fn frame(payload: &[u8]) -> Vec<u8> {
    frames::from_server(BINARY, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_is_asked_for_by_its_size() {
        assert_eq!(wanted(b"go 64"), Some(64));
        assert_eq!(wanted(b"go"), None);
        assert_eq!(payload(258, 10), [0, 0, 0, 0, 0, 0, 1, 2, 0, 0]);
    }
}
