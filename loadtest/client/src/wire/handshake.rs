//! The upgrade, seen from either side. Must never be stricter than measuring needs: whoever is measured here speaks properly.

use std::net::SocketAddr;

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Any sixteen bytes in base64 will do: nobody caches these answers.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const END: &[u8] = b"\r\n\r\n";

/// What a client asks.
pub(crate) fn request(server: SocketAddr, path: &str, subprotocol: Option<&str>) -> Vec<u8> {
    let subprotocol = subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{subprotocol}\r\n"
    )
    .into_bytes()
}

/// How long the head of a request or an answer is, once all of it is there.
pub(crate) fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(END.len()).position(|window| window == END).map(|at| at + END.len())
}

/// Whether the server has agreed to what [`request`] asked.
pub(crate) fn is_agreed(head: &[u8]) -> bool {
    let accepted = derive_accept_key(KEY.as_bytes());
    head.starts_with(b"HTTP/1.1 101 ") && value(head, "sec-websocket-accept") == Some(&accepted)
}

/// What a server answers to the head of a request; `None` if it is no upgrade.
pub(crate) fn answer(head: &[u8]) -> Option<Vec<u8>> {
    let accept = derive_accept_key(value(head, "sec-websocket-key")?.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Some(answer.into_bytes())
}

fn value<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let mut fields = std::str::from_utf8(head).ok()?.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree() {
        let mut wire = request("127.0.0.1:80".parse().unwrap(), "/ws", Some("frontrow.v1.bin"));
        assert_eq!(head_length(&wire[..wire.len() - 1]), None);
        wire.extend_from_slice(b"early");
        let length = head_length(&wire).unwrap();
        assert_eq!(&wire[length..], b"early");
        let answer = answer(&wire[..length]).unwrap();
        assert!(is_agreed(&answer));
        assert!(!is_agreed(b"HTTP/1.1 404 Not Found\r\n\r\n"));
    }
}
