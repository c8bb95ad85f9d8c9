//! The signature of webhooks: `t=UNIX_SECONDS,v1=HEX`, the HMAC-SHA256 of `{t}.{body}` under a shared secret.
//!
//! The time is signed too, so that a notice that was overheard is worth nothing later. Nothing here reads a body: it is
//! bytes until its signature was found right.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::hex;

use super::BadNotice;

/// The header that carries it.
pub const HEADER: &str = "Frontrow-Signature";
/// How far the sender's clock, and a notice on its way, may be from ours.
pub const TOLERANCE_S: u64 = 300;

/// The header for a body that is sent at `at`.
pub fn sign(secret: &str, body: &[u8], at: UnixMs) -> String {
    let seconds = unix_s(at);
    format!("t={seconds},v1={}", hex::lower(code(secret, &seconds.to_string(), body).as_ref()))
}

/// Checks a header against the bytes exactly as they came.
pub fn verify(secret: &str, header: &str, body: &[u8], now: UnixMs) -> Result<(), BadNotice> {
    let (signed_at, codes) = parse(header)?;
    let seconds: i64 = signed_at.parse().map_err(|_| BadNotice::Signature("its time is no time"))?;
    let right = code(secret, signed_at, body);
    // While secrets are exchanged a sender signs with the old and the new one.
    if !codes.iter().any(|code| verify_slices_are_equal(right.as_ref(), code).is_ok()) {
        return Err(BadNotice::Signature("it does not belong to this body"));
    }
    if unix_s(now).abs_diff(seconds) > TOLERANCE_S {
        return Err(BadNotice::Signature("it was made too long ago, or in the future"));
    }
    Ok(())
}

fn code(secret: &str, seconds: &str, body: &[u8]) -> hmac::Tag {
    let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    signing.update(seconds.as_bytes());
    signing.update(b".");
    signing.update(body);
    signing.sign()
}

const fn unix_s(at: UnixMs) -> i64 {
    at.0.div_euclid(1_000)
}

/// The time as it is written, because that is what was signed, and the codes. Nothing that is not understood passes.
fn parse(header: &str) -> Result<(&str, Vec<[u8; 32]>), BadNotice> {
    let garbled = BadNotice::Signature("it is not t=SECONDS,v1=HEX");
    let (mut signed_at, mut codes) = (None, Vec::new());
    for part in header.split(',') {
        match part.split_once('=') {
            Some(("t", seconds)) if is_number(seconds) && signed_at.is_none() => signed_at = Some(seconds),
            Some(("v1", digits)) => codes.push(unhex(digits).ok_or_else(|| garbled.clone())?),
            _ => return Err(garbled),
        }
    }
    match signed_at {
        Some(_) if codes.is_empty() => Err(BadNotice::Signature("there is no v1 in it")),
        Some(seconds) => Ok((seconds, codes)),
        None => Err(BadNotice::Signature("there is no time in it")),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 64 lower-case digits.
fn unhex(digits: &str) -> Option<[u8; 32]> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pairs = digits.as_bytes().chunks_exact(2);
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the tests";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const NOW: UnixMs = UnixMs(1_800_000_000_750);

    fn refused(header: &str) -> &'static str {
        match verify(SECRET, header, BODY, NOW) {
            Err(BadNotice::Signature(why)) => why,
            other => panic!("{header}: {other:?}"),
        }
    }

    #[test]
    fn what_was_signed_is_believed() {
        let header = sign(SECRET, BODY, NOW);
        assert!(header.starts_with("t=1800000000,v1="), "{header}");
        verify(SECRET, &header, BODY, NOW).expect("right");
        verify(SECRET, &sign(SECRET, b"", NOW), b"", NOW).expect("an empty body too");
    }

    #[test]
    fn the_code_is_the_hmac_of_time_dot_body() {
        // Computed with another implementation.
        let expected = "t=1800000000,v1=58374c3ea8bbb7c3894e206af675ceeb221115fd656bbcdf5151c51ca3c03688";
        assert_eq!(sign(SECRET, BODY, NOW), expected);
    }

    #[test]
    fn an_altered_body_time_or_secret_is_refused() {
        let header = sign(SECRET, BODY, NOW);
        let wrong = "it does not belong to this body";
        let other = |secret, body| verify(secret, &header, body, NOW).expect_err("altered");
        assert_eq!(other(SECRET, br#"{"id":"evt_2"}"#), BadNotice::Signature(wrong));
        assert_eq!(other(SECRET, b""), BadNotice::Signature(wrong));
        assert_eq!(other("another secret", BODY), BadNotice::Signature(wrong));
        assert_eq!(refused(&header.replace("t=1800000000", "t=1800000001")), wrong);
        assert_eq!(refused(&header.replace("t=1800000000", "t=01800000000")), wrong, "the same time, other bytes");
    }

    #[test]
    fn the_tolerance_is_300_seconds_both_ways() {
        for (distance_s, believed) in [(-301, false), (-300, true), (299, true), (300, true), (301, false)] {
            let header = sign(SECRET, BODY, NOW.plus_ms(distance_s * 1_000));
            assert_eq!(verify(SECRET, &header, BODY, NOW).is_ok(), believed, "{distance_s}");
        }
        let far = sign(SECRET, BODY, UnixMs(i64::MAX));
        assert!(verify(SECRET, &far, BODY, UnixMs(i64::MIN)).is_err());
    }

    #[test]
    fn missing_parts_and_garbage_are_refused() {
        let header = sign(SECRET, BODY, NOW);
        let (time, code) = header.split_once(',').unwrap();
        assert_eq!(refused(time), "there is no v1 in it");
        assert_eq!(refused(code), "there is no time in it");
        let garbage = [
            String::new(),
            "nonsense".into(),
            ",".into(),
            format!("{header},"),
            format!("{header},v0=00"),
            format!("{time},{header}"),
            format!("{time}, {code}"),
            format!("t=,{code}"),
            format!("t=-5,{code}"),
            format!("t=+1800000000,{code}"),
            format!("t=now,{code}"),
            format!("{time},v1="),
            format!("{time},v1=xyz"),
            format!("{time},{}", code.to_uppercase().replace("V1", "v1")),
            format!("{time},{}", &code[..code.len() - 2]),
            format!("{time},{code}00"),
            format!("{time},v1={}", "é".repeat(32)),
        ];
        for header in garbage {
            assert_eq!(refused(&header), "it is not t=SECONDS,v1=HEX", "{header}");
        }
        assert_eq!(refused(&format!("t={},{code}", "9".repeat(30))), "its time is no time");
    }

    #[test]
    fn one_right_code_of_two_is_enough() {
        let header = sign(SECRET, BODY, NOW);
        let (time, right) = header.split_once(',').unwrap();
        let wrong = format!("v1={}", "0".repeat(64));
        verify(SECRET, &format!("{time},{wrong},{right}"), BODY, NOW).expect("the second is right");
        verify(SECRET, &format!("{time},{right},{wrong}"), BODY, NOW).expect("the first is right");
        assert_eq!(refused(&format!("{time},{wrong},{wrong}")), "it does not belong to this body");
        assert_eq!(refused(&format!("{time},{right},v1=zz")), "it is not t=SECONDS,v1=HEX");
    }
}
