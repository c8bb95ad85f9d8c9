//! Bytes as lower-case hex digits: how hashes are named everywhere.

use std::fmt::Write as _;

/// Two digits a byte.
pub fn lower(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(super::lower(&[0, 0x0a, 0xff]), "000aff");
    }
}
