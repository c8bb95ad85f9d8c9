//! Frames from the server, as JSON.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Ref;
use crate::event::EventStatus;
use crate::ids::Ordinal;
use crate::seat::{SeatMap, SeatState, hash_hex};

/// A change of the map: `seq` is the previous + 1, every seat at most once, in the order of ordinals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The position after this change.
    pub seq: u64,
    /// Server time of sending, Unix milliseconds.
    pub ts_ms: u64,
    /// Which seats changed to what.
    pub changes: Vec<(Ordinal, SeatState)>,
}

/// A seat in my cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = HeldSeat))]
pub struct HeldFor {
    /// The seat's name.
    pub seat: String,
    /// For how much longer, at the time of sending.
    pub expires_in_ms: u64,
}

/// A frame from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerFrame<'a> {
    /// The first frame.
    Hello {
        /// The room's epoch.
        epoch: &'a str,
        /// The room's position.
        seq: u64,
        /// How often the server pings.
        heartbeat_ms: u64,
    },
    /// The whole map.
    Snapshot {
        /// The room's epoch.
        epoch: &'a str,
        /// The position of this map.
        seq: u64,
        /// The states.
        map: &'a SeatMap,
    },
    /// What changed.
    Delta {
        /// The room's epoch.
        epoch: &'a str,
        /// The change.
        delta: &'a Delta,
    },
    /// I am alive, and this is what your map should hash to.
    Beacon {
        /// The room's epoch.
        epoch: &'a str,
        /// The room's position.
        seq: u64,
        /// The hash of its map.
        hash: u32,
        /// Whether the store cannot be reached.
        stale: bool,
    },
    /// The answer to a command that worked, with its result's fields.
    Ok {
        /// The command's.
        reference: &'a Ref,
        /// What the same request over HTTP would have answered.
        result: Map<String, Value>,
    },
    /// The answer to a command that was refused.
    Refused {
        /// The command's, null where none could be read.
        reference: &'a Ref,
        /// The error code.
        code: &'static str,
        /// A sentence for the person.
        detail: String,
        /// Fields that belong to the code, such as `seats`.
        fields: Map<String, Value>,
    },
    /// My holds in this event, all of them.
    Cart {
        /// What I hold.
        seats: &'a [HeldFor],
        /// Seats that a recovery of the hold store took from me.
        lost: &'a [String],
    },
    /// The event changed.
    Event {
        /// Its status now.
        status: EventStatus,
    },
    /// The server is about to close this socket.
    Bye {
        /// Why.
        code: &'static str,
        /// When to come back.
        retry_after_ms: u64,
    },
}

impl ServerFrame<'_> {
    /// The frame as JSON text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    fn to_value(&self) -> Value {
        use serde_json::json;
        match self {
            Self::Hello { epoch, seq, heartbeat_ms } => json!({
                "type": "hello", "protocol": super::PROTOCOL_VERSION, "epoch": epoch, "seq": seq, "heartbeat_ms": heartbeat_ms,
            }),
            Self::Snapshot { epoch, seq, map } => json!({
                "type": "snapshot", "epoch": epoch, "seq": seq,
                "seats": map.seats(), "states": map.to_base64(), "hash": hash_hex(map.hash()),
            }),
            Self::Delta { epoch, delta } => {
                let changes: Vec<_> = delta.changes.iter().map(|&(ordinal, state)| (ordinal.0, state as u8)).collect();
                json!({"type": "delta", "epoch": epoch, "seq": delta.seq, "ts_ms": delta.ts_ms, "changes": changes})
            }
            Self::Beacon { epoch, seq, hash, stale } => json!({
                "type": "beacon", "epoch": epoch, "seq": seq, "hash": hash_hex(*hash), "stale": stale,
            }),
            Self::Ok { reference, result } => {
                let mut frame = result.clone();
                frame.insert("type".into(), "reply".into());
                frame.insert("ref".into(), json!(reference));
                frame.insert("ok".into(), true.into());
                Value::Object(frame)
            }
            Self::Refused { reference, code, detail, fields } => {
                let mut frame = fields.clone();
                frame.insert("type".into(), "reply".into());
                frame.insert("ref".into(), json!(reference));
                frame.insert("ok".into(), false.into());
                frame.insert("code".into(), (*code).into());
                frame.insert("detail".into(), detail.as_str().into());
                Value::Object(frame)
            }
            Self::Cart { seats, lost: [] } => json!({"type": "cart", "seats": seats}),
            Self::Cart { seats, lost } => json!({"type": "cart", "seats": seats, "lost": lost}),
            Self::Event { status } => json!({"type": "event", "status": status}),
            Self::Bye { code, retry_after_ms } => {
                json!({"type": "bye", "code": code, "retry_after_ms": retry_after_ms})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn frames_have_the_shapes_of_the_contract() {
        let mut map = SeatMap::new(4);
        map.set(Ordinal(1), SeatState::Sold);
        let snapshot = ServerFrame::Snapshot { epoch: "e", seq: 7, map: &map };
        assert_eq!(
            snapshot.to_value(),
            json!({"type": "snapshot", "epoch": "e", "seq": 7, "seats": 4, "states": "CA==", "hash": hash_hex(map.hash())})
        );
        let delta = Delta { seq: 8, ts_ms: 9, changes: vec![(Ordinal(1), SeatState::Available)] };
        assert_eq!(
            ServerFrame::Delta { epoch: "e", delta: &delta }.to_value(),
            json!({"type": "delta", "epoch": "e", "seq": 8, "ts_ms": 9, "changes": [[1, 0]]})
        );
        let refused = ServerFrame::Refused {
            reference: &Ref::None,
            code: "bad_message",
            detail: "why".into(),
            fields: Map::new(),
        };
        assert_eq!(
            refused.to_value(),
            json!({"type": "reply", "ref": null, "ok": false, "code": "bad_message", "detail": "why"})
        );
    }
}
