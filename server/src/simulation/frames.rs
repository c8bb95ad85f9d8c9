//! The server's frames as a client reads them, in both encodings. Written from `PROTOCOL.md`, not from the encoder.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::{SeatMap, SeatState};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

/// What the server said.
#[derive(Debug)]
#[expect(dead_code, reason = "every field is read by the trace")]
pub(super) enum Frame {
    Hello {
        epoch: String,
        seq: u64,
    },
    Snapshot {
        epoch: String,
        seq: u64,
        map: SeatMap,
        hash: u32,
    },
    /// The binary one carries no epoch.
    Delta {
        epoch: Option<String>,
        seq: u64,
        changes: Vec<(Ordinal, SeatState)>,
    },
    Beacon {
        seq: u64,
        hash: u32,
        stale: bool,
    },
    Reply {
        /// `None` of what was no command.
        reference: Option<u64>,
        /// `None` if it worked.
        code: Option<String>,
    },
    Cart {
        seats: Vec<String>,
    },
    Event,
    Bye {
        code: String,
    },
}

/// The frame of a message; `None` of what is no frame of the protocol.
pub(super) fn read(message: &Message) -> Option<Frame> {
    match message {
        Message::Text(text) => read_json(&serde_json::from_str(text).ok()?),
        Message::Binary(bytes) => read_binary(&mut &bytes[..]),
        _ => None,
    }
}

fn read_json(frame: &Value) -> Option<Frame> {
    let text = |name: &str| frame[name].as_str().map(str::to_owned);
    let seq = || frame["seq"].as_u64();
    let hash = || u32::from_str_radix(frame["hash"].as_str()?, 16).ok();
    Some(match frame["type"].as_str()? {
        "hello" => Frame::Hello { epoch: text("epoch")?, seq: seq()? },
        "snapshot" => {
            let packed = STANDARD.decode(frame["states"].as_str()?).ok()?;
            let map = unpack(u32::try_from(frame["seats"].as_u64()?).ok()?, &packed)?;
            Frame::Snapshot { epoch: text("epoch")?, seq: seq()?, map, hash: hash()? }
        }
        "delta" => {
            let change = |pair: &Value| {
                let state = u8::try_from(pair[1].as_u64()?).ok()?;
                Some((Ordinal(u32::try_from(pair[0].as_u64()?).ok()?), SeatState::from_bits(state)))
            };
            let changes = frame["changes"].as_array()?.iter().map(change).collect::<Option<_>>()?;
            Frame::Delta { epoch: text("epoch"), seq: seq()?, changes }
        }
        "beacon" => Frame::Beacon { seq: seq()?, hash: hash()?, stale: frame["stale"].as_bool()? },
        "reply" => Frame::Reply { reference: frame["ref"].as_u64(), code: text("code") },
        "cart" => {
            let seats = frame["seats"].as_array()?.iter();
            Frame::Cart { seats: seats.filter_map(|held| held["seat"].as_str().map(str::to_owned)).collect() }
        }
        "event" => Frame::Event,
        "bye" => Frame::Bye { code: text("code")? },
        _ => return None,
    })
}

fn read_binary(bytes: &mut &[u8]) -> Option<Frame> {
    Some(match byte(bytes)? {
        1 => {
            let length = byte(bytes)?;
            let epoch = String::from_utf8(take(bytes, length.into())?.to_vec()).ok()?;
            let (seq, seats, hash) = (varint(bytes)?, varint(bytes)?, hash(bytes)?);
            let map = unpack(u32::try_from(seats).ok()?, bytes)?;
            Frame::Snapshot { epoch, seq, map, hash }
        }
        2 => {
            let (seq, _ts_ms, count) = (varint(bytes)?, varint(bytes)?, varint(bytes)?);
            let mut next = 0;
            let mut changes = Vec::new();
            for _ in 0..count {
                let change = varint(bytes)?;
                let ordinal = next + (change >> 2);
                changes.push((Ordinal(u32::try_from(ordinal).ok()?), SeatState::from_bits((change & 3) as u8)));
                next = ordinal + 1;
            }
            Frame::Delta { epoch: None, seq, changes }
        }
        3 => {
            let stale = byte(bytes)? & 1 == 1;
            Frame::Beacon { seq: varint(bytes)?, hash: hash(bytes)?, stale }
        }
        _ => return None,
    })
}

fn unpack(seats: u32, packed: &[u8]) -> Option<SeatMap> {
    let mut map = SeatMap::new(seats);
    for seat in (0..seats).map(Ordinal) {
        map.set(seat, SeatState::from_bits(packed.get(seat.index() / 4)? >> (seat.0 % 4 * 2)));
    }
    Some(map)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    Some(take(bytes, 1)?[0])
}

fn hash(bytes: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let next = byte(bytes)?;
        value |= u64::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}
