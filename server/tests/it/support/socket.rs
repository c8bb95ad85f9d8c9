//! A WebSocket client that keeps the map as the protocol says, and checks every rule while it does.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::document::DOCUMENT;
use super::{PATIENCE, TestClient};

/// A frame from the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Frame {
    Json(Value),
    Binary(Vec<u8>),
    /// The close code.
    Closed(u16),
}

pub(crate) struct TestSocket {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) epoch: String,
    pub(crate) seq: u64,
    /// Two bits a seat, unpacked.
    pub(crate) states: Vec<u8>,
    /// Frames that came while something else was waited for.
    aside: Vec<Value>,
}

impl TestSocket {
    /// Connects and takes hello and snapshot.
    pub(crate) async fn open(address: &str, event: &str, subprotocol: &str) -> Self {
        let mut socket =
            Self::connect(&format!("ws://{address}/ws/v1/events/{event}"), &[("Sec-WebSocket-Protocol", subprotocol)])
                .await
                .expect("an upgrade");
        socket.wait_for("hello").await;
        if subprotocol.ends_with("json") {
            socket.wait_for("snapshot").await;
        }
        socket
    }

    /// Connects and takes nothing.
    pub(crate) async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, tungstenite::Error> {
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket, epoch: String::new(), seq: 0, states: Vec::new(), aside: Vec::new() })
    }

    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.expect("the socket takes it");
    }

    /// Sends a command and gives back its reply.
    pub(crate) async fn command(&mut self, command: Value) -> Value {
        let reference = command["ref"].clone();
        self.send(command).await;
        loop {
            let reply = self.wait_for("reply").await;
            if reply["ref"] == reference {
                return reply;
            }
        }
    }

    /// Sends `auth` with a new ticket of the client and gives back the reply.
    pub(crate) async fn sign_in(&mut self, client: &TestClient) -> Value {
        let ticket = client.post("auth/ws-ticket", json!({})).await;
        self.command(json!({"type": "auth", "ref": "auth", "ticket": ticket.body["ticket"]})).await
    }

    /// The next frame; pings are answered by the library.
    pub(crate) async fn next(&mut self) -> Frame {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("JSON");
                    assert_eq!(misfit(&frame), None, "{frame}");
                    self.follow(&frame);
                    return Frame::Json(frame);
                }
                Some(Ok(Message::Binary(bytes))) => return Frame::Binary(bytes.to_vec()),
                Some(Ok(Message::Close(frame))) => return Frame::Closed(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Closed(1006),
            }
        }
    }

    /// The next frame of this type; others are kept for later, deltas and snapshots are applied.
    pub(crate) async fn wait_for(&mut self, kind: &str) -> Value {
        if let Some(index) = self.aside.iter().position(|frame| frame["type"] == kind) {
            return self.aside.remove(index);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "no {kind} in time");
            match self.next().await {
                Frame::Json(frame) if frame["type"] == kind => return frame,
                Frame::Json(frame) => self.aside.push(frame),
                Frame::Binary(_) => {}
                Frame::Closed(code) => panic!("closed with {code} while waiting for {kind}"),
            }
        }
    }

    /// Waits until a seat is in this state.
    pub(crate) async fn wait_for_seat(&mut self, ordinal: usize, state: u8) {
        let deadline = Instant::now() + PATIENCE;
        while self.states[ordinal] != state {
            assert!(Instant::now() < deadline, "seat {ordinal} is not {state} in time");
            match self.next().await {
                Frame::Json(frame) => self.aside.push(frame),
                Frame::Binary(_) => {}
                Frame::Closed(code) => panic!("closed with {code}"),
            }
        }
    }

    /// Reads until the server closes; the `bye` code and the close code.
    pub(crate) async fn wait_for_close(&mut self) -> (Option<String>, u16) {
        let mut bye = None;
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "not closed in time");
            match self.next().await {
                Frame::Json(frame) if frame["type"] == "bye" => bye = frame["code"].as_str().map(str::to_owned),
                Frame::Closed(code) => return (bye, code),
                _ => {}
            }
        }
    }

    /// Keeps the map, and refuses everything that the protocol forbids.
    fn follow(&mut self, frame: &Value) {
        match frame["type"].as_str().expect("every frame has a type") {
            "hello" | "snapshot" if frame["type"] == "hello" => {
                frame["epoch"].as_str().expect("an epoch").clone_into(&mut self.epoch);
            }
            "snapshot" => {
                self.seq = frame["seq"].as_u64().expect("a seq");
                self.states =
                    unpack(frame["states"].as_str().expect("states"), frame["seats"].as_u64().expect("seats"));
                assert_eq!(frame["epoch"], self.epoch.as_str());
                assert_eq!(frame["hash"], hash(&self.states), "the snapshot's hash is of its states");
            }
            "delta" => {
                assert_eq!(frame["seq"], self.seq + 1, "deltas are contiguous");
                assert_eq!(frame["epoch"], self.epoch.as_str());
                self.seq += 1;
                for change in frame["changes"].as_array().expect("changes") {
                    let (ordinal, state) =
                        (change[0].as_u64().expect("an ordinal"), change[1].as_u64().expect("a state"));
                    self.states[usize::try_from(ordinal).unwrap()] = u8::try_from(state).unwrap();
                }
            }
            "beacon" => {
                assert_eq!(frame["seq"], self.seq, "a beacon comes in order with the deltas");
                assert_eq!(frame["hash"], hash(&self.states), "the map is the server's");
            }
            _ => {}
        }
    }
}

pub(crate) fn unpack(base64: &str, seats: u64) -> Vec<u8> {
    use base64::Engine as _;
    let packed = base64::engine::general_purpose::STANDARD.decode(base64).expect("base64");
    (0..usize::try_from(seats).unwrap()).map(|seat| packed[seat / 4] >> (seat % 4 * 2) & 0b11).collect()
}

pub(crate) fn pack(states: &[u8]) -> Vec<u8> {
    states.chunks(4).map(|four| four.iter().rev().fold(0, |byte, state| byte << 2 | state)).collect()
}

/// CRC-32 (IEEE), written here from its definition, so that the server's is not checked against itself.
pub(crate) fn hash(states: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in pack(states) {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    format!("{:08x}", !crc)
}

/// What is wrong with a frame from the server, of the public socket or of the admin socket.
fn misfit(frame: &Value) -> Option<String> {
    let public = DOCUMENT.component_misfit("ServerFrame", frame)?;
    let organizers = DOCUMENT.component_misfit("AdminFrame", frame)?;
    Some(format!("{public}; {organizers}"))
}
