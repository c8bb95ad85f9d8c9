//! What a watcher shows, by the rules of the protocol (S1 to S8), and what it thinks of every frame. Pure: it never sends
//! and never waits.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

const SOLD: u8 = 2;

/// The map on the screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Screen {
    epoch: String,
    seq: u64,
    states: Vec<u8>,
    /// The map can be believed: there was a snapshot and no doubt since.
    is_whole: bool,
    /// This connection has begun with the map that was there before.
    greeted: bool,
}

/// What a frame led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// A rule that the server has broken.
    pub(crate) complaint: Option<String>,
    /// Seats that were sold a moment ago, in this room, with what they are now.
    pub(crate) unsold: Vec<(usize, u8)>,
    /// Ask for a whole map.
    pub(crate) sync: bool,
    /// The server has just confirmed the map, with its store at hand.
    pub(crate) agrees: bool,
}

impl Screen {
    pub(crate) fn states(&self) -> &[u8] {
        &self.states
    }

    /// What to resume from.
    pub(crate) fn position(&self) -> Option<(&str, u64)> {
        self.is_whole.then_some((self.epoch.as_str(), self.seq))
    }

    /// A new connection: nothing is believed before `hello` says whether it is the same room.
    pub(crate) fn reconnect(&mut self) {
        self.greeted = false;
    }

    pub(crate) fn take(&mut self, frame: &Value) -> Taken {
        let kind = frame["type"].as_str().unwrap_or_default();
        if !self.greeted && kind != "hello" {
            return Taken { complaint: Some(format!("the first frame is {kind:?}")), ..Taken::default() };
        }
        match kind {
            "hello" => self.greet(frame),
            "snapshot" => self.replace(frame),
            "delta" => self.change(frame),
            "beacon" => self.compare(frame),
            _ => Taken::default(),
        }
    }

    fn greet(&mut self, frame: &Value) -> Taken {
        let epoch = frame["epoch"].as_str().unwrap_or_default();
        // Another room, or one that was behind us: what comes next is a snapshot.
        if epoch != self.epoch || frame["seq"].as_u64().is_none_or(|seq| seq < self.seq) {
            self.is_whole = false;
            self.states.clear();
        }
        self.greeted = true;
        epoch.clone_into(&mut self.epoch);
        Taken::default()
    }

    fn replace(&mut self, frame: &Value) -> Taken {
        let Some(states) = unpack(frame) else { return self.doubt("a snapshot cannot be read".to_owned()) };
        if frame["epoch"] != self.epoch.as_str() || frame["hash"] != hash(&states) {
            return self.doubt("a snapshot is of another room, or has another hash".to_owned());
        }
        let unsold = changed(&self.states, &states);
        self.seq = frame["seq"].as_u64().unwrap_or_default();
        self.states = states;
        self.is_whole = true;
        Taken { unsold, ..Taken::default() }
    }

    fn change(&mut self, frame: &Value) -> Taken {
        let seq = frame["seq"].as_u64().unwrap_or_default();
        if !self.is_whole || seq <= self.seq {
            return Taken::default();
        }
        if seq != self.seq + 1 {
            return self.doubt(format!("delta {seq} came after {}", self.seq));
        }
        let before = self.states.clone();
        for change in frame["changes"].as_array().into_iter().flatten() {
            let ordinal = change[0].as_u64().and_then(|ordinal| usize::try_from(ordinal).ok());
            let state = change[1].as_u64().and_then(|state| u8::try_from(state).ok());
            match (ordinal.and_then(|ordinal| self.states.get_mut(ordinal)), state) {
                (Some(seat), Some(state)) => *seat = state,
                _ => return self.doubt(format!("delta {seq} names a seat that is none")),
            }
        }
        self.seq = seq;
        Taken { unsold: changed(&before, &self.states), ..Taken::default() }
    }

    fn compare(&mut self, frame: &Value) -> Taken {
        if !self.is_whole {
            return Taken::default();
        }
        let (seq, own) = (frame["seq"].as_u64().unwrap_or_default(), hash(&self.states));
        if seq != self.seq {
            return self.doubt(format!("a silent gap: the beacon is at {seq}, the map at {}", self.seq));
        }
        if frame["hash"] != own {
            return self
                .doubt(format!("a silent change: at {seq} the server's map is {}, this one {own}", frame["hash"]));
        }
        Taken { agrees: frame["stale"] == false, ..Taken::default() }
    }

    fn doubt(&mut self, complaint: String) -> Taken {
        self.is_whole = false;
        Taken { complaint: Some(complaint), sync: true, ..Taken::default() }
    }
}

fn changed(before: &[u8], after: &[u8]) -> Vec<(usize, u8)> {
    let pairs = before.iter().zip(after).enumerate();
    pairs.filter(|(_, (was, is))| **was == SOLD && was != is).map(|(seat, (_, is))| (seat, *is)).collect()
}

