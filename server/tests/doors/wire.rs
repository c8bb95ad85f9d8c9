//! A client that does only what it is told to: bytes over TCP, from any address of this machine, and WebSocket frames as broken
//! as a test wants them.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::PATIENCE;

/// First bytes of frames: final or not, and the opcode.
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8a;
pub(crate) const UNFINISHED: u8 = 0x01;
pub(crate) const CONTINUATION: u8 = 0x00;
pub(crate) const LAST: u8 = 0x80;
const CLOSE: u8 = 0x88;

/// See the module.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
}

/// What the server has sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Json(Value),
    Other(u8),
    /// The code, and whether a `bye` came before it does not matter here.
    Closed(u16),
    /// Nothing more, and no close frame.
    Gone,
}

impl Wire {
    pub(crate) async fn open(server: &str) -> Self {
        Self::over(TcpSocket::new_v4().unwrap(), server).await
    }

    /// From another address of this machine.
    pub(crate) async fn from(server: &str, address: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
        Self::over(socket, server).await
    }

    async fn over(socket: TcpSocket, server: &str) -> Self {
        let stream = socket.connect(server.parse().unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        // A hundred thousand connections one after the other would use up all ports, if the kernel remembered each.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        Self { stream }
    }

    /// An open WebSocket that has heard nothing yet.
    pub(crate) async fn upgraded(server: &str, event: &str) -> Self {
        let mut wire = Self::open(server).await;
        let answer = wire.upgrade(event, "").await;
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        wire
    }

    /// Asks for an upgrade with more headers, and gives back the answer's head.
    pub(crate) async fn upgrade(&mut self, event: &str, headers: &str) -> String {
        self.send(format!(
            "GET /ws/v1/events/{event} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        ))
        .await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = timeout(PATIENCE, self.stream.read_u8()).await.unwrap() else { break };
            head.push(byte);
        }
        String::from_utf8(head).unwrap()
    }

    /// Sends what the server takes; one that has closed takes nothing.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        timeout(PATIENCE, self.stream.write_all(bytes.as_ref())).await.unwrap().is_ok()
    }

    /// Everything until the server closes; a reset is an end, too.
    pub(crate) async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut bytes)).await.expect("closed in time");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends a request and gives back everything that comes until the server closes.
    pub(crate) async fn ask(server: &str, request: impl AsRef<[u8]>) -> String {
        let mut wire = Self::open(server).await;
        wire.send(request).await;
        wire.rest().await
    }

    /// The next frame.
    pub(crate) async fn hear(&mut self) -> Heard {
        timeout(PATIENCE, self.read_frame()).await.expect("a frame in time").unwrap_or(Heard::Gone)
    }

    async fn read_frame(&mut self) -> std::io::Result<Heard> {
        let head = self.stream.read_u16().await?.to_be_bytes();
        let length = match head[1] {
            126 => self.stream.read_u16().await?.into(),
            127 => self.stream.read_u64().await?,
            short => short.into(),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await?;
        Ok(match head[0] {
            TEXT => Heard::Json(serde_json::from_slice(&payload).unwrap()),
            CLOSE if payload.len() >= 2 => Heard::Closed(u16::from_be_bytes([payload[0], payload[1]])),
            other => Heard::Other(other),
        })
    }

    /// Reads until the server has closed; with which code, or `Gone`.
    pub(crate) async fn closing(&mut self) -> Heard {
        loop {
            match self.hear().await {
                Heard::Json(_) | Heard::Other(_) => {}
                end => return end,
            }
        }
    }

    /// Reads until the reply to the command with this reference, and says how many refusals came before it.
    pub(crate) async fn refusals_before(&mut self, reference: &str) -> usize {
        let mut refusals = 0;
        loop {
            match self.hear().await {
                Heard::Json(frame) if frame["ref"] == reference => return refusals,
                Heard::Json(frame) if frame["type"] == "reply" && frame["ok"] == false => refusals += 1,
                Heard::Json(_) | Heard::Other(_) => {}
                end => panic!("{end:?} while waiting for {reference}"),
            }
        }
    }
}

/// A masked frame, as clients send them.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(first, 0x80, payload.len() as u64);
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A frame as only servers send them.
pub(crate) fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(first, 0, payload.len() as u64);
    bytes.extend(payload);
    bytes
}

/// The head of a frame that announces so many bytes.
pub(crate) fn head(first: u8, mask_bit: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => bytes.push(mask_bit | short),
        (_, Ok(length)) => {
            bytes.push(mask_bit | 0x7e);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(mask_bit | 0x7f);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes
}

/// Waits for so many milliseconds of real time: what is tested here is the server's patience.
pub(crate) async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
