//! A frame of the server, finished: header and payload as they go over the wire, the same bytes for everybody.

use axum::body::Bytes;
use frontrow_domain::protocol::Subprotocol;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as Unfinished;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// A ping without payload: servers do not mask, so all of them look the same.
pub(super) const PING: &[u8] = &[0x89, 0x00];

/// One frame in both encodings. Cloning it copies two pointers.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    json: Bytes,
    /// `None` where the binary subprotocol says the same in JSON text.
    binary: Option<Bytes>,
}

impl Frame {
    pub(crate) fn new(json: String, binary: Vec<u8>) -> Self {
        Self { json: finish(json, Data::Text), binary: Some(finish(binary, Data::Binary)) }
    }

    pub(crate) fn text(json: String) -> Self {
        Self { json: finish(json, Data::Text), binary: None }
    }

    /// The frame as this socket wants it.
    pub(crate) fn bytes(&self, subprotocol: Subprotocol) -> &Bytes {
        match (&self.binary, subprotocol) {
            (Some(binary), Subprotocol::Binary) => binary,
            _ => &self.json,
        }
    }
}

fn finish(payload: impl Into<Bytes>, kind: Data) -> Bytes {
    let frame = Unfinished::message(payload, OpCode::Data(kind), true);
    let mut bytes = Vec::with_capacity(frame.len());
    frame.format(&mut bytes).expect("a vector takes everything");
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_finished_for_every_length_of_payload() {
        let header = |len: usize| Frame::new("x".repeat(len), vec![7; len]);
        let short = header(125);
        assert_eq!(short.bytes(Subprotocol::Json)[..2], [0x81, 125]);
        assert_eq!(short.bytes(Subprotocol::Binary)[..3], [0x82, 125, 7]);
        assert_eq!(header(126).bytes(Subprotocol::Json)[..5], [0x81, 126, 0, 126, b'x']);
        assert_eq!(header(70_000).bytes(Subprotocol::Binary)[..10], [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
        assert_eq!(header(70_000).bytes(Subprotocol::Binary).len(), 70_010);
        let text = Frame::text("{}".into());
        assert_eq!(text.bytes(Subprotocol::Binary), &[0x81, 2, b'{', b'}'][..], "the same in both");
    }
}
