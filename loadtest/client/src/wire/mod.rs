//! The WebSocket protocol in as few steps as measuring needs. Must never be used where a peer is not trusted: it checks little.

pub(crate) mod frames;
pub(crate) mod handshake;
