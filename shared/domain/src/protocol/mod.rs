//! What travels over a WebSocket: the frames of `PROTOCOL.md`, in JSON and in binary.
//!
//! Encoding is here and nowhere else, so that a room encodes once and everybody gets the same bytes.

mod activity;
mod binary;
mod client;
pub mod dashboard;
mod server;

pub use activity::{Activity, ActivityRow, Holder, masked_email};
pub use binary::{beacon_bytes, delta_bytes, snapshot_bytes};
pub use client::{BadFrame, ClientFrame, Command, Ref};
pub use server::{Delta, HeldFor, ServerFrame};

/// The protocol's version, as `hello` says it.
pub const PROTOCOL_VERSION: u32 = 1;

/// The largest frame a client may send, in bytes.
pub const MAX_CLIENT_FRAME_BYTES: usize = 16 * 1024;

/// The most seats one command may name; a frame of 16 KiB has room for more than anybody may hold.
pub const MAX_SEATS_PER_COMMAND: usize = 100;

/// How a socket wants its snapshots, deltas and beacons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Subprotocol {
    /// Everything is JSON text.
    #[default]
    Json,
    /// Snapshots, deltas and beacons are binary.
    Binary,
}

impl Subprotocol {
    /// The name in `Sec-WebSocket-Protocol`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "frontrow.v1.json",
            Self::Binary => "frontrow.v1.bin",
        }
    }

    /// The first of the client's wishes that we speak.
    pub fn choose<'a>(wishes: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        wishes
            .into_iter()
            .find_map(|wish| [Self::Json, Self::Binary].into_iter().find(|known| known.name() == wish.trim()))
    }
}