/// The states of a snapshot, or of an answer of `events/{id}/state`.
pub(crate) fn unpack(body: &Value) -> Option<Vec<u8>> {
    let seats = usize::try_from(body["seats"].as_u64()?).ok()?;
    let packed = BASE64_STANDARD.decode(body["states"].as_str()?).ok()?;
    (packed.len() == seats.div_ceil(4))
        .then(|| (0..seats).map(|seat| packed[seat / 4] >> (seat % 4 * 2) & 0b11).collect())
}

/// CRC-32 (IEEE) of the packed states, written here from its definition: the server's is not checked against itself.
fn hash(states: &[u8]) -> String {
    let mut crc = u32::MAX;
    for four in states.chunks(4) {
        crc ^= u32::from(four.iter().rev().fold(0, |byte, state| byte << 2 | state));
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    format!("{:08x}", !crc)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hello(seq: u64) -> Value {
        json!({"type": "hello", "epoch": "e", "seq": seq})
    }

    fn snapshot(seq: u64, states: [u8; 4]) -> Value {
        let packed = states.iter().rev().fold(0, |byte, state| byte << 2 | state);
        json!({
            "type": "snapshot", "epoch": "e", "seq": seq, "seats": 4, "states": BASE64_STANDARD.encode([packed]),
            "hash": hash(&states),
        })
    }

    fn delta(seq: u64, seat: u64, state: u64) -> Value {
        json!({"type": "delta", "epoch": "e", "seq": seq, "changes": [[seat, state]]})
    }

    fn beacon(seq: u64, states: [u8; 4], stale: bool) -> Value {
        json!({"type": "beacon", "epoch": "e", "seq": seq, "hash": hash(&states), "stale": stale})
    }

    /// A screen that shows seat 1 as sold, at 7.
    fn watching() -> Screen {
        let mut screen = Screen::default();
        assert_eq!(screen.take(&hello(7)), Taken::default());
        assert_eq!(screen.take(&snapshot(7, [0, 2, 0, 3])), Taken::default());
        screen
    }

    #[test]
    fn what_the_server_does_right_is_not_complained_of() {
        let mut screen = watching();
        assert_eq!(screen.take(&delta(7, 0, 1)), Taken::default(), "the snapshot held it already");
        assert_eq!(screen.take(&delta(8, 0, 1)), Taken::default());
        assert!(screen.take(&beacon(8, [1, 2, 0, 3], false)).agrees);
        assert_eq!(screen.take(&beacon(8, [1, 2, 0, 3], true)), Taken::default(), "a stale map is no agreement");
        screen.reconnect();
        assert_eq!(screen.take(&hello(9)), Taken::default());
        assert_eq!(screen.take(&delta(9, 2, 2)), Taken::default());
        assert_eq!((screen.states(), screen.position()), (&[1, 2, 2, 3][..], Some(("e", 9))));
    }

    #[test]
    fn a_gap_a_wrong_hash_and_a_wrong_place_are_complaints_and_end_with_a_whole_map() {
        let cases = [
            (delta(9, 0, 1), "delta 9 came after 7"),
            (delta(8, 4, 1), "names a seat that is none"),
            (beacon(8, [0, 2, 0, 3], false), "a silent gap"),
            (beacon(7, [1, 2, 0, 3], false), "a silent change"),
            (
                json!({"type": "snapshot", "epoch": "e", "seq": 8, "seats": 4, "states": "AA==", "hash": "0"}),
                "another hash",
            ),
            (json!({"type": "snapshot", "epoch": "e", "seq": 8, "seats": 9, "states": "AA=="}), "cannot be read"),
        ];
        for (frame, words) in cases {
            let mut screen = watching();
            let taken = screen.take(&frame);
            assert!(taken.sync && taken.complaint.is_some_and(|what| what.contains(words)), "{frame}");
            assert_eq!(screen.position(), None, "nothing is believed any more");
            screen.take(&snapshot(9, [0, 0, 0, 0]));
            assert_eq!(screen.position(), Some(("e", 9)));
        }
    }

    #[test]
    fn nothing_comes_before_hello() {
        let taken = Screen::default().take(&snapshot(1, [0; 4]));
        assert_eq!(taken.complaint.as_deref(), Some("the first frame is \"snapshot\""));
    }

    #[test]
    fn a_seat_that_is_not_sold_any_more_is_told_within_a_room_only() {
        assert_eq!(watching().take(&delta(8, 1, 0)).unsold, [(1, 0)]);
        assert_eq!(watching().take(&snapshot(8, [0, 1, 0, 3])).unsold, [(1, 1)]);
        let mut screen = watching();
        screen.reconnect();
        screen.take(&json!({"type": "hello", "epoch": "other", "seq": 1}));
        let mut elsewhere = snapshot(1, [0; 4]);
        elsewhere["epoch"] = json!("other");
        assert_eq!(screen.take(&elsewhere), Taken::default(), "another server may be a moment behind");
    }
}
