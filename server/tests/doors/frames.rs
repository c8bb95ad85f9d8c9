//! Frames that no honest client sends, one kind at a time: each ends its own socket, with the table's code, and nothing else.

use serde_json::json;

use crate::assert_healthy;
use crate::support::TestStack;
use crate::wire::{BINARY, CONTINUATION, Heard, LAST, PING, PONG, TEXT, UNFINISHED, Wire, frame, head, unmasked};

const COMMAND: &[u8] = br#"{"type":"ping","ref":"r"}"#;

/// Sends these bytes over a new socket; how it ended.
async fn ended_by(stack: &TestStack, event: &str, bytes: &[u8]) -> Heard {
    let mut wire = Wire::upgraded(&stack.address(0), event).await;
    wire.send(bytes).await;
    wire.closing().await
}

#[tokio::test]
async fn frames_that_break_the_protocol_end_their_socket_and_say_why() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    let mut witness = stack.socket(0, &event).await;
    let mut again = frame(UNFINISHED, b"{");
    again.extend(frame(TEXT, COMMAND));
    for (what, bytes, code) in [
        ("no mask", unmasked(TEXT, COMMAND), 1002),
        ("no mask, ping", unmasked(PING, b""), 1002),
        ("reserved opcode 3", frame(0x83, COMMAND), 1002),
        ("reserved opcode 15", frame(0x8f, b""), 1002),
        ("reserved bit 1", frame(TEXT | 0x40, COMMAND), 1002),
        ("reserved bit 3", frame(TEXT | 0x10, COMMAND), 1002),
        ("a ping of 126 bytes", frame(PING, &[0; 126]), 1002),
        ("a ping in fragments", frame(PING & !LAST, b""), 1002),
        ("a continuation of nothing", frame(LAST | CONTINUATION, b"x"), 1002),
        ("a text within a text", again, 1002),
        ("a close of one byte", frame(0x88, b"x"), 1002),
        ("text that is not UTF-8", frame(TEXT, b"\xf0\x9f\x92"), 1007),
        ("overlong UTF-8", frame(TEXT, b"\xc0\xafx"), 1007),
        ("a surrogate", frame(TEXT, b"\xed\xa0\x80"), 1007),
        ("16 KiB and a byte", frame(TEXT, &vec![b' '; 16 * 1024 + 1]), 1009),
        ("a frame of exabytes", [head(TEXT, 0x80, 1 << 62), vec![0; 4]].concat(), 1009),
        ("the largest length", [head(BINARY, 0x80, u64::MAX), vec![0; 4]].concat(), 1009),
    ] {
        let end = ended_by(&stack, &event, &bytes).await;
        assert_eq!(end, Heard::Closed(code), "{what}");
    }
    assert_eq!(witness.command(json!({"type": "ping", "ref": 1})).await["ok"], true);
    assert_healthy(&stack, &event).await;
}

#[tokio::test]
async fn a_client_that_is_still_sending_hears_why_it_was_closed() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    for _ in 0..10 {
        let end = ended_by(&stack, &event, &frame(TEXT, &vec![b'x'; 4 << 20])).await;
        assert_eq!(end, Heard::Closed(1009));
    }
}

#[tokio::test]
async fn a_message_may_come_in_pieces_but_not_in_any_number_of_them() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    let mut wire = Wire::upgraded(&stack.address(0), &event).await;
    let mut bytes = frame(UNFINISHED, b"");
    for byte in COMMAND.chunks(1) {
        bytes.extend(frame(CONTINUATION, byte));
        bytes.extend(frame(CONTINUATION, b""));
    }
    bytes.extend(frame(LAST, b""));
    wire.send(&bytes).await;
    assert_eq!(wire.refusals_before("r").await, 0);

    let mut flood = frame(UNFINISHED, b"");
    flood.extend(frame(CONTINUATION, b"").repeat(100_000));
    wire.send(&flood).await;
    assert_eq!(wire.closing().await, Heard::Closed(4429));
    // More of a message than there may be is too much, however small its pieces are.
    let mut large = frame(UNFINISHED, b"");
    large.extend(frame(CONTINUATION, b"xxxxxxxx").repeat(4_000));
    assert_eq!(ended_by(&stack, &event, &large).await, Heard::Closed(1009));
    assert_healthy(&stack, &event).await;
}

#[tokio::test]
async fn pings_are_answered_and_floods_of_them_are_not() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    let mut wire = Wire::upgraded(&stack.address(0), &event).await;
    wire.send(frame(PING, b"hello").repeat(40)).await;
    for _ in 0..40 {
        while wire.hear().await != Heard::Other(PONG) {}
    }
    // They took nothing of the commands' room.
    wire.send(frame(TEXT, COMMAND)).await;
    assert_eq!(wire.refusals_before("r").await, 0);
    for flood in [PING, PONG] {
        let end = ended_by(&stack, &event, &frame(flood, b"").repeat(50_000)).await;
        assert_eq!(end, Heard::Closed(4429), "{flood:x}");
    }
    assert_healthy(&stack, &event).await;
}

#[tokio::test]
async fn a_flood_of_commands_is_closed_whatever_they_are() {
    let stack = crate::stack(|_| {}).await;
    let event = stack.event(4, |_| {}).await;
    for command in [frame(TEXT, COMMAND), frame(TEXT, b"nonsense"), frame(BINARY, b"nonsense"), frame(TEXT, b"")] {
        assert_eq!(ended_by(&stack, &event, &command.repeat(5_000)).await, Heard::Closed(4429));
    }
    assert_healthy(&stack, &event).await;
}
