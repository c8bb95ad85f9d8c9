//! Frames as bytes, in both directions. Must never keep more of a frame than what has not arrived completely: a client of
//! thousands of sockets has no room for buffers.

use std::mem;

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const MASK_BYTES: usize = 4;
/// In place of a length: it follows, in so many bytes.
const LENGTH_IN_TWO: u8 = 126;
const LENGTH_IN_EIGHT: u8 = 127;

/// One frame as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    mask: Option<[u8; MASK_BYTES]>,
    /// As on the wire: masked where a client sent it.
    pub(crate) payload: &'a [u8],
}

impl Frame<'_> {
    /// What the sender meant.
    pub(crate) fn plain(&self) -> Vec<u8> {
        let Some(mask) = self.mask else { return self.payload.to_vec() };
        self.payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
    }
}

/// What has come of a frame that is not complete yet: nothing nearly always, and then it takes no memory.
#[derive(Default)]
pub(crate) struct Frames(Vec<u8>);

impl Frames {
    /// Takes what was read and hands over every frame that is complete.
    pub(crate) fn feed(&mut self, bytes: &[u8], each: impl FnMut(Frame<'_>)) {
        if self.0.is_empty() {
            self.0 = bytes[split(bytes, each)..].to_vec();
            return;
        }
        let mut all = mem::take(&mut self.0);
        all.extend_from_slice(bytes);
        let used = split(&all, each);
        if used < all.len() {
            all.drain(..used);
            self.0 = all;
        }
    }
}

/// Hands over the complete frames at the beginning; how many bytes they are.
fn split(bytes: &[u8], mut each: impl FnMut(Frame<'_>)) -> usize {
    let mut used = 0;
    while let Some((frame, length)) = first(&bytes[used..]) {
        each(frame);
        used += length;
    }
    used
}

/// The frame at the beginning, if all of it is there, and its length on the wire.
fn first(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&kind, &short) = (bytes.first()?, bytes.get(1)?);
    let (length, mut start) = match short & !MASKED {
        LENGTH_IN_TWO => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        LENGTH_IN_EIGHT => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
        short => (short.into(), 2),
    };
    let mask = if short & MASKED == 0 {
        None
    } else {
        start += MASK_BYTES;
        Some(bytes.get(start - MASK_BYTES..start)?.try_into().ok()?)
    };
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    Some((Frame { opcode: kind & 0x0f, mask, payload: bytes.get(start..end)? }, end))
}

/// A frame as a server sends it.
pub(crate) fn from_server(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(opcode, payload.len(), 0);
    frame.extend_from_slice(payload);
    frame
}

/// A frame as a client sends it, under the mask of zeros: it is as good as any other for a server, and costs us nothing.
pub(crate) fn from_client(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(opcode, payload.len(), MASKED);
    frame.extend_from_slice(&[0; MASK_BYTES]);
    frame.extend_from_slice(payload);
    frame
}

fn head(opcode: u8, length: usize, masked: u8) -> Vec<u8> {
    let mut head = vec![FINAL | opcode];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..LENGTH_IN_TWO), _) => head.push(masked | length),
        (_, Ok(length)) => {
            head.push(masked | LENGTH_IN_TWO);
            head.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            head.push(masked | LENGTH_IN_EIGHT);
            head.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pieces: &[&[u8]]) -> (Vec<(u8, Vec<u8>)>, usize) {
        let (mut frames, mut heard) = (Frames::default(), Vec::new());
        for piece in pieces {
            frames.feed(piece, |frame| heard.push((frame.opcode, frame.plain())));
        }
        (heard, frames.0.len())
    }

    #[test]
    fn frames_arrive_whole_however_they_are_cut() {
        let sent: Vec<(u8, Vec<u8>)> = vec![
            (BINARY, vec![1; 20_000]),
            (PING, b"are you there".to_vec()),
            (TEXT, Vec::new()),
            (BINARY, vec![2; 126]),
            (BINARY, vec![3; 70_000]),
        ];
        let wire: Vec<u8> = sent.iter().flat_map(|(opcode, payload)| from_server(*opcode, payload)).collect();
        for size in [1, 2, 3, 7, 1_000, wire.len()] {
            let pieces: Vec<&[u8]> = wire.chunks(size).collect();
            assert_eq!(heard(&pieces), (sent.clone(), 0), "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_not_complete_waits() {
        let frame = from_server(BINARY, b"whole");
        assert_eq!(heard(&[&frame, &frame[..4]]), (vec![(BINARY, b"whole".to_vec())], 4));
    }

    #[test]
    fn a_masked_frame_is_read_as_it_was_meant() {
        let frame = from_client(TEXT, b"go 64");
        assert_eq!(heard(&[&frame]).0, [(TEXT, b"go 64".to_vec())]);
        let masked = [0x81, 0x82, 1, 2, 3, 4, b'g' ^ 1, b'o' ^ 2];
        assert_eq!(heard(&[&masked]).0, [(TEXT, b"go".to_vec())]);
    }
}
