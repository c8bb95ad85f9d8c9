//! Frontrow's binary frames (PROTOCOL.md, section B), as far as counting needs them. Must never look at the seats of a
//! frame that was seen before: at a hundred thousand deliveries a second that would be the measurement.

/// What a binary frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Snapshot,
    Delta { seq: u64 },
    Beacon,
    Other,
}

pub(crate) fn read(payload: &[u8]) -> Told {
    match payload.first() {
        Some(1) => Told::Snapshot,
        Some(2) => varint(&mut &payload[1..]).map_or(Told::Other, |seq| Told::Delta { seq }),
        Some(3) => Told::Beacon,
        _ => Told::Other,
    }
}

/// A seat's ordinal and its new state.
pub(crate) type Change = (u32, u8);

/// The changes of a delta.
pub(crate) fn changes(payload: &[u8]) -> Option<Vec<Change>> {
    let mut bytes = payload.strip_prefix(&[2])?;
    let (_seq, _sent) = (varint(&mut bytes)?, varint(&mut bytes)?);
    let (count, mut next) = (varint(&mut bytes)?, 0);
    let change = |_| {
        let value = varint(&mut bytes)?;
        let ordinal = next + u32::try_from(value >> 2).ok()?;
        next = ordinal + 1;
        Some((ordinal, u8::try_from(value & 0b11).ok()?))
    };
    (0..count).map(change).collect()
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b2_the_example_of_the_protocol() {
        let frame = [0x02, 0xac, 0x02, 0x01, 0x03, 0x01, 0x02, 0x88, 0x03];
        assert_eq!(read(&frame), Told::Delta { seq: 300 });
        assert_eq!(changes(&frame), Some(vec![(0, 1), (1, 2), (100, 0)]));
        assert_eq!(changes(&frame[..7]), None);
        assert_eq!(read(&frame[..2]), Told::Other);
        assert_eq!(read(&[3, 1, 1, 4, 3, 2, 1]), Told::Beacon);
        assert_eq!(read(&[1, 0]), Told::Snapshot);
        assert_eq!(read(&[]), Told::Other);
    }
}
