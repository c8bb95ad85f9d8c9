//! The fan-out: the same finished bytes to everybody in the room. It knows connections, not rules.
//!
//! This is the boundary behind which frames may later be written straight to the sockets: whoever joins gets a
//! [`Subscription`], whoever changes the map calls [`Fanout::publish`], and nothing else crosses.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use frontrow_domain::protocol::Subprotocol;
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Frames that a slow socket may be behind before it gets a snapshot instead: more than a second of ticks.
const BACKLOG: usize = 64;

/// One frame in both encodings. Cloning it copies two pointers.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    json: Utf8Bytes,
    /// `None` where the binary subprotocol says the same in JSON text.
    binary: Option<Bytes>,
    /// When it was given to everybody, where it matters how long it takes to reach them.
    published: Option<Instant>,
}

impl Frame {
    pub(crate) fn new(json: String, binary: Vec<u8>) -> Self {
        Self { json: json.into(), binary: Some(binary.into()), published: None }
    }

    pub(crate) fn text(json: String) -> Self {
        Self { json: json.into(), binary: None, published: None }
    }

    /// The same frame, to be timed from now on.
    pub(super) fn published_now(self) -> Self {
        Self { published: Some(Instant::now()), ..self }
    }

    /// How long ago it was given to everybody, if it is timed.
    pub(crate) fn age(&self) -> Option<Duration> {
        self.published.map(|at| at.elapsed())
    }

    /// The frame as this socket wants it.
    pub(crate) fn message(&self, subprotocol: Subprotocol) -> Message {
        match (&self.binary, subprotocol) {
            (Some(binary), Subprotocol::Binary) => Message::Binary(binary.clone()),
            _ => Message::Text(self.json.clone()),
        }
    }
}

/// A socket's place in the fan-out.
pub(crate) struct Subscription(broadcast::Receiver<Frame>);

/// The socket was so slow that frames were dropped for it: it needs a snapshot.
#[derive(Debug)]
pub(crate) struct Lagged;

impl Subscription {
    /// The next frame. `Err` once after frames were dropped; pending for ever when the room is gone.
    pub(crate) async fn next(&mut self) -> Result<Frame, Lagged> {
        match self.0.recv().await {
            Ok(frame) => Ok(frame),
            Err(broadcast::error::RecvError::Lagged(_)) => Err(Lagged),
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Everybody in the room.
pub(crate) struct Fanout(broadcast::Sender<Frame>);

impl Fanout {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn enter(&self) -> Subscription {
        Subscription(self.0.subscribe())
    }

    /// Gives the frame to everybody, and says to how many. Never waits.
    pub(crate) fn publish(&self, frame: Frame) -> usize {
        self.0.send(frame).unwrap_or(0)
    }

    pub(crate) fn members(&self) -> usize {
        self.0.receiver_count()
    }
}
