//! What fuzzers throw bytes at: one function for each target, which panics where the code breaks its word. Never in an
//! ordinary build.

use frontrow_domain::clock::UnixMs;

use crate::holds::redis::value;
use crate::payments::{http, signature};

const SECRET: &str = "a secret that no fuzzer guesses";
const NOW: UnixMs = UnixMs(1_800_000_000_000);

/// A notice of the payment provider: the header's line, then the body. Nobody signs who does not know the secret, and a
/// signature is about one body only.
pub fn webhook(data: &[u8]) {
    let (header, body) = data.iter().position(|byte| *byte == b'\n').map_or((data, &[][..]), |at| data.split_at(at));
    if let Ok(header) = std::str::from_utf8(header) {
        assert!(signature::verify(SECRET, header, body, NOW).is_err(), "a forged signature was believed");
    }
    let right = signature::sign(SECRET, body, NOW);
    assert_eq!(signature::verify(SECRET, &right, body, NOW), Ok(()));
    let longer = [body, b" "].concat();
    assert!(signature::verify(SECRET, &right, &longer, NOW).is_err(), "the signature of another body was believed");
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    http::notice(body).ok();
}

/// The value of a seat's key, or of the gate: what was read is written and read again as the same.
pub fn hold_value(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(record) = value::parse(Some(text)) {
        assert_eq!(value::parse(Some(&value::format(&record))).ok(), Some(record));
    }
    if let Ok(Some(gate)) = value::parse_gate(text, "run") {
        let written = format!("{}|{}|{}|run", gate.epoch, gate.version, u8::from(gate.open));
        assert_eq!(value::parse_gate(&written, "run").ok(), Some(Some(gate)));
        assert_eq!(value::parse_gate(text, "another").ok(), Some(None), "the gate of another run was believed");
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::fuzzing::rehearse;

    use super::*;

    #[test]
    fn forged_notices_are_refused() {
        rehearse("webhook", webhook, 5_000);
    }

    #[test]
    fn hold_values_are_read_as_they_are_written() {
        rehearse("hold_value", hold_value, 10_000);
    }
}
