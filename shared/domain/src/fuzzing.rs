//! What fuzzers throw bytes at: one function for each target, which panics where the code breaks its word. Never in an
//! ordinary build. [`rehearse`] runs such a function over its corpus and changed copies of it, for those who have no fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::ids::Ordinal;
use crate::plan::{Blocks, Layout, MAX_PROBLEMS, compile};
use crate::protocol::{ClientFrame, Command, Delta, MAX_SEATS_PER_COMMAND, beacon_bytes, delta_bytes, snapshot_bytes};
use crate::seat::{SeatMap, SeatState};

/// A seating plan: refused with its problems, or compiled into exactly the seats that it lists.
pub fn plan(data: &[u8]) {
    let Ok(plan) = serde_json::from_slice::<Value>(data) else { return };
    match compile(&plan) {
        Ok(layout) => check_layout(&layout, listed_seats(&plan)),
        Err(problems) => assert!((1..=MAX_PROBLEMS).contains(&problems.len()), "{} problems", problems.len()),
    }
}

fn check_layout(layout: &Layout, listed: usize) {
    assert_eq!(layout.seats.len(), listed, "as many seats as the plan lists");
    for (ordinal, seat) in (0..).map(Ordinal).zip(&layout.seats) {
        assert_eq!(layout.ordinal(&seat.seat), Some(ordinal), "a seat is found by its name");
        assert!(seat.x.is_finite() && seat.y.is_finite(), "a seat can be drawn");
    }
    let in_sections = |index: usize| layout.seats.iter().filter(|seat| seat.section == index).count();
    for (index, section) in layout.sections.iter().enumerate() {
        assert_eq!(section.total as usize, in_sections(index), "a section has its seats");
    }
    let in_categories: u32 = layout.categories.iter().map(|category| category.total).sum();
    assert_eq!(in_categories, layout.seats_total(), "every seat has a category");
    let in_blocks: usize = Blocks::of(layout).iter().map(<[_]>::len).sum();
    assert_eq!(in_blocks, layout.seats.len(), "every seat is in one block");
}

fn listed_seats(plan: &Value) -> usize {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let rows = list(plan, "zones").into_iter().flat_map(|zone| list(&zone, "rows"));
    rows.map(|row| list(&row, "seats").len()).sum()
}

/// A frame from a client: what was read is written and read again as the same.
pub fn client_frame(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(frame) = ClientFrame::parse(text) else { return };
    let written = match &frame.command {
        Command::Auth { ticket } => json!({"type": "auth", "ref": frame.reference, "ticket": ticket}),
        Command::Hold { seats } => json!({"type": "hold", "ref": frame.reference, "seats": seats}),
        Command::Release { seats } => json!({"type": "release", "ref": frame.reference, "seats": seats}),
        Command::Ping => json!({"type": "ping", "ref": frame.reference}),
        Command::Sync => json!({"type": "sync", "ref": frame.reference}),
    };
    if let Command::Hold { seats } | Command::Release { seats } = &frame.command {
        assert!((1..=MAX_SEATS_PER_COMMAND).contains(&seats.len()), "{} seats", seats.len());
    }
    assert_eq!(ClientFrame::parse(&written.to_string()), Ok(frame));
}

/// The binary frames that are made of any changes of a map, read as `PROTOCOL.md` says (section B).
pub fn server_frame(data: &[u8]) {
    let Some((head, rest)) = data.split_first_chunk::<16>() else { return };
    let number = |at: usize| head[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let delta = Delta { seq: number(0), ts_ms: number(8), changes: changes(rest) };
    assert_eq!(read_delta(&delta_bytes(&delta)), delta);

    let mut map = SeatMap::new(delta.changes.last().map_or(0, |(last, _)| last.0 + 1).min(1 << 20));
    for &(ordinal, state) in &delta.changes {
        if ordinal.0 < map.seats() {
            map.set(ordinal, state);
            assert_eq!(map.get(ordinal), state);
        }
    }
    let snapshot = snapshot_bytes("epoch", delta.seq, &map);
    assert!(snapshot.ends_with(map.packed()) && snapshot.starts_with(b"\x01\x05epoch"));
    let beacon = beacon_bytes(delta.seq, map.hash(), false);
    assert!(beacon.starts_with(&[3, 0]) && beacon.ends_with(&map.hash().to_le_bytes()));
}

/// Gaps of up to 65,535 seats and a state, in three bytes each.
fn changes(data: &[u8]) -> Vec<(Ordinal, SeatState)> {
    let mut next = 0_u32;
    let change = |bytes: &[u8; 3]| {
        let ordinal = next + u32::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        next = ordinal + 1;
        (Ordinal(ordinal), SeatState::from_bits(bytes[2]))
    };
    data.as_chunks::<3>().0.iter().take(1_000).map(change).collect()
}

fn read_delta(bytes: &[u8]) -> Delta {
    let mut rest = bytes.strip_prefix(&[2]).expect("a delta begins with 2").iter();
    let mut varint = || {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let byte = *rest.next().expect("a number ends within the frame");
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    };
    let (seq, ts_ms, count) = (varint(), varint(), varint());
    let mut next = 0;
    let change = |_| {
        let value = varint();
        let ordinal = next + u32::try_from(value >> 2).expect("a gap is an ordinal");
        next = ordinal + 1;
        (Ordinal(ordinal), SeatState::from_bits((value & 0b11) as u8))
    };
    let changes = (0..count).map(change).collect();
    assert_eq!(rest.len(), 0, "nothing follows the last change");
    Delta { seq, ts_ms, changes }
}

/// Runs a target over `proof/fuzz/corpus/{name}` and `rounds` changed copies of what is in it, the same ones every time.
pub fn rehearse(name: &str, target: fn(&[u8]), rounds: u32) {
    let folder = corpus(name);
    let files = fs::read_dir(&folder).expect("a corpus is part of the checkout");
    let mut paths: Vec<_> = files.map(|file| file.expect("a folder can be read").path()).collect();
    paths.sort_unstable();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect();
    for seed in &seeds {
        target(seed);
    }
    let mut dice = Dice(0x5eed_0f4b);
    for _ in 0..rounds {
        let mut data = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            dice.change(&mut data, &seeds);
        }
        target(&data);
    }
}

fn corpus(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("proof").is_dir()).expect("this is a checkout");
    root.join("proof/fuzz/corpus").join(name)
}

/// Xorshift: no chance, only variety.
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_possible_truncation, reason = "any number below the limit will do")]
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn change(&mut self, data: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let (from, to) = (self.below(data.len() + 1), self.below(data.len() + 1));
        let (from, to) = (from.min(to), from.max(to));
        match self.below(5) {
            0 => data.truncate(to),
            1 => drop(data.drain(from..to)),
            2 => {
                let other = &seeds[self.below(seeds.len())];
                let end = self.below(other.len() + 1);
                data.splice(from..from, other[end / 2..end].iter().copied());
            }
            3 => data.insert(from, u8::try_from(self.below(256)).unwrap_or(0)),
            _ => {
                let bit = 1 << self.below(8);
                data.get_mut(from).into_iter().for_each(|byte| *byte ^= bit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_compiled_whole_or_refused() {
        rehearse("plan", plan, 3_000);
    }

    #[test]
    fn client_frames_are_read_as_they_are_written() {
        rehearse("client_frame", client_frame, 5_000);
    }

    #[test]
    fn server_frames_are_written_as_the_protocol_says() {
        rehearse("server_frame", server_frame, 5_000);
    }
}
