//! The binary frames of `frontrow.v1.bin`. The layout is written down in `PROTOCOL.md`, section B.

use super::Delta;
use crate::seat::SeatMap;

const SNAPSHOT: u8 = 1;
const DELTA: u8 = 2;
const BEACON: u8 = 3;
const STALE: u8 = 1;

/// The whole map: 2 bits a seat and a header of about 30 bytes.
pub fn snapshot_bytes(epoch: &str, seq: u64, map: &SeatMap) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 + epoch.len() + map.packed().len());
    out.push(SNAPSHOT);
    out.push(u8::try_from(epoch.len()).expect("epochs are short: this server makes them"));
    out.extend_from_slice(epoch.as_bytes());
    put_varint(&mut out, seq);
    put_varint(&mut out, map.seats().into());
    out.extend_from_slice(&map.hash().to_le_bytes());
    out.extend_from_slice(map.packed());
    out
}

/// The changes as gaps between ordinals, the state in the two low bits: about two bytes a seat.
pub fn delta_bytes(delta: &Delta) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 3 * delta.changes.len());
    out.push(DELTA);
    put_varint(&mut out, delta.seq);
    put_varint(&mut out, delta.ts_ms);
    put_varint(&mut out, delta.changes.len() as u64);
    let mut next = 0;
    for &(ordinal, state) in &delta.changes {
        let gap = ordinal.0.checked_sub(next).expect("changes are sorted by ordinal");
        put_varint(&mut out, u64::from(gap) << 2 | state as u64);
        next = ordinal.0 + 1;
    }
    out
}

/// Alive, and what the map should hash to.
pub fn beacon_bytes(seq: u64, hash: u32, stale: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    out.push(BEACON);
    out.push(if stale { STALE } else { 0 });
    put_varint(&mut out, seq);
    out.extend_from_slice(&hash.to_le_bytes());
    out
}

/// Unsigned LEB128: seven bits a byte, the low ones first, the high bit says "more follows".
#[expect(clippy::cast_possible_truncation, reason = "the low seven bits are what is wanted")]
fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ordinal;
    use crate::seat::SeatState;

    #[test]
    fn b2_a_delta_writes_gaps_and_states() {
        let changes =
            vec![(Ordinal(0), SeatState::Held), (Ordinal(1), SeatState::Sold), (Ordinal(100), SeatState::Available)];
        let bytes = delta_bytes(&Delta { seq: 300, ts_ms: 1, changes });
        assert_eq!(bytes, [2, 0xac, 0x02, 1, 3, 1, 2, 0x88, 0x03]);
    }

    #[test]
    fn b1_a_snapshot_of_50_000_seats_stays_below_12_6_kb() {
        let bytes = snapshot_bytes("0123456789abcdef", u64::from(u32::MAX), &SeatMap::new(50_000));
        assert!(bytes.len() <= 12_600, "{} bytes", bytes.len());
    }

    #[test]
    fn b3_a_beacon_carries_the_hash_little_endian() {
        assert_eq!(beacon_bytes(1, 0x0102_0304, true), [3, 1, 1, 4, 3, 2, 1]);
    }
}
