//! A socket on the map of an event, with as little work in it as its frames need: the client shares the machine with what it
//! measures. Must never be used against anything but a server that is measured; it trusts what it is told.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::api::{Ask, Session, text};
use crate::fanout::binary;
use crate::measure::Verb;
use crate::wire::frames::{BINARY, CLOSE, Frames, PING, PONG, TEXT, from_client};
use crate::wire::handshake;

/// A snapshot of 50,000 seats comes in one piece.
const READ_BYTES: usize = 16 * 1024;
/// A server that owes a reply this long is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection.
pub(super) struct Socket {
    stream: TcpStream,
    frames: Frames,
    buffer: Box<[u8]>,
    heard: VecDeque<Heard>,
}

/// What the server sent and somebody may want to know.
pub(super) enum Heard {
    Reply(Vec<u8>),
    /// A snapshot, a delta or a beacon.
    Map(Vec<u8>),
    Ping(Vec<u8>),
    Close,
}

/// The part of a reply that measurements look at.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub(super) ok: bool,
    #[serde(default)]
    pub(super) code: String,
    /// Of a hold that was granted.
    #[serde(default)]
    pub(super) seats: Vec<Value>,
}

impl Socket {
    /// Connects to an event, with binary maps.
    pub(super) async fn open(server: &str, event: &str) -> Result<Self> {
        let host = server.strip_prefix("http://").context("the server's URL does not begin with http://")?;
        let address = tokio::net::lookup_host(host).await?.next().with_context(|| format!("{host} is nowhere"))?;
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        let buffer = vec![0; READ_BYTES].into();
        let mut socket = Self { stream, frames: Frames::default(), buffer, heard: VecDeque::new() };
        let path = format!("/ws/v1/events/{event}");
        socket.write(&handshake::request(address, &path, Some("frontrow.v1.bin"))).await?;
        let mut answer = Vec::new();
        loop {
            let read = socket.read().await?;
            answer.extend_from_slice(&socket.buffer[..read]);
            if let Some(length) = handshake::head_length(&answer) {
                let (head, early) = answer.split_at(length);
                ensure!(handshake::is_agreed(head), "no upgrade: {}", String::from_utf8_lossy(head));
                hear(&mut socket.frames, early, &mut socket.heard);
                return Ok(socket);
            }
        }
    }

    /// Signs the socket in, also as somebody else than before.
    pub(super) async fn sign_in(&mut self, buyer: &Session) -> Result<()> {
        let ask = Ask::post(Verb::Account, "auth/ws-ticket", json!({}));
        let granted = buyer.insist(&ask).await?.expect(201, "a socket ticket")?;
        let ticket = text(&granted["ticket"], "a socket ticket")?;
        self.send(&json!({"type": "auth", "ref": 0, "ticket": ticket}).to_string()).await?;
        let reply = self.reply().await?;
        ensure!(reply.ok, "signing a socket in: {}", reply.code);
        Ok(())
    }

    /// Sends one command.
    pub(super) async fn send(&mut self, command: &str) -> Result<()> {
        self.write(&from_client(TEXT, command.as_bytes())).await
    }

    /// Waits for the next reply; maps that come before it are dropped.
    pub(super) async fn reply(&mut self) -> Result<Reply> {
        let reply = async {
            loop {
                if let Heard::Reply(text) = self.next().await? {
                    return serde_json::from_slice(&text).context("a reply");
                }
            }
        };
        timeout(PATIENCE, reply).await.context("a command got no reply")?
    }

    /// Waits for the next reply or map. Giving up waiting loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard> {
        loop {
            match self.heard.pop_front() {
                Some(Heard::Ping(payload)) => self.write(&from_client(PONG, &payload)).await?,
                Some(Heard::Close) => bail!("the server closed the socket"),
                Some(heard) => return Ok(heard),
                None => {
                    let read = self.read().await?;
                    hear(&mut self.frames, &self.buffer[..read], &mut self.heard);
                }
            }
        }
    }

    async fn read(&mut self) -> Result<usize> {
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut self.buffer) {
                Ok(0) => bail!("the server closed the connection"),
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Keeps what matters of the frames that came: carts and hellos do not.
fn hear(frames: &mut Frames, bytes: &[u8], heard: &mut VecDeque<Heard>) {
    frames.feed(bytes, |frame| match frame.opcode {
        TEXT if is_reply(frame.payload) => heard.push_back(Heard::Reply(frame.payload.to_vec())),
        BINARY => heard.push_back(Heard::Map(frame.payload.to_vec())),
        PING => heard.push_back(Heard::Ping(frame.payload.to_vec())),
        CLOSE => heard.push_back(Heard::Close),
        _ => {}
    });
}

/// A cart comes with every reply, so the common ones are told apart without being read: their type is first or last.
fn is_reply(text: &[u8]) -> bool {
    if let Some(kind) = text.strip_prefix(br#"{"type":""#) {
        return kind.starts_with(br#"reply""#);
    }
    let is = |kind: &[u8]| text.ends_with(kind);
    is(br#","type":"reply"}"#)
        || !is(br#","type":"cart"}"#) && serde_json::from_slice(text).is_ok_and(|frame: Typed| frame.kind == "reply")
}

/// Any frame of text.
#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
}

/// The changes of a binary delta as pairs of ordinal and state; `None` of every other frame.
pub(super) fn changes(frame: &[u8]) -> Option<Vec<(usize, u8)>> {
    let changes = binary::changes(frame)?;
    changes.into_iter().map(|(ordinal, state)| Some((usize::try_from(ordinal).ok()?, state))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f5_a_reply_is_known_wherever_its_type_is() {
        for reply in
            [r#"{"type":"reply","ref":1}"#, r#"{"ref":1,"type":"reply"}"#, r#"{"ref":1,"type":"reply","ok":true}"#]
        {
            assert!(is_reply(reply.as_bytes()), "{reply}");
        }
        for other in [r#"{"type":"cart"}"#, r#"{"seats":[],"type":"cart"}"#, r#"{"a":{"type":"reply"}}"#, "reply"] {
            assert!(!is_reply(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn b2_the_delta_of_the_protocol_is_read() {
        let frame = [0x02, 0xac, 0x02, 0x01, 0x03, 0x01, 0x02, 0x88, 0x03];
        assert_eq!(changes(&frame), Some(vec![(0, 1), (1, 2), (100, 0)]));
        assert_eq!(changes(&frame[..7]), None, "it ends early");
        assert_eq!(changes(&[0x03, 0, 1, 4, 3, 2, 1]), None, "a beacon");
    }
}
